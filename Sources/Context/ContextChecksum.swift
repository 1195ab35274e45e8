// What the standard work makes of the values it read: equal values give equal sums under every store.

/// A running 64-bit checksum over context values, eight bytes at a time. Not cryptographic: it proves that two stores
/// read the same values, and keeps the optimiser from deleting the reads.
package struct ContextChecksum: Equatable, Sendable {
  package var value: UInt64 = 0xcbf2_9ce4_8422_2325

  @inlinable package init() {}

  @inlinable package mutating func fold(_ word: UInt64) {
    value = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
    value ^= value >> 32
  }

  @inlinable package mutating func fold(integer: Int64) { fold(UInt64(bitPattern: integer)) }

  /// UTF-8 bytes in little-endian words; the last word is padded with zeros, then the size is folded.
  @inlinable package mutating func fold(text: UnsafeRawBufferPointer) {
    var offset = 0
    while offset &+ 8 <= text.count {
      fold(UInt64(littleEndian: text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset &+= 8
    }
    if offset < text.count {
      var word: UInt64 = 0
      var shift: UInt64 = 0
      while offset < text.count {
        word |= UInt64(text[offset]) << shift
        shift &+= 8
        offset &+= 1
      }
      fold(word)
    }
    fold(UInt64(truncatingIfNeeded: text.count))
  }

  /// The key was not there, or of another type.
  @inlinable package mutating func foldAbsent() { fold(0xabad_1dea) }
}
