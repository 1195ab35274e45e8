// The characters of W3C Baggage, section 3.3.1, and its percent-encoding. Bytes only, no String.

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
    var size = value.count
    for byte in value where !isPlain(byte) { size &+= 2 }
    return size
  }

  /// Writes `encodedSize(value)` bytes and returns their number.
  static func encode(_ value: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Int {
    var size = 0
    for byte in value {
      if isPlain(byte) {
        destination.storeBytes(of: byte, toByteOffset: size, as: UInt8.self)
        size &+= 1
      } else {
        destination.storeBytes(of: 0x25, toByteOffset: size, as: UInt8.self)
        destination.storeBytes(of: upperDigit(byte >> 4), toByteOffset: size &+ 1, as: UInt8.self)
        destination.storeBytes(of: upperDigit(byte & 15), toByteOffset: size &+ 2, as: UInt8.self)
        size &+= 3
      }
    }
    return size
  }

  private static func upperDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble }

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
        guard offset &+ 2 < value.count, hexValue(value[offset &+ 1]) < 16, hexValue(value[offset &+ 2]) < 16
        else { return .malformed }
        form = .encoded
      }
      offset &+= 1
    }
    return form
  }

  /// The value of a hex digit of either case, or 16.
  @inline(__always)
  private static func hexValue(_ digit: UInt8) -> UInt8 {
    HexDigits.value(digit >= 0x41 && digit <= 0x46 ? digit | 0x20 : digit)
  }

  /// Hands `body` the UTF-8 that an `encoded` value stands for; ill-formed sequences become U+FFFD, which takes no more
  /// room than the three characters that encoded a byte of it.
  static func withDecoded(_ value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: value.count, alignment: 1) { decoded in
      var (size, offset) = (0, 0)
      while offset < value.count {
        if value[offset] == 0x25 {
          decoded[size] = hexValue(value[offset &+ 1]) << 4 | hexValue(value[offset &+ 2])
          offset &+= 3
        } else {
          decoded[size] = value[offset]
          offset &+= 1
        }
        size &+= 1
      }
      let text = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(decoded)[..<size])
      if ContextText.isUTF8(text) { body(text) } else { withRepaired(text, sizeMax: value.count, body) }
    }
  }

  private static func withRepaired(
    _ text: UnsafeRawBufferPointer, sizeMax: Int, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: sizeMax, alignment: 1) { repaired in
      var size = 0
      var rest = text
      func append(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: repaired[size...]).copyMemory(from: bytes)
        size &+= bytes.count
      }
      while let error = ContextText.firstError(in: rest) {
        append(UnsafeRawBufferPointer(rebasing: rest[..<error.lowerBound]))
        for byte: UInt8 in [0xef, 0xbf, 0xbd] {
          repaired[size] = byte
          size &+= 1
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[error.upperBound...])
      }
      append(rest)
      body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(repaired)[..<size]))
    }
  }
}
