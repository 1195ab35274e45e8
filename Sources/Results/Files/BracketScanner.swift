// Walks over the bytes of a JSON document and knows how deep in lists and objects it is. It looks at brackets and strings
// only: whether the bytes are JSON is the reader's matter.

struct BracketScanner {
  let bytes: [UInt8]
  /// Of the next byte; `bytes.count` at the end.
  private(set) var place = 0
  /// Lists and objects that are open.
  private(set) var depth = 0
  /// The end was reached inside a string.
  private(set) var isInString = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Goes past one byte, or one whole string; returns the first. nil at the end.
  mutating func step() -> UInt8? {
    guard place < bytes.count else { return nil }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: "\""): skipString()
    default: break
    }
    return byte
  }

  /// As `step`, past white space.
  mutating func stepPastSpace() -> UInt8? {
    while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
    return step()
  }

  private mutating func skipString() {
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    isInString = place >= bytes.count
    place = min(place + 1, bytes.count)
  }
}
