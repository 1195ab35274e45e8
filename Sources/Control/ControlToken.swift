// The secret by which a node knows a launcher on another machine: at least 128 bits. It is never printed, whoever prints
// it: `description` does not have it.

package struct ControlToken: Sendable, CustomStringConvertible, CustomReflectable {
  package enum Problem: Error, Equatable, CustomStringConvertible {
    case empty
    case tooShort(Int, isHex: Bool)
    case tooLong
    case badByte

    package var description: String {
      switch self {
      case .empty: "the token is empty"
      case .tooShort(let count, let isHex):
        "expected a token of 128 bits at least, which are \(hexSizeMin) hex digits or \(sizeMin) other printable "
          + "characters, got \(count) \(isHex ? "hex digits" : "characters")"
      case .tooLong: "expected a token of at most \(sizeMax) characters"
      case .badByte: "expected a token of printable ASCII characters without spaces"
      }
    }
  }

  /// Characters: 4 bits each of hex digits, 6 of others.
  package static let hexSizeMin = 32
  package static let sizeMin = 22
  package static let sizeMax = 1024

  /// In the hello alone.
  package let text: String

  /// White space behind it, as at the end of a file, is cut.
  package init(_ bytes: some Collection<UInt8>) throws(Problem) {
    var bytes = Array(bytes)
    while let last = bytes.last, [9, 10, 13, 32].contains(last) { bytes.removeLast() }
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= Self.sizeMax else { throw .tooLong }
    guard bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .badByte }
    let isHex = bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    guard bytes.count >= (isHex ? Self.hexSizeMin : Self.sizeMin) else { throw .tooShort(bytes.count, isHex: isHex) }
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// Takes as long for every text of a length, whatever its bytes are.
  package func matches(_ other: String) -> Bool {
    let (own, other) = (Array(text.utf8), Array(other.utf8))
    guard !other.isEmpty else { return false }
    var difference = UInt8(own.count == other.count ? 0 : 1)
    for index in own.indices { difference |= own[index] ^ other[index % other.count] }
    return difference == 0
  }

  package var description: String { "a token" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
