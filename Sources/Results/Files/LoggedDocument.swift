// A document among other lines, as a log has it that collects all that a process printed.

enum LoggedDocument {
  /// The lines from the first that is `{` to the last that is `}`, as `ResultFile.encode` writes a document; all that there is
  /// where no such lines are.
  static func find(in bytes: [UInt8]) -> [UInt8] {
    guard bytes.first != UInt8(ascii: "{") || bytes.suffix(2) != [UInt8(ascii: "}"), UInt8(ascii: "\n")] else {
      return bytes
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let first = lines.firstIndex(of: [UInt8(ascii: "{")]), let last = lines.lastIndex(of: [UInt8(ascii: "}")]),
      first < last
    else { return bytes }
    return Array(bytes[lines[first].startIndex..<lines[last].endIndex])
  }
}
