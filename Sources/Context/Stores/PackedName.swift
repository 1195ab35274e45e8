// A name as a packed image is searched for it.

/// The bytes must stay in place while it is used.
struct PackedName {
  let bytes: UnsafeRawBufferPointer
  /// A name of up to eight bytes is its own tag: the bytes as a little-endian word, zeros behind them. A longer one has
  /// a hash with the highest bit set. Bytes of names are 0x21 to 0x7e, so equal tags without that bit are equal names.
  let tag: UInt64

  @inline(__always)
  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    tag = PackedName.tag(of: bytes)
  }

  private static var hashMark: UInt64 { 1 << 63 }

  var isHashed: Bool { tag & PackedName.hashMark != 0 }

  /// Where a search for the tag begins, in bytes of the index and before it is masked.
  @inline(__always)
  static func home(of tag: UInt64) -> Int { Int(truncatingIfNeeded: (tag &* 0x9e37_79b9_7f4a_7c15) >> 36) }

  @inline(__always)
  static func tag(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    let count = bytes.count
    if count > 8 { return hash(bytes) }
    guard count > 0 else { return 0 }
    if count >= 4 {
      // Two words that overlap.
      let low = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
      let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
      return UInt64(low) | UInt64(high) &<< UInt64(truncatingIfNeeded: 8 &* (count &- 4))
    }
    let (middle, last) = (count / 2, count &- 1)
    return UInt64(bytes[0]) | UInt64(bytes[middle]) &<< UInt64(truncatingIfNeeded: 8 &* middle)
      | UInt64(bytes[last]) &<< UInt64(truncatingIfNeeded: 8 &* last)
  }

  /// Eight bytes at a time; the last eight may overlap those before.
  @inline(never)
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count)
    func fold(_ offset: Int) {
      hash =
        (hash ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
    }
    var offset = 0
    while offset &+ 8 < bytes.count {
      fold(offset)
      offset &+= 8
    }
    fold(bytes.count &- 8)
    return hash | hashMark
  }
}
