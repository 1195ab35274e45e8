// Puts a result into a file, whole or not at all, and reads one back. It never looks at what the numbers mean.

internal import FoundationEssentials
internal import Glibc

package enum ResultFile {
  /// Bytes of a document that is read.
  package static let sizeMax = 256 << 20
  /// Stands for standard output.
  package static let standardOutput = "-"

  /// One JSON document with sorted keys, ending in a line feed.
  package static func encode(_ result: some Encodable) throws(ReportError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try [UInt8](encoder.encode(result)) + [UInt8(ascii: "\n")]
    } catch EncodingError.invalidValue(let value, let context) {
      throw .notEncodable(field: fieldName(context.codingPath), problem: "expected a finite number, got \(value)")
    } catch {
      throw .notEncodable(field: "result", problem: "\(error)")
    }
  }

  /// Writes beside the target and renames, so that the target is the old or the new document, never half of one. What
  /// is not a regular file (a device, a pipe, `-`) is written to directly.
  package static func write(_ result: some Encodable, to path: String) throws(ReportError) {
    try write(encode(result), to: path, calls: FileCalls())
  }

  /// Fails now where `write` would fail after the run. Leaves no file behind and touches no existing one.
  package static func checkWritable(_ path: String) throws(ReportError) {
    switch try target(of: path) {
    case .standardOutput: return
    case .special:
      guard access(path, W_OK) == 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
    case .regular(let path, _):
      let temporary = temporaryPath(for: path)
      try close(create(temporary, for: path), for: path)
      unlink(temporary)
    }
  }

  package static func read(_ path: String) throws(ReportError) -> RunResult {
    try decode(contents(of: path), path: path)
  }

  /// - Parameter path: only for the error.
  package static func decode(_ bytes: [UInt8], path: String) throws(ReportError) -> RunResult {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    do {
      let header = try decoder.decode(Header.self, from: data)
      guard header.format == RunResult.formatName else {
        throw ReportError.otherFormat(path: path, found: header.format.map { "\"\($0)\"" } ?? "none")
      }
      guard let version = header.version, version >= 1 else {
        throw ReportError.badField(path: path, field: "version", problem: "expected 1 or more")
      }
      guard version <= RunResult.currentVersion else {
        throw ReportError.newerVersion(path: path, found: version, known: RunResult.currentVersion)
      }
      return try decoder.decode(RunResult.self, from: data)
    } catch let error as ReportError {
      throw error
    } catch let error as DecodingError {
      throw described(error, path: path)
    } catch {
      throw .notJSON(path: path, problem: "\(error)")
    }
  }

  /// What every version of the document has.
  private struct Header: Decodable {
    let format: String?
    let version: Int?
  }
}

// MARK: Writing

extension ResultFile {
  private enum Target {
    case standardOutput
    /// Exists and is no regular file.
    case special
    /// With symbolic links followed; `mode` of the file that is there already.
    case regular(path: String, mode: mode_t?)
  }

  static func write(_ bytes: [UInt8], to path: String, calls: FileCalls) throws(ReportError) {
    switch try target(of: path) {
    case .standardOutput:
      try writeAll(bytes, to: STDOUT_FILENO, for: "standard output", calls: calls)
    case .special:
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
      do throws(ReportError) {
        try writeAll(bytes, to: file, for: path, calls: calls)
      } catch {
        _ = Glibc.close(file)
        throw error
      }
      try close(file, for: path)
    case .regular(let resolved, let mode):
      try replace(resolved, with: bytes, mode: mode, calls: calls)
    }
  }

  private static func target(of path: String) throws(ReportError) -> Target {
    guard path != standardOutput else { return .standardOutput }
    guard !path.isEmpty else { throw .cannotWrite(path: "\"\"", problem: "expected a file name") }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT, !path.hasSuffix("/") else {
        throw .cannotWrite(path: path, problem: errorText(errno))
      }
      return .regular(path: path, mode: nil)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw .cannotWrite(path: path, problem: errorText(EISDIR))
    case S_IFREG: return .regular(path: resolved(path), mode: status.st_mode & 0o7777)
    default: return .special
    }
  }

  /// Without symbolic links, so that a rename replaces the file and not the link to it.
  private static func resolved(_ path: String) -> String {
    guard let text = realpath(path, nil) else { return path }
    defer { free(text) }
    return String(cString: text)
  }

  private static func replace(
    _ path: String, with bytes: [UInt8], mode: mode_t?, calls: FileCalls
  ) throws(ReportError) {
    let temporary = temporaryPath(for: path)
    let file = try create(temporary, for: path)
    do throws(ReportError) {
      do throws(ReportError) {
        try writeAll(bytes, to: file, for: path, calls: calls)
        if let mode { fchmod(file, mode) }
        guard calls.synchronize(file) == 0 || errno == EINVAL else {
          throw .cannotWrite(path: path, problem: errorText(errno))
        }
      } catch {
        _ = Glibc.close(file)
        throw error
      }
      try close(file, for: path)
      guard calls.rename(temporary, path) == 0 else {
        throw .cannotWrite(path: path, problem: errorText(errno))
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// In the target's folder, as a rename does not cross file systems.
  private static func temporaryPath(for path: String) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return folder + ".ctxchain-\(getpid()).json.tmp"
  }

  private static func create(_ temporary: String, for path: String) throws(ReportError) -> CInt {
    // Left behind by a process of the same number that was killed.
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
    return file
  }

  private static func close(_ file: CInt, for path: String) throws(ReportError) {
    guard Glibc.close(file) == 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
  }

  private static func writeAll(
    _ bytes: [UInt8], to file: CInt, for path: String, calls: FileCalls
  ) throws(ReportError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return calls.write(file, base, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, problem: errorText(count < 0 ? errno : EIO)) }
      rest.removeFirst(count)
    }
  }
}

// MARK: Reading

extension ResultFile {
  private static func contents(of path: String) throws(ReportError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .cannotRead(path: path, problem: errorText(errno)) }
    defer { _ = Glibc.close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(path: path, problem: errorText(errno)) }
      guard count > 0 else { return bytes }
      bytes += piece[..<count]
      guard bytes.count <= sizeMax else {
        throw .cannotRead(path: path, problem: "expected at most \(sizeMax >> 20) MiB")
      }
    }
  }

  private static func described(_ error: DecodingError, path: String) -> ReportError {
    switch error {
    case .keyNotFound(let key, let context):
      .badField(path: path, field: fieldName(context.codingPath + [key]), problem: "is missing")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      .badField(path: path, field: fieldName(context.codingPath), problem: context.debugDescription)
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      .notJSON(path: path, problem: jsonProblem(context))
    case .dataCorrupted(let context):
      .badField(path: path, field: fieldName(context.codingPath), problem: context.debugDescription)
    @unknown default:
      .notJSON(path: path, problem: "\(error)")
    }
  }

  private static func jsonProblem(_ context: DecodingError.Context) -> String {
    guard let underlying = context.underlyingError else { return context.debugDescription }
    return "\(underlying)"
  }

  /// `slots[3].ledger.planned`
  private static func fieldName(_ codingPath: [any CodingKey]) -> String {
    var name = ""
    for key in codingPath {
      if let index = key.intValue {
        name += "[\(index)]"
      } else {
        name += name.isEmpty ? key.stringValue : "." + key.stringValue
      }
    }
    return name.isEmpty ? "document" : name
  }
}
