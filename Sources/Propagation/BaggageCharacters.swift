// The characters of W3C Baggage, section 3.3.1, and its percent-encoding. Bytes only, no String.

internal import Context

enum BaggageCharacters {
  /// `baggage-octet`: what a value consists of; the percent sign only in front of two hex digits.
  @inline(__always)
  static func isOctet(_ byte: UInt8) -> Bool { ByteClass.plainOctet.contains(byte: byte) || byte == percent }

  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  @inline(__always)
  static var percent: UInt8 { 0x25 }

  static func isKey(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 1, bytes.count <= ContextLimits.nameSizeMax else { return false }
    for byte in bytes where !ByteClass.token.contains(byte: byte) { return false }
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
    for byte in value where !ByteClass.plainOctet.contains(byte: byte) { size &+= 2 }
    return size
  }

  /// Writes `encodedSize(value)` bytes and returns their number.
  static func encode(_ value: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Int {
    var end = destination
    for byte in value {
      if ByteClass.plainOctet.contains(byte: byte) {
        end.storeBytes(of: byte, as: UInt8.self)
        end += 1
      } else {
        end.storeBytes(of: percent, as: UInt8.self)
        end.storeBytes(of: upperDigit(byte >> 4), toByteOffset: 1, as: UInt8.self)
        end.storeBytes(of: upperDigit(byte & 15), toByteOffset: 2, as: UInt8.self)
        end += 3
      }
    }
    return end - destination
  }

  private static func upperDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble }

  /// A value of a member or property, as it is sent.
  static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where !isOctet(byte) { return false }
    return isEncodingWhole(bytes)
  }

  /// Whether a value of `baggage-octet`s has two hex digits behind every percent sign.
  static func isEncodingWhole(_ value: UnsafeRawBufferPointer) -> Bool {
    for offset in 0..<value.count where value[offset] == percent {
      guard offset &+ 2 < value.count, hexValue(value[offset &+ 1]) < 16, hexValue(value[offset &+ 2]) < 16
      else { return false }
    }
    return true
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
        if value[offset] == percent {
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
