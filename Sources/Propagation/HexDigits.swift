// Lower-case hex in eight digits at a time, word-wise: no table, no branch per digit, no String.

enum HexDigits {
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// The value of the eight digits at `source`. `valid` loses its bits when one is not `0-9 a-f`.
  @inline(__always)
  static func read8(_ source: UnsafeRawPointer, valid: inout UInt64) -> UInt64 {
    let word = UInt64(littleEndian: source.loadUnaligned(as: UInt64.self))
    let low = word & ~highBits
    // A byte's high bit says: at least '0'; above '9'; at least 'a'; above 'f'. Bytes do not carry into each other.
    let fromZero = low &+ ones &* (0x80 - 0x30)
    let aboveNine = low &+ ones &* (0x80 - 0x3a)
    let fromA = low &+ ones &* (0x80 - 0x61)
    let aboveF = low &+ ones &* (0x80 - 0x67)
    let letters = fromA & ~aboveF & highBits
    let digits = fromZero & ~aboveNine & highBits
    valid &= (digits | letters) & ~word
    var value = ((word & (ones &* 15)) &+ (letters >> 7) &* 9).byteSwapped
    value = (value | value >> 4) & 0x00ff_00ff_00ff_00ff
    value = (value | value >> 8) & 0x0000_ffff_0000_ffff
    return (value | value >> 16) & 0xffff_ffff
  }

  /// The 64-bit number in the sixteen digits at `source`.
  @inline(__always)
  static func read16(_ source: UnsafeRawPointer, valid: inout UInt64) -> UInt64 {
    read8(source, valid: &valid) << 32 | read8(source + 8, valid: &valid)
  }

  /// What `valid` starts as, and still is when every digit was one.
  @inline(__always)
  static var allValid: UInt64 { highBits }

  /// The value of one digit, or 16.
  @inline(__always)
  static func value(_ digit: UInt8) -> UInt8 {
    if digit &- 0x30 < 10 { return digit &- 0x30 }
    if digit &- 0x61 < 6 { return digit &- 0x61 &+ 10 }
    return 16
  }

  /// The number in 1 to 32 digits of either case; nil when it is none.
  static func readAny(_ digits: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64)? {
    guard digits.count >= 1, digits.count <= 32 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in digits {
      let digit = valueOfAnyCase(byte)
      guard digit < 16 else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    return (high, low)
  }

  /// The value of one digit of either case, or 16.
  @inline(__always)
  static func valueOfAnyCase(_ digit: UInt8) -> UInt8 {
    value(digit >= 0x41 && digit <= 0x46 ? digit | 0x20 : digit)
  }

  /// Writes the low 32 bits of `value` as eight digits.
  @inline(__always)
  static func write8(_ value: UInt64, to destination: UnsafeMutableRawPointer) {
    var nibbles = value & 0xffff_ffff
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
    nibbles = ((nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f).byteSwapped
    let letters = ((nibbles &+ ones &* 6) >> 4) & ones
    let digits = nibbles &+ ones &* 0x30 &+ letters &* 0x27
    destination.storeBytes(of: digits.littleEndian, as: UInt64.self)
  }

  @inline(__always)
  static func write16(_ value: UInt64, to destination: UnsafeMutableRawPointer) {
    write8(value >> 32, to: destination)
    write8(value, to: destination + 8)
  }

  /// The thirty-two digits of a trace id.
  @inline(__always)
  static func write32(_ high: UInt64, _ low: UInt64, to destination: UnsafeMutableRawPointer) {
    write16(high, to: destination)
    write16(low, to: destination + 16)
  }

  @inline(__always)
  static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble }
}
