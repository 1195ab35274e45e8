// A YAML file -> the root of its document, for topologies and for whatever else is written in their manner.

internal import Glibc

package enum DocumentFile {
  package static let standardInput = "-"

  /// The root of the document at `path`, which is also how errors name it; `-` is standard input. A file over `TopologyLimits.fileSizeMax` is
  /// refused unread. `what` names the document in errors, such as `a topology`.
  package static func root(path: String, of what: String) throws(TopologyError) -> Field {
    let bytes = try bytes(path: path, sizeMax: TopologyLimits.fileSizeMax)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let place = firstInvalidPlace(bytes)
      throw TopologyError(file: path, line: place.line, column: place.column, problem: "expected UTF-8 text")
    }
    return try root(text, name: path, of: what)
  }

  /// The root of `text`, which errors call `name`.
  package static func root(_ text: String, name: String, of what: String) throws(TopologyError) -> Field {
    let size = text.utf8.count
    let sizeMax = TopologyLimits.fileSizeMax
    guard size <= sizeMax else { throw tooLarge(name, size: Int64(size), sizeMax) }
    return Field(file: name, path: "", node: try YAMLDocument.compose(text, file: name, what: what))
  }

  /// What the file at `path` holds, which is also how errors name it. A file over `sizeMax` bytes is refused unread.
  static func bytes(path: String, sizeMax: Int) throws(TopologyError) -> [UInt8] {
    let descriptor = path == standardInput ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw TopologyError(file: path, problem: "expected a file, got a directory")
    }
    if status.st_size > sizeMax { throw tooLarge(path, size: Int64(status.st_size), sizeMax) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      // A pipe or a growing file has no size to look at before.
      if bytes.count > sizeMax { throw tooLarge(path, size: nil, sizeMax) }
    }
  }

  private static func unreadable(_ path: String) -> TopologyError {
    TopologyError(file: path, problem: "cannot be read: \(String(cString: strerror(errno)))")
  }

  private static func tooLarge(_ path: String, size: Int64?, _ sizeMax: Int) -> TopologyError {
    let limit = "\(sizeMax) bytes (\(Quantity.text(Int64(sizeMax), units: Quantity.sizeUnits)))"
    return TopologyError(
      file: path, problem: "expected at most \(limit), got \(size.map { "\($0) bytes" } ?? "more")")
  }

  /// Line and column of the first byte that is not UTF-8.
  private static func firstInvalidPlace(_ bytes: [UInt8]) -> (line: Int, column: Int) {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var (line, column) = (1, 1)
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      column += 1
      if scalar == "\n" { (line, column) = (line + 1, 1) }
    }
    return (line, column)
  }
}

extension Field {
  /// What the file holds that is named here, from the folder of the document on, at most `sizeMax` bytes.
  func bytesOfFile(sizeMax: Int) throws(TopologyError) -> [UInt8] {
    let name = try text("the path of a file")
    let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
    do throws(TopologyError) {
      return try DocumentFile.bytes(path: name.hasPrefix("/") ? name : folder + name, sizeMax: sizeMax)
    } catch {
      throw self.error("\(quoted(name)): \(error.problem)")
    }
  }
}
