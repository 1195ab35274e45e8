// Standard output and standard error, or what stands for them.

internal import Glibc
internal import Launcher
internal import Report
internal import Results

package struct Console: Sendable {
  package static let standard = Console(outFD: STDOUT_FILENO, errorFD: STDERR_FILENO)

  private let outFD: Int32
  private let errorFD: Int32

  package init(outFD: Int32, errorFD: Int32) {
    self.outFD = outFD
    self.errorFD = errorFD
  }

  /// Columns of the screen that standard output is; what is none has as many as a screen may have.
  var width: Int { Terminal.columnCount(outFD) ?? Screen.widths.upperBound }

  /// One line.
  package func error(_ text: String) { _ = Console.write((text + "\n").utf8, to: errorFD) }

  /// Throws when standard output cannot be written. A reader that has gone away is no error: it has what it wanted.
  func out(_ text: String) throws { try out(Array(text.utf8)) }

  func out(_ bytes: [UInt8]) throws {
    let problem = Console.write(bytes, to: outFD)
    guard problem == 0 || problem == EPIPE else {
      throw ResultError.cannotWrite(path: "standard output", problem: errorText(problem))
    }
  }

  /// Returns 0 or the number of the error.
  private static func write(_ bytes: some Sequence<UInt8>, to fd: Int32) -> Int32 {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let size = rest.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
      if size < 0, errno == EINTR { continue }
      guard size > 0 else { return size < 0 ? errno : EIO }
      rest = rest.dropFirst(size)
    }
    return 0
  }
}
