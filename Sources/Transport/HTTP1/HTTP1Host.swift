// What may stand in Host: RFC 9110, 7.2 and RFC 3986, 3.2.

enum HTTP1Host {
  /// A host and an optional port. The host may be empty.
  static func isValid(_ value: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    if value.first == UInt8(ascii: "[") {
      offset = 1
      while offset < value.count, isAddressCharacter(value[offset]) { offset += 1 }
      guard offset > 1, offset < value.count, value[offset] == UInt8(ascii: "]") else { return false }
      offset += 1
    } else {
      while offset < value.count, value[offset] != UInt8(ascii: ":") {
        if value[offset] == UInt8(ascii: "%") {
          guard offset + 2 < value.count, isHexDigit(value[offset + 1]), isHexDigit(value[offset + 2]) else {
            return false
          }
          offset += 3
        } else {
          guard isNameCharacter(value[offset]) else { return false }
          offset += 1
        }
      }
    }
    guard offset < value.count else { return true }
    guard value[offset] == UInt8(ascii: ":") else { return false }
    for digit in value[(offset + 1)...] where !HTTP1Text.isDigit(digit) { return false }
    return true
  }

  @inline(__always)
  private static func isHexDigit(_ byte: UInt8) -> Bool { HTTP1Text.hexValue(byte) != nil }

  /// Of an IPv6 address, or a later one.
  private static func isAddressCharacter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || isNameCharacter(byte) }

  /// Unreserved characters and sub-delimiters.
  @inline(__always)
  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    if HTTP1Text.isDigit(byte) || (byte | 0x20) &- 0x61 < 26 { return true }
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
      UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
      return true
    default: return false
    }
  }
}
