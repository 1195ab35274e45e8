// Lower-case hex, sixteen digits at a time in one vector: no table, no branch per digit, no String.

package enum HexDigits {
  /// The 64-bit number in the sixteen digits at `source`. `valid` becomes false when one is not `0-9 a-f`.
  @inline(__always)
  package static func read16(_ source: UnsafeRawPointer, valid: inout Bool) -> UInt64 {
    let digits = source.loadUnaligned(as: SIMD16<UInt8>.self)
    let isLetter = unsafeBitCast((digits &- all(0x61)) .< all(6), to: SIMD16<UInt8>.self)
    let isDigit = unsafeBitCast((digits &- all(0x30)) .< all(10), to: SIMD16<UInt8>.self)
    let isValid = unsafeBitCast(isLetter | isDigit, to: SIMD2<UInt64>.self)
    // In this order, so that nothing is skipped: a branch costs more than the comparison.
    valid = (isValid.x & isValid.y) == .max && valid
    let nibbles = unsafeBitCast((digits & all(15)) &+ (isLetter & all(9)), to: SIMD2<UInt64>.self)
    return packed(nibbles.x) << 32 | packed(nibbles.y)
  }

  /// Eight nibbles, the highest in the low byte, as one number.
  @inline(__always)
  private static func packed(_ nibbles: UInt64) -> UInt64 {
    var value = nibbles.byteSwapped
    value = (value | value >> 4) & 0x00ff_00ff_00ff_00ff
    value = (value | value >> 8) & 0x0000_ffff_0000_ffff
    return (value | value >> 16) & 0xffff_ffff
  }

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

  @inline(__always)
  static func write16(_ value: UInt64, to destination: UnsafeMutableRawPointer) {
    let halves = SIMD2<UInt64>(spread(value >> 32), spread(value & 0xffff_ffff))
    let nibbles = unsafeBitCast(halves, to: SIMD16<UInt8>.self)
    let isLetter = unsafeBitCast(nibbles .> all(9), to: SIMD16<UInt8>.self)
    destination.storeBytes(of: nibbles &+ all(0x30) &+ (isLetter & all(0x27)), as: SIMD16<UInt8>.self)
  }

  /// The eight nibbles of a number below 2^32, the highest in the low byte.
  @inline(__always)
  private static func spread(_ value: UInt64) -> UInt64 {
    var nibbles = (value | value << 16) & 0x0000_ffff_0000_ffff
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff
    return ((nibbles | nibbles << 4) & 0x0f0f_0f0f_0f0f_0f0f).byteSwapped
  }

  /// The thirty-two digits of a trace id.
  @inline(__always)
  static func write32(_ high: UInt64, _ low: UInt64, to destination: UnsafeMutableRawPointer) {
    write16(high, to: destination)
    write16(low, to: destination + 16)
  }

  /// The two digits of a byte.
  @inline(__always)
  static func write2(_ value: UInt8, to destination: UnsafeMutableRawPointer) {
    destination.storeBytes(of: digit(value >> 4), as: UInt8.self)
    destination.storeBytes(of: digit(value & 15), toByteOffset: 1, as: UInt8.self)
  }

  @inline(__always)
  static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 &+ nibble : 0x57 &+ nibble }
}
