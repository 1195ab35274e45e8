// The packed image byte by byte: a context as bytes, without loss. Offsets and checks only; it moves no values.

/// The packed image. Integers are little-endian unless it says otherwise.
///
/// ```
/// offset size
///      0   16  trace id, big-endian as on the wire; all zero: no trace
///     16    8  span id, big-endian; zero exactly when there is no trace
///     24    1  trace flags; zero when there is no trace. The first 25 bytes are `binary25`.
///     25    1  presence: bit s says that slot s holds a value; the other bits are zero
///     26    2  schema id
///     28    8  user, two's complement
///     36    1  request id: size, 0 to 16
///     37   16  request id: UTF-8, zeros behind it
///     53    1  tenant: size, 0 to 16
///     54   16  tenant: UTF-8, zeros behind it
///     70       tail: records up to the end of the image
/// ```
///
/// A record of the tail:
///
/// ```
///      0    1  type: 0 integer (8 bytes), 1 text, 2 tracestate
///      1    1  name size; 0 for a tracestate and only there
///      2    2  value size
///      4       name, then value
/// ```
///
/// The tail holds at most one tracestate, the declared texts that are longer than a slot (under the declared name), and
/// the entries that the schema does not declare, each name once.
package enum PackedLayout {
  @inlinable static var presenceOffset: Int { 25 }
  @inlinable static var userOffset: Int { 28 }
  @inlinable static var requestIDOffset: Int { 36 }
  @inlinable static var tenantOffset: Int { 53 }
  /// Bytes before the tail: the smallest image.
  @inlinable package static var headSize: Int { 70 }
  @inlinable static var recordHeadSize: Int { 4 }

  @inlinable static var userPresence: UInt8 { 2 }

  /// Flags, presence and schema id as one word at `SpanContext.binarySize - 1`, without the flags and the presence bits.
  @inlinable static var schemaWord: UInt32 { UInt32(ContextSchema.id) << 16 }
  @inlinable static var schemaWordMask: UInt32 { 0xffff_f800 }

  /// Where the size byte of a text slot lies.
  @inlinable static func textOffset(slot: Int) -> Int { slot == 0 ? requestIDOffset : tenantOffset }

  /// Whether every offset, size and text of the image is in bounds and well formed; nothing else reads unchecked bytes.
  @inline(__always)
  static func isValid(_ image: UnsafeRawBufferPointer) -> Bool {
    guard image.count >= headSize, let base = image.baseAddress else { return false }
    let high = base.loadUnaligned(as: UInt64.self) | base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let span = base.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    let word = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    guard word & schemaWordMask == schemaWord, (high == 0) == (span == 0) else { return false }
    if span == 0, word & 0xff != 0 { return false }
    let requestIDSize = base.load(fromByteOffset: requestIDOffset, as: UInt8.self)
    let tenantSize = base.load(fromByteOffset: tenantOffset, as: UInt8.self)
    guard requestIDSize <= 16, tenantSize <= 16 else { return false }
    let bytes =
      base.loadUnaligned(fromByteOffset: requestIDOffset + 1, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: requestIDOffset + 9, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: tenantOffset + 1, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: tenantOffset + 9, as: UInt64.self)
    if bytes & ContextText.highBits != 0 {
      guard isTextSlotUTF8(base + requestIDOffset), isTextSlotUTF8(base + tenantOffset) else { return false }
    }
    return image.count == headSize || PackedTail.isValid(image)
  }

  @inline(never)
  private static func isTextSlotUTF8(_ slot: UnsafeRawPointer) -> Bool {
    ContextText.isUTF8(UnsafeRawBufferPointer(start: slot + 1, count: Int(slot.load(as: UInt8.self))))
  }

  /// Writes an image without trace, values and tail: `headSize` bytes.
  static func writeEmpty(to destination: UnsafeMutableRawPointer) {
    destination.initializeMemory(as: UInt8.self, repeating: 0, count: headSize)
    destination.storeBytes(of: schemaWord.littleEndian, toByteOffset: 24, as: UInt32.self)
  }

  /// Writes a text of at most a slot's size into the slot whose size byte is at `slot`, zeros behind it.
  @inline(__always)
  static func writeTextSlot(_ text: UnsafeRawBufferPointer, to slot: UnsafeMutableRawPointer) {
    slot.storeBytes(of: UInt8(truncatingIfNeeded: text.count), as: UInt8.self)
    if text.count == 16, let source = text.baseAddress {
      slot.storeBytes(of: source.loadUnaligned(as: UInt64.self), toByteOffset: 1, as: UInt64.self)
      slot.storeBytes(
        of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 9, as: UInt64.self)
      return
    }
    slot.storeBytes(of: 0, toByteOffset: 1, as: UInt64.self)
    slot.storeBytes(of: 0, toByteOffset: 9, as: UInt64.self)
    if let source = text.baseAddress { (slot + 1).copyMemory(from: source, byteCount: text.count) }
  }
}
