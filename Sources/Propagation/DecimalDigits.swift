// Integers as decimal text: bytes only, no String.

package enum DecimalDigits {
  /// Bytes of the longest: a minus and 19 digits, or 20 without a sign.
  static var sizeMax: Int { 20 }

  /// Bytes that `write` needs.
  static func size(of value: Int64) -> Int { (value < 0 ? 1 : 0) &+ size(of: value.magnitude) }

  @inline(__always)
  private static func size(of magnitude: UInt64) -> Int {
    var size = 1
    var bound: UInt64 = 10
    while size < sizeMax, bound <= magnitude {
      size &+= 1
      bound &*= 10
    }
    return size
  }

  /// An optional minus and 1 to 19 digits that make an Int64; nil otherwise.
  package static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
    let isNegative = text.first == 0x2d
    let first = isNegative ? 1 : 0
    guard text.count > first, text.count &- first <= 19 else { return nil }
    var magnitude: UInt64 = 0
    for offset in first..<text.count {
      let digit = text[offset] &- 0x30
      guard digit < 10 else { return nil }
      magnitude = magnitude &* 10 &+ UInt64(digit)
    }
    if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
    return Int64(exactly: magnitude)
  }

  /// 1 to 20 digits that make a UInt64; nil otherwise.
  static func parseUnsigned(_ text: UnsafeRawBufferPointer) -> UInt64? {
    guard text.count >= 1, text.count <= sizeMax else { return nil }
    var value: UInt64 = 0
    for byte in text {
      let digit = byte &- 0x30
      guard digit < 10 else { return nil }
      let (tens, isOverTens) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverSum) = tens.addingReportingOverflow(UInt64(digit))
      guard !isOverTens, !isOverSum else { return nil }
      value = sum
    }
    return value
  }

  /// Writes `size(of:)` bytes and returns their number.
  static func write(_ value: Int64, to destination: UnsafeMutableRawPointer) -> Int {
    guard value < 0 else { return write(value.magnitude, to: destination) }
    destination.storeBytes(of: 0x2d, as: UInt8.self)
    return 1 &+ write(value.magnitude, to: destination + 1)
  }

  /// Writes at most `sizeMax` bytes and returns their number.
  @inline(__always)
  static func write(_ value: UInt64, to destination: UnsafeMutableRawPointer) -> Int {
    var rest = value
    let size = size(of: value)
    var next = destination + size
    while rest >= 10 {
      next -= 2
      let hundreds = rest / 100
      let pair = UInt16(truncatingIfNeeded: rest &- hundreds &* 100)
      // A division by ten of what is below a hundred.
      let tens = (pair &* 103) >> 10
      next.storeBytes(of: (0x3030 &+ tens &+ (pair &- tens &* 10) << 8).littleEndian, as: UInt16.self)
      rest = hundreds
    }
    if next > destination { destination.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: rest), as: UInt8.self) }
    return size
  }
}
