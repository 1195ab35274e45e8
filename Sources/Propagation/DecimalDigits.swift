// Integers as decimal text: bytes only, no String.

package enum DecimalDigits {
  /// Bytes that `write` needs.
  static func size(of value: Int64) -> Int {
    var size = value < 0 ? 2 : 1
    var rest = value.magnitude / 10
    while rest > 0 {
      size &+= 1
      rest /= 10
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

  /// Writes `size(of:)` bytes and returns their number.
  static func write(_ value: Int64, to destination: UnsafeMutableRawPointer) -> Int {
    var magnitude = value.magnitude
    let size = size(of: value)
    let first = value < 0 ? 1 : 0
    if value < 0 { destination.storeBytes(of: 0x2d, as: UInt8.self) }
    var offset = size
    while offset > first {
      offset &-= 1
      destination.storeBytes(
        of: 0x30 &+ UInt8(truncatingIfNeeded: magnitude % 10), toByteOffset: offset, as: UInt8.self)
      magnitude /= 10
    }
    return size
  }
}
