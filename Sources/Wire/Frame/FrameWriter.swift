// Writes one frame at the end of an output buffer, in place. Never sends, never allocates beyond the buffer's growth.

public import Bytes

/// Header first, then any number of fields and context bytes in any order, then the payload, then `finish`. Fields go
/// before the context section on the wire; a field that comes after context bytes moves them.
public struct FrameWriter {
  @usableFromInline let buffer: ByteBuffer
  @usableFromInline let start: Int
  /// Type and flags, where the header's first word has them.
  @usableFromInline let kind: UInt64
  @usableFromInline var fieldCount = 0
  @usableFromInline var contextSize = 0

  /// `deadline` in microseconds, 0 = none; `hopsLeft` counts the delivery of this frame.
  @inlinable
  public init(
    to buffer: ByteBuffer, type: FrameType, flags: UInt8 = 0, id: UInt64, deadline: UInt32 = 0, hopsLeft: Int = 0,
    status: UInt16 = 0
  ) {
    self.buffer = buffer
    start = buffer.count
    kind = UInt64(type.rawValue) << 32 | UInt64(flags) << 40
    let route = UInt64(deadline) | UInt64(UInt16(truncatingIfNeeded: hopsLeft)) << 32 | UInt64(status) << 48
    let header = buffer.reserve(FrameLayout.headerSize)
    header.storeBytes(of: id.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    header.storeBytes(of: route.littleEndian, toByteOffset: FrameLayout.deadlineOffset, as: UInt64.self)
    buffer.commit(FrameLayout.headerSize)
  }

  /// False when the context section has outgrown a frame: `discard` then, instead of `finish`. Fields cannot.
  @inlinable public var isWithinLimits: Bool { contextSize <= FrameLimits.contextSizeMax }

  /// Takes back all that was written.
  public func discard() { buffer.truncate(to: start) }

  /// Appends a field whose value `fill` writes in place: it gets room for `sizeMax` bytes and returns how many it used;
  /// after 0 there is no field. A field that would break a limit of `FrameLimits` is not written: false.
  @discardableResult
  public mutating func appendField(
    _ name: UnsafeRawBufferPointer, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int
  ) -> Bool {
    guard canAppendField(nameSize: name.count, valueSize: sizeMax) else { return false }
    // With context bytes already there, the field is written behind them and the two change places.
    let headerSize = FrameLayout.fieldHeaderSize + name.count
    let field = buffer.reserve(headerSize + sizeMax)
    let valueSize = fill(field + headerSize)
    precondition(valueSize <= sizeMax)
    if valueSize == 0 { return false }
    commitField(field, name, valueSize: valueSize)
    return true
  }

  /// Appends a field, also one with an empty value; not when it would break a limit.
  public mutating func appendField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    guard canAppendField(nameSize: name.count, valueSize: value.count) else { return }
    let headerSize = FrameLayout.fieldHeaderSize + name.count
    let field = buffer.reserve(headerSize + value.count)
    if let source = value.baseAddress { (field + headerSize).copyMemory(from: source, byteCount: value.count) }
    commitField(field, name, valueSize: value.count)
  }

  private func canAppendField(nameSize: Int, valueSize: Int) -> Bool {
    let fieldsSize = buffer.count - start - FrameLayout.headerSize - contextSize
    return fieldCount < FrameLimits.fieldCountMax && nameSize > 0 && nameSize <= 0xffff && valueSize <= 0xffff
      && fieldsSize + FrameLayout.fieldHeaderSize + nameSize + valueSize <= FrameLimits.fieldsSizeMax
  }

  private mutating func commitField(
    _ field: UnsafeMutableRawPointer, _ name: UnsafeRawBufferPointer, valueSize: Int
  ) {
    (field + FrameLayout.fieldHeaderSize).copyMemory(from: name.baseAddress!, byteCount: name.count)
    field.storeBytes(of: UInt16(name.count).littleEndian, as: UInt16.self)
    field.storeBytes(of: UInt16(valueSize).littleEndian, toByteOffset: 2, as: UInt16.self)
    let fieldSize = FrameLayout.fieldHeaderSize + name.count + valueSize
    buffer.commit(fieldSize)
    fieldCount += 1
    if contextSize > 0 { moveBeforeContext(fieldSize) }
  }

  private func moveBeforeContext(_ fieldSize: Int) {
    let context = buffer.pointer(at: buffer.count - fieldSize - contextSize)
    let field = [UInt8](UnsafeRawBufferPointer(start: context + contextSize, count: fieldSize))
    (context + fieldSize).copyMemory(from: context, byteCount: contextSize)
    field.withUnsafeBytes { context.copyMemory(from: $0.baseAddress!, byteCount: fieldSize) }
  }

  /// Room for `size` more bytes of the context section, counted as written.
  @inlinable
  public mutating func appendContext(_ size: Int) -> UnsafeMutableRawPointer {
    let destination = buffer.reserve(size)
    buffer.commit(size)
    contextSize &+= size
    return destination
  }

  /// Appends a payload of `payloadSize` zero bytes and completes the header.
  @inlinable
  @inline(__always)
  public func finish(payloadSize: Int) {
    if payloadSize > 0 {
      buffer.reserve(payloadSize).initializeMemory(as: UInt8.self, repeating: 0, count: payloadSize)
      buffer.commit(payloadSize)
    }
    let header = buffer.pointer(at: start)
    let size = buffer.count &- start
    assert(size <= FrameLimits.frameSizeMax)
    let first =
      UInt64(truncatingIfNeeded: size &- FrameLayout.sizeFieldSize) | kind
      | UInt64(truncatingIfNeeded: fieldCount) << 48
    let sizes = UInt64(truncatingIfNeeded: contextSize) | UInt64(truncatingIfNeeded: payloadSize) << 32
    header.storeBytes(of: first.littleEndian, as: UInt64.self)
    header.storeBytes(of: sizes.littleEndian, toByteOffset: FrameLayout.contextSizeOffset, as: UInt64.self)
  }
}
