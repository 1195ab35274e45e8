// Reads the tables of vectors in Fixtures/vectors; their first lines say what the columns are.

import Foundation

struct Vector: CustomStringConvertible {
  let file: String
  let line: Int
  let columns: [String]

  var verdict: String { columns[0] }
  var input: String { columns[2] }
  var expected: String { columns[3] }
  var description: String { "\(file).txt:\(line): \(columns[0]) \(columns[1]) \(columns[2].prefix(100))" }

  static func load(_ file: String) throws -> [Vector] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: folder.appending(path: "Fixtures/vectors/\(file).txt"), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      if line.isEmpty || line.hasPrefix("#") { return nil }
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Vector(file: file, line: index + 1, columns: columns)
    }
  }

  /// The header fields that an input stands for.
  static func fields(_ input: String) -> [[UInt8]] {
    repeated(input).components(separatedBy: "\\n").map { unescaped($0) }
  }

  /// The header fields of an input whose fields are `name: value`.
  var headerFields: [(name: String, value: [UInt8])] {
    get throws {
      try Vector.fields(input).map { field in
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { throw NoField(vector: self) }
        return (String(decoding: field[..<colon], as: UTF8.self), Array(field[(colon + 2)...]))
      }
    }
  }

  struct NoField: Error { let vector: Vector }

  /// Bytes of a text with `\t`, `\xNN` and `\\`.
  static func unescaped(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == 0x5c, let mark = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch mark {
      case 0x74: result.append(0x09)
      case 0x78:
        result.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      default: result.append(mark)
      }
    }
    return result
  }

  /// `<a*N>` becomes a, N times.
  static func repeated(_ text: String) -> String {
    text.replacing(/<([^<>*]+)\*([0-9]+)>/) { String(repeating: String($0.1), count: Int($0.2) ?? 0) }
  }

  static func bytes(hex: String) -> [UInt8] {
    func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit &- 0x30 : digit &- 0x57 }
    var bytes: [UInt8] = []
    var digits = hex.utf8.makeIterator()
    while let high = digits.next(), let low = digits.next() { bytes.append(value(high) << 4 | value(low)) }
    return bytes
  }
}
