// What `load` sends in each request, as its arguments have it: a text, a file's bytes, or hexadecimal digits.

internal import ArgumentParser
internal import Glibc
internal import Topology

enum PayloadArgument {
  private static let sizeMax = 1 << 20

  /// A text, or the bytes of `@FILE`.
  static func bytes(_ text: String, option: String) throws -> [UInt8] {
    guard text.hasPrefix("@") else { return Array(text.utf8) }
    let path = String(text.dropFirst())
    guard let file = fopen(path, "r") else {
      throw ValidationError("\(option): \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: sizeMax + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw ValidationError("\(option): \(path): cannot be read") }
    guard count <= sizeMax else { throw ValidationError("\(option): \(path): expected at most \(sizeMax) bytes") }
    return Array(bytes[..<count])
  }

  static func bytes(hex text: String) throws -> [UInt8] {
    guard let bytes = HexText.bytes(text), bytes.count <= sizeMax else {
      throw ValidationError(
        "--message-hex: expected two hexadecimal digits a byte such as 0a03616263, of at most \(sizeMax) bytes, "
          + "got \"\(text.prefix(32))\"")
    }
    return bytes
  }
}
