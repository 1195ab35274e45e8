// Integers as decimal text: bytes only, no String.

enum DecimalDigits {
  /// Bytes of the longest: a minus and 19 digits.
  static var sizeMax: Int { 20 }

  /// Bytes that `write` needs.
  static func size(of value: Int64) -> Int {
    var size = value < 0 ? 2 : 1
    var bound: UInt64 = 10
    while bound <= value.magnitude {
      size &+= 1
      // 10^19 is beyond every magnitude.
      bound &*= 10
    }
    return size
  }

  /// An optional minus and 1 to 19 digits that make an Int64; nil otherwise.
  static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
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

  /// Writes `size(of:)` bytes and returns their number.
  static func write(_ value: Int64, to destination: UnsafeMutableRawPointer) -> Int {
    var rest = value.magnitude
    let size = size(of: value)
    if value < 0 { destination.storeBytes(of: 0x2d, as: UInt8.self) }
    var next = destination + size
    repeat {
      next -= 1
      let tens = rest / 10
      next.storeBytes(of: 0x30 &+ UInt8(truncatingIfNeeded: rest &- tens &* 10), as: UInt8.self)
      rest = tens
    } while rest > 0
    return size
  }
}
