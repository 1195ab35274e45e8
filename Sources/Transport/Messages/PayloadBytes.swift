// What stands in a payload: bytes that nobody reads. They cost what a payload costs, and no more.

/// The text "ctxchain", over and over.
public enum PayloadBytes {
  @inlinable public static var word: UInt64 { 0x6e69_6168_6378_7463 }

  /// Bytes behind a payload that `fill` may overwrite.
  @inlinable public static var slack: Int { 63 }

  /// Fills `size` bytes in whole vectors: a call to `memset` costs more than the bytes do when they are few.
  @inlinable
  @inline(__always)
  public static func fill(_ destination: UnsafeMutableRawPointer, _ size: Int) {
    let vector = SIMD4<UInt64>(repeating: word.littleEndian)
    var offset = 0
    while offset < size {
      destination.storeBytes(of: vector, toByteOffset: offset, as: SIMD4<UInt64>.self)
      destination.storeBytes(of: vector, toByteOffset: offset &+ 32, as: SIMD4<UInt64>.self)
      offset &+= 64
    }
  }

  /// The same where no more than `room` bytes may be written.
  public static func fill(exactly size: Int, _ destination: UnsafeMutableRawPointer, room: Int) {
    if room &- size >= slack { return fill(destination, size) }
    let whole = size & ~63
    if whole > 0 { fill(destination, whole) }
    for offset in whole..<size {
      let byte = word &>> UInt64(8 &* (offset & 7))
      destination.storeBytes(of: UInt8(truncatingIfNeeded: byte), toByteOffset: offset, as: UInt8.self)
    }
  }
}
