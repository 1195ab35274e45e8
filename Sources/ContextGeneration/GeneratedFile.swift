// Writes a generated file, whole or not at all.

internal import Glibc

package enum GeneratedFile {
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Leaves a file alone that has this text already, so that what is built of it is not built again.
  package static func update(_ path: String, with text: String) throws(Failure) {
    if read(path) == Array(text.utf8) { return }
    let draft = path + ".tmp"
    guard let file = fopen(draft, "w") else { throw failure(draft) }
    let bytes = Array(text.utf8)
    let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
    guard fclose(file) == 0, isWritten, rename(draft, path) == 0 else {
      let failure = failure(path)
      unlink(draft)
      throw failure
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(description: "\(path): cannot be written: \(String(cString: strerror(errno)))")
  }

  /// Nil when there is no such file, or it cannot be read.
  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { return ferror(file) == 0 ? bytes : nil }
      bytes += chunk[..<count]
    }
  }
}
