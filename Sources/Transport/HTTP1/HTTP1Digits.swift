// Numbers as digits, written where they go.

@usableFromInline
package enum HTTP1Digits {
  /// Decimal digits that any `Int` may need.
  @usableFromInline static var sizeMax: Int { 20 }

  /// Writes a number that is not negative; returns where its digits end.
  @inlinable
  @inline(__always)
  package static func write(_ number: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if number < 10 {
      start.storeBytes(of: UInt8(truncatingIfNeeded: number) &+ 0x30, as: UInt8.self)
      return start + 1
    }
    return writeLong(number, to: start)
  }

  @usableFromInline
  static func writeLong(_ number: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if number < 1000 { return writeShort(number, to: start) }
    var (limit, count) = (10, 1)
    while number >= limit, count < sizeMax - 1 { (limit, count) = (limit &* 10, count &+ 1) }
    if number >= limit { count &+= 1 }
    var rest = UInt(bitPattern: number)
    var next = start + count
    while rest >= 10 {
      let (hundreds, pair) = rest.quotientAndRemainder(dividingBy: 100)
      next -= 2
      writePair(Int(pair), to: next)
      rest = hundreds
    }
    if next > start { start.storeBytes(of: UInt8(truncatingIfNeeded: rest) &+ 0x30, as: UInt8.self) }
    return start + count
  }

  /// 0 to 99. A tenth of so small a number is found by multiplication.
  @inline(__always)
  private static func writePair(_ pair: Int, to start: UnsafeMutableRawPointer) {
    let tens = (pair &* 103) >> 10
    start.storeBytes(
      of: UInt16(truncatingIfNeeded: tens | (pair &- tens &* 10) &<< 8).littleEndian &+ 0x3030, as: UInt16.self)
  }

  /// 10 to 999. So is a hundredth.
  @inline(__always)
  private static func writeShort(_ number: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let hundreds = (number &* 41) >> 12
    var next = start
    if hundreds > 0 {
      next.storeBytes(of: UInt8(truncatingIfNeeded: hundreds) &+ 0x30, as: UInt8.self)
      next += 1
    }
    writePair(number &- hundreds &* 100, to: next)
    return next + 2
  }

  /// Copies a literal; returns where it ends.
  @inlinable
  @inline(__always)
  package static func write(_ text: StaticString, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    start.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    return start + text.utf8CodeUnitCount
  }
}
