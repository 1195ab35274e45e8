// The bytes of a head that was read. A reply's head is the same for a second, for its date, and often longer.

struct HTTP1KnownHead {
  /// Longer ones are not kept.
  private static var sizeMax: Int { 512 }

  private var bytes: UnsafeMutableRawPointer?
  /// 0: none is known.
  private(set) var size = 0

  func deallocate() { bytes?.deallocate() }

  mutating func forget() { size = 0 }

  mutating func remember(_ head: UnsafeMutableRawPointer, size: Int) {
    guard size <= HTTP1KnownHead.sizeMax else { return }
    let bytes = bytes ?? .allocate(byteCount: HTTP1KnownHead.sizeMax, alignment: 16)
    self.bytes = bytes
    bytes.copyMemory(from: head, byteCount: size)
    self.size = size
  }

  /// It stands at the beginning of what was received.
  ///
  /// - Precondition: one is known; no head has fewer bytes than a word.
  @inline(__always)
  func isSame(_ received: UnsafeMutableRawPointer, count: Int) -> Bool {
    guard count >= size, let bytes else { return false }
    var offset = 0
    while offset &+ 8 <= size {
      if !isSameWord(bytes, received, offset) { return false }
      offset &+= 8
    }
    return isSameWord(bytes, received, size &- 8)
  }

  @inline(__always)
  private func isSameWord(_ left: UnsafeMutableRawPointer, _ right: UnsafeMutableRawPointer, _ offset: Int) -> Bool {
    left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      == right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
}
