// The packed image byte by byte: a context as bytes, without loss. Offsets and checks only; it moves no values.

/// The packed image. Integers are little-endian unless it says otherwise.
///
/// ```
/// offset size
///      0   16  trace id, big-endian as on the wire; all zero: no trace
///     16    8  span id, big-endian; zero exactly when there is no trace
///     24    1  trace flags; zero when there is no trace. The first 25 bytes are `binary25`.
///     25    1  presence: bit s says that field s holds a value; the other bits are zero
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
/// The tail holds at most one tracestate, the declared texts that are longer than a field (under the declared name), and
/// the entries that the schema does not declare, each name once.
package enum PackedLayout {
  static var presenceOffset: Int { 25 }
  // Fields lie where they lie in the schema's own bytes: there the 28 bytes in front are wire id, binary25, presence.
  static var userOffset: Int { StandardContext.Offset.user }
  static var requestIDOffset: Int { StandardContext.Offset.requestID }
  static var tenantOffset: Int { StandardContext.Offset.tenant }
  /// Bytes before the tail: the smallest image.
  package static var headSize: Int { 70 }
  static var recordHeadSize: Int { 4 }

  static var userPresence: UInt8 { 2 }

  /// Flags, presence and schema id as one word at `SpanContext.binarySize - 1`, without the flags and the presence bits.
  static var schemaWord: UInt32 { UInt32(ContextSchema.id) << 16 }
  static var schemaWordMask: UInt32 { 0xffff_f800 }

  /// Where a field begins: the integer, or the size byte of a text. 0 when there is no such field.
  static func fieldOffset(_ field: Int) -> Int {
    switch field {
    case 0: requestIDOffset
    case 1: userOffset
    case 2: tenantOffset
    default: 0
    }
  }

  /// Whether every offset, size and text of the image is in bounds and well formed.
  @inline(__always)
  static func isValid(_ image: UnsafeRawBufferPointer) -> Bool { isPlainlyValid(image) || isOtherwiseValid(image) }

  /// The quick answer for the image that nearly every request has: a trace, no tail, ASCII only. False says nothing.
  @inline(__always)
  static func isPlainlyValid(_ image: UnsafeRawBufferPointer) -> Bool {
    guard image.count == headSize, let base = image.baseAddress else { return false }
    let high = base.loadUnaligned(as: UInt64.self) | base.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let span = base.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    return hasSchema(base) && high != 0 && span != 0 && hasSizes(base) && textBits(base) == 0
  }

  @inline(__always)
  private static func hasSchema(_ base: UnsafeRawPointer) -> Bool {
    UInt32(littleEndian: base.loadUnaligned(fromByteOffset: 24, as: UInt32.self)) & schemaWordMask == schemaWord
  }

  /// Neither size is above 16: else bit 7 would be set.
  @inline(__always)
  private static func hasSizes(_ base: UnsafeRawPointer) -> Bool {
    let requestIDSize = UInt32(base.load(fromByteOffset: requestIDOffset, as: UInt8.self))
    let tenantSize = UInt32(base.load(fromByteOffset: tenantOffset, as: UInt8.self))
    return (requestIDSize &+ 0x6f) | (tenantSize &+ 0x6f) < 0x80
  }

  /// The high bits of all bytes of the text fields.
  @inline(__always)
  private static func textBits(_ base: UnsafeRawPointer) -> UInt64 {
    let bytes =
      base.loadUnaligned(fromByteOffset: requestIDOffset + 1, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: requestIDOffset + 9, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: tenantOffset + 1, as: UInt64.self)
      | base.loadUnaligned(fromByteOffset: tenantOffset + 9, as: UInt64.self)
    return bytes & ContextText.highBits
  }

  @inline(never)
  static func isOtherwiseValid(_ image: UnsafeRawBufferPointer) -> Bool {
    guard image.count >= headSize, let base = image.baseAddress, hasSchema(base), hasSizes(base) else { return false }
    let span = SpanContext(binary: base)
    guard span.isValid || span == .none else { return false }
    guard isTextFieldUTF8(base + requestIDOffset), isTextFieldUTF8(base + tenantOffset) else { return false }
    return image.count == headSize || PackedTail.isValid(image)
  }

  private static func isTextFieldUTF8(_ field: UnsafeRawPointer) -> Bool {
    ContextText.isUTF8(UnsafeRawBufferPointer(start: field + 1, count: Int(field.load(as: UInt8.self))))
  }

  /// Copies the head of an image: no call, and whole vectors.
  @inline(__always)
  static func copyHead(from source: UnsafeRawPointer, to destination: UnsafeMutableRawPointer) {
    typealias Vector = SIMD16<UInt8>
    let first = source.loadUnaligned(as: Vector.self)
    let second = source.loadUnaligned(fromByteOffset: 16, as: Vector.self)
    let third = source.loadUnaligned(fromByteOffset: 32, as: Vector.self)
    let fourth = source.loadUnaligned(fromByteOffset: 48, as: Vector.self)
    destination.storeBytes(of: first, as: Vector.self)
    destination.storeBytes(of: second, toByteOffset: 16, as: Vector.self)
    destination.storeBytes(of: third, toByteOffset: 32, as: Vector.self)
    destination.storeBytes(of: fourth, toByteOffset: 48, as: Vector.self)
    let last = headSize - 8
    destination.storeBytes(
      of: source.loadUnaligned(fromByteOffset: last, as: UInt64.self), toByteOffset: last, as: UInt64.self)
  }

  /// Writes an image without trace, values and tail: `headSize` bytes.
  static func writeEmpty(to destination: UnsafeMutableRawPointer) {
    destination.initializeMemory(as: UInt8.self, repeating: 0, count: headSize)
    destination.storeBytes(of: schemaWord.littleEndian, toByteOffset: 24, as: UInt32.self)
  }

  /// Writes a text of at most a field's size into the field whose size byte is at `field`, zeros behind it.
  @inline(__always)
  static func writeTextField(_ text: UnsafeRawBufferPointer, to field: UnsafeMutableRawPointer) {
    field.storeBytes(of: UInt8(truncatingIfNeeded: text.count), as: UInt8.self)
    if text.count == 16, let source = text.baseAddress {
      field.storeBytes(of: source.loadUnaligned(as: UInt64.self), toByteOffset: 1, as: UInt64.self)
      field.storeBytes(
        of: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self), toByteOffset: 9, as: UInt64.self)
      return
    }
    field.storeBytes(of: 0, toByteOffset: 1, as: UInt64.self)
    field.storeBytes(of: 0, toByteOffset: 9, as: UInt64.self)
    if let source = text.baseAddress { (field + 1).copyMemory(from: source, byteCount: text.count) }
  }
}
