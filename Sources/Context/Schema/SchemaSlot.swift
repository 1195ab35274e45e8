// Slots of an encoded context: what the code that is made of a schema has in common.

package enum SchemaSlot {
  /// Where the bytes begin that have this wire id and size.
  @inline(__always)
  package static func start(
    of bytes: UnsafeRawBufferPointer, wireID: UInt16, size: Int
  ) throws(SchemaFault) -> UnsafeRawPointer {
    guard bytes.count >= 2, let start = bytes.baseAddress else { throw .wrongSize }
    guard UInt16(littleEndian: start.loadUnaligned(as: UInt16.self)) == wireID else { throw .unknownSchema }
    guard bytes.count == size else { throw .wrongSize }
    return start
  }

  /// Whether the size byte at `slot` is at most `sizeMax` and what follows is UTF-8.
  @inline(__always)
  package static func isText(at slot: UnsafeRawPointer, sizeMax: Int) -> Bool {
    let text = text(at: slot)
    return text.count <= sizeMax && ContextText.isUTF8(text)
  }

  /// Of a slot that `isText` accepted.
  @inline(__always)
  package static func text(at slot: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: slot + 1, count: Int(slot.load(as: UInt8.self)))
  }

  /// Fills a slot of zeros. False, and nothing is written, when the text is longer than `sizeMax`.
  @inline(__always)
  package static func write(_ text: RawSpan, sizeMax: Int, at slot: UnsafeMutableRawPointer) -> Bool {
    let size = text.byteCount
    guard size <= sizeMax else { return false }
    slot.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
    text.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { (slot + 1).copyMemory(from: source, byteCount: size) }
    }
    return true
  }
}
