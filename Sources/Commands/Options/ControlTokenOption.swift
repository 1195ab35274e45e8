// Where the token of control ports comes from: a file or the environment, and never an argument, which everybody on the
// machine could read.

internal import ArgumentParser
internal import Control
internal import Glibc

struct ControlTokenOption: ParsableArguments {
  static let variable = "CTXCHAIN_CONTROL_TOKEN"

  @Option(
    help: """
      The file of the token by which control ports know launchers, at least 128 bits; without it the environment's \
      CTXCHAIN_CONTROL_TOKEN.
      """)
  var controlTokenFile: String?

  /// Of the file, or else of the environment, which has it no longer afterwards: no child inherits it.
  ///
  /// - Parameter purpose: what there is no token for, in the error.
  func token(for purpose: String) throws -> ControlToken {
    let inherited = Self.takeVariable()
    guard let path = controlTokenFile else {
      guard let inherited else {
        throw CommandFailure(
          "\(purpose): expected a token in --control-token-file or \(Self.variable), got none", status: 2)
      }
      return try Self.read(inherited, from: Self.variable)
    }
    return try Self.read(Self.contents(of: path), from: path)
  }

  private static func read(_ bytes: [UInt8], from place: String) throws -> ControlToken {
    do throws(ControlToken.Problem) {
      return try ControlToken(bytes)
    } catch {
      throw CommandFailure("\(place): \(error)", status: 2)
    }
  }

  /// The bytes of the variable, which are wiped: `/proc/PID/environ` shows the memory where they came.
  static func takeVariable() -> [UInt8]? {
    guard let value = getenv(variable) else { return nil }
    let bytes = Array(UnsafeRawBufferPointer(start: value, count: strlen(value)))
    memset(value, 0, bytes.count)
    unsetenv(variable)
    return bytes
  }

  private static func contents(of path: String) throws -> [UInt8] {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else {
      throw CommandFailure("\(path): cannot be read: \(String(cString: strerror(errno)))", status: 2)
    }
    defer { close(fd) }
    var bytes = [UInt8](repeating: 0, count: 2 * ControlToken.sizeMax)
    let size = Glibc.read(fd, &bytes, bytes.count)
    guard size >= 0 else {
      throw CommandFailure("\(path): cannot be read: \(String(cString: strerror(errno)))", status: 2)
    }
    return Array(bytes[..<size])
  }
}
