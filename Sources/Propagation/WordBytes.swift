// Letters, digits and dashes, sixteen at a time: what nearly all names and values of baggage consist of. Never the last
// word: a byte that is none of these may still be allowed.

enum WordBytes {
  /// The first byte from `start` on that is no letter, digit or dash, or one of the last 15 before `end`.
  @inline(__always)
  static func skip(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var next = start
    while end - next >= 16 {
      let others = others(in: UnsafeRawPointer(next))
      if others.x != 0 { return next + others.x.trailingZeroBitCount / 8 }
      if others.y != 0 { return next + (8 &+ others.y.trailingZeroBitCount / 8) }
      next += 16
    }
    return next
  }

  /// Whether all of `count` bytes, 16 at most, are letters, digits or dashes. Sixteen can be read.
  @inline(__always)
  static func holdsOnly(_ start: UnsafeRawPointer, count: Int) -> Bool {
    let others = others(in: start)
    let isWithin = (
      count >= 8 ? UInt64.max : (1 << UInt64(count &* 8)) &- 1,
      count >= 16 ? UInt64.max : count > 8 ? (1 << UInt64((count &- 8) &* 8)) &- 1 : 0
    )
    return others.x.littleEndian & isWithin.0 | others.y.littleEndian & isWithin.1 == 0
  }

  /// 0xFF for each byte that is no letter, digit or dash. The bit 0x20 tells the two cases of a letter apart.
  @inline(__always)
  private static func others(in start: UnsafeRawPointer) -> SIMD2<UInt64> {
    let bytes = start.loadUnaligned(as: SIMD16<UInt8>.self)
    let isLetter = unsafeBitCast(((bytes | all(0x20)) &- all(0x61)) .< all(26), to: SIMD16<UInt8>.self)
    let isDigit = unsafeBitCast((bytes &- all(0x30)) .< all(10), to: SIMD16<UInt8>.self)
    let isDash = unsafeBitCast(bytes .== all(0x2d), to: SIMD16<UInt8>.self)
    return unsafeBitCast(~(isLetter | isDigit | isDash), to: SIMD2<UInt64>.self)
  }

  /// Operators between two vectors are instructions; those between a vector and a number are loops.
  @inline(__always)
  private static func all(_ byte: UInt8) -> SIMD16<UInt8> { SIMD16(repeating: byte) }
}
