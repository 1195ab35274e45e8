// The characters of W3C Baggage, section 3.3.1. Bytes only, no String.

internal import Context

enum BaggageCharacters {
  /// `tchar` of RFC 7230: what a key consists of.
  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool { isSet(byte, 0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe) }

  /// `baggage-octet`: what a value consists of; the percent sign only in front of two hex digits.
  @inline(__always)
  static func isOctet(_ byte: UInt8) -> Bool { isSet(byte, 0xf7ff_effa_0000_0000, 0x7fff_ffff_efff_ffff) }

  /// What a value holds unencoded: a `baggage-octet` other than the percent sign.
  @inline(__always)
  static func isPlain(_ byte: UInt8) -> Bool { isSet(byte, 0xf7ff_efda_0000_0000, 0x7fff_ffff_efff_ffff) }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  @inline(__always)
  private static func isSet(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
    byte < 0x80 && (byte < 0x40 ? low : high) >> UInt64(byte & 63) & 1 == 1
  }

  static func isKey(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 1, bytes.count <= ContextLimits.nameSizeMax else { return false }
    for byte in bytes where !isToken(byte) { return false }
    return true
  }

  /// Without spaces and tabs at both ends.
  static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var (first, last) = (0, bytes.count)
    while first < last, isSpace(bytes[first]) { first &+= 1 }
    while last > first, isSpace(bytes[last &- 1]) { last &-= 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[first..<last])
  }

  static func encodedSize(_ value: UnsafeRawBufferPointer) -> Int {
    PercentEncoding.encodedSize(value, isPlain: isPlain)
  }

  /// Writes `encodedSize(value)` bytes and returns their number.
  static func encode(_ value: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Int {
    PercentEncoding.encode(value, to: destination, isPlain: isPlain)
  }

  enum ValueForm {
    case malformed
    case plain
    case encoded
  }

  static func form(of value: UnsafeRawBufferPointer) -> ValueForm {
    var form = ValueForm.plain
    var offset = 0
    while offset < value.count {
      guard isOctet(value[offset]) else { return .malformed }
      if value[offset] == 0x25 {
        guard PercentEncoding.isByte(at: offset, of: value) else { return .malformed }
        form = .encoded
      }
      offset &+= 1
    }
    return form
  }
}
