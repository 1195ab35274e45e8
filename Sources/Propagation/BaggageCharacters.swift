// The characters of W3C Baggage, section 3.3.1. Bytes only, no String.

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
    PercentEncoding.encodedSize(value) { ByteClass.plainOctet.contains(byte: $0) }
  }

  /// Writes `encodedSize(value)` bytes and returns their number.
  static func encode(_ value: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Int {
    PercentEncoding.encode(value, to: destination) { ByteClass.plainOctet.contains(byte: $0) }
  }

  /// A value of a member or property, as it is sent.
  static func isValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where !isOctet(byte) { return false }
    return isEncodingWhole(bytes)
  }

  /// Whether a value of `baggage-octet`s has two hex digits behind every percent sign.
  static func isEncodingWhole(_ value: UnsafeRawBufferPointer) -> Bool {
    for offset in 0..<value.count where value[offset] == percent {
      guard PercentEncoding.isByte(at: offset, of: value) else { return false }
    }
    return true
  }
}
