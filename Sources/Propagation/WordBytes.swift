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

  /// Copies 1 to 16 bytes if all of them are letters, digits or dashes. Else nothing is said of what the destination
  /// holds. Sixteen bytes can be written there.
  @inline(__always)
  static func copy(_ source: UnsafeRawBufferPointer, to destination: UnsafeMutableRawPointer) -> Bool {
    guard let start = source.baseAddress else { return false }
    let count = source.count
    // What stands behind the copy is of the kind that is looked for.
    destination.storeBytes(of: all(0x30), as: SIMD16<UInt8>.self)
    if count >= 8 {
      copy(UInt64.self, start, 0, to: destination)
      copy(UInt64.self, start, count &- 8, to: destination)
    } else if count >= 4 {
      copy(UInt32.self, start, 0, to: destination)
      copy(UInt32.self, start, count &- 4, to: destination)
    } else {
      for offset in 0..<count { copy(UInt8.self, start, offset, to: destination) }
    }
    let others = others(in: destination)
    return others.x | others.y == 0
  }

  @inline(__always)
  private static func copy<Word: FixedWidthInteger & BitwiseCopyable>(
    _ type: Word.Type, _ source: UnsafeRawPointer, _ offset: Int, to destination: UnsafeMutableRawPointer
  ) {
    destination.storeBytes(
      of: source.loadUnaligned(fromByteOffset: offset, as: type), toByteOffset: offset, as: type)
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
}
