// Fields of an encoded context: what the code that is made of a schema has in common.

package enum EncodedField {
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

  /// Whether the size byte at `field` is at most `sizeMax` and what follows is UTF-8.
  @inline(__always)
  package static func isText(at field: UnsafeRawPointer, sizeMax: Int) -> Bool {
    let text = text(at: field)
    return text.count <= sizeMax && ContextText.isUTF8(text)
  }

  /// Of a field that `isText` accepted.
  @inline(__always)
  package static func text(at field: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: field + 1, count: Int(field.load(as: UInt8.self)))
  }

  /// Fills a field of zeros. False, and nothing is written, when the text is longer than `sizeMax`.
  @inline(__always)
  package static func write(_ text: RawSpan, sizeMax: Int, at field: UnsafeMutableRawPointer) -> Bool {
    let size = text.byteCount
    guard size <= sizeMax else { return false }
    field.storeBytes(of: UInt8(truncatingIfNeeded: size), as: UInt8.self)
    text.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { (field + 1).copyMemory(from: source, byteCount: size) }
    }
    return true
  }
}
