// Puts a result into a file, whole or not at all. It never looks at what the numbers mean.

internal import FoundationEssentials
internal import Glibc

package enum ResultFile {
  /// Stands for standard output.
  package static let standardOutput = "-"
  package static let standardInput = "-"

  /// One JSON document with sorted keys, ending in a line feed.
  package static func encode(_ result: some Encodable) throws(ResultError) -> [UInt8] {
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
  package static func write(_ result: some Encodable, to path: String) throws(ResultError) {
    try write(encode(result), to: path, calls: FileCalls())
  }

  /// The same of a text.
  package static func write(text: String, to path: String) throws(ResultError) {
    try write(Array(text.utf8), to: path, calls: FileCalls())
  }

  /// Fails now where `write` would fail after the run. Leaves no file behind and touches no existing one.
  package static func checkWritable(_ path: String) throws(ResultError) {
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

  package static func write(_ bytes: [UInt8], to path: String, calls: FileCalls) throws(ResultError) {
    switch try target(of: path) {
    case .standardOutput:
      try writeAll(bytes, to: STDOUT_FILENO, for: "standard output", calls: calls)
    case .special:
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
      do throws(ResultError) {
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

  private static func target(of path: String) throws(ResultError) -> Target {
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
  ) throws(ResultError) {
    let temporary = temporaryPath(for: path)
    let file = try create(temporary, for: path)
    do throws(ResultError) {
      do throws(ResultError) {
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

  /// In the target's folder, as a rename does not cross file systems. Each write has its own: threads may write into one
  /// folder at once.
  private static func temporaryPath(for path: String) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    return folder + ".ctxchain-\(getpid())-\(UInt32.random(in: 0 ... .max)).json.tmp"
  }

  private static func create(_ temporary: String, for path: String) throws(ResultError) -> CInt {
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
    return file
  }

  private static func close(_ file: CInt, for path: String) throws(ResultError) {
    guard Glibc.close(file) == 0 else { throw .cannotWrite(path: path, problem: errorText(errno)) }
  }

  private static func writeAll(
    _ bytes: [UInt8], to file: CInt, for path: String, calls: FileCalls
  ) throws(ResultError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return calls.write(file, base, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      // Who reads standard output and has gone away has what he wanted.
      if count < 0, errno == EPIPE, file == STDOUT_FILENO { return }
      guard count > 0 else { throw .cannotWrite(path: path, problem: errorText(count < 0 ? errno : EIO)) }
      rest.removeFirst(count)
    }
  }
}
