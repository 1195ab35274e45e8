// Percent-encoding (RFC 3986, section 2.1): bytes only, no String. Which bytes need none is the format's own business.

internal import Context

enum PercentEncoding {
  @inline(__always)
  static func encodedSize(_ value: UnsafeRawBufferPointer, isPlain: (UInt8) -> Bool) -> Int {
    var size = value.count
    for byte in value where !isPlain(byte) { size &+= 2 }
    return size
  }

  /// Writes `encodedSize(value)` bytes and returns their number.
  @inline(__always)
  static func encode(
    _ value: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer, isPlain: (UInt8) -> Bool
  ) -> Int {
    var end = destination
    for byte in value {
      if isPlain(byte) {
        end.storeBytes(of: byte, as: UInt8.self)
        end += 1
      } else {
        end.storeBytes(of: 0x25, as: UInt8.self)
        end.storeBytes(of: upperDigit(byte >> 4), toByteOffset: 1, as: UInt8.self)
        end.storeBytes(of: upperDigit(byte & 15), toByteOffset: 2, as: UInt8.self)
        end += 3
      }
    }
    return end - destination
  }

  private static func upperDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x37 &+ nibble }

  /// Whether the percent sign at `offset` stands before two hex digits.
  @inline(__always)
  static func isByte(at offset: Int, of value: UnsafeRawBufferPointer) -> Bool {
    offset &+ 2 < value.count && HexDigits.valueOfAnyCase(value[offset &+ 1]) < 16
      && HexDigits.valueOfAnyCase(value[offset &+ 2]) < 16
  }

  /// Hands `body` the UTF-8 that a value of ASCII stands for, in which every percent sign stands before two hex digits.
  /// Ill-formed sequences become U+FFFD, which takes no more room than the three characters that encoded a byte of it.
  static func withDecoded(
    _ value: UnsafeRawBufferPointer, plusIsSpace: Bool = false, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: value.count, alignment: 1) { decoded in
      var (size, offset) = (0, 0)
      while offset < value.count {
        if value[offset] == 0x25 {
          decoded[size] =
            HexDigits.valueOfAnyCase(value[offset &+ 1]) << 4 | HexDigits.valueOfAnyCase(value[offset &+ 2])
          offset &+= 3
        } else {
          decoded[size] = plusIsSpace && value[offset] == 0x2b ? 0x20 : value[offset]
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
