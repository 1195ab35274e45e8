// Writes one frame at the end of an output buffer, in place. Never sends, never allocates beyond the buffer's growth.

public import Bytes
public import TransportMessages

/// Header first, then any number of fields and context bytes in any order, then the payload, then `finish`. Fields go
/// before the context section on the wire; a field that comes after context bytes moves them.
///
/// What was counted so far stands in the header itself: two words, which are passed in registers and copied freely.
public struct FrameWriter {
  @usableFromInline let buffer: ByteBuffer
  @usableFromInline let start: Int

  /// `deadline` in microseconds, 0 = none; `hopsLeft` counts the delivery of this frame.
  @inlinable
  public init(
    to buffer: ByteBuffer, type: FrameType, flags: UInt8 = 0, id: UInt64, deadline: UInt32 = 0, hopsLeft: UInt16 = 0,
    status: UInt16 = 0
  ) {
    self.buffer = buffer
    start = buffer.count
    let kind = UInt64(type.rawValue) << 32 | UInt64(flags) << 40
    let route = UInt64(deadline) | UInt64(hopsLeft) << 32 | UInt64(status) << 48
    let header = buffer.reserve(FrameLayout.headerSize)
    header.storeBytes(of: kind.littleEndian, as: UInt64.self)
    header.storeBytes(of: id.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    header.storeBytes(of: route.littleEndian, toByteOffset: FrameLayout.deadlineOffset, as: UInt64.self)
    header.storeBytes(of: 0, toByteOffset: FrameLayout.contextSizeOffset, as: UInt64.self)
    buffer.commit(FrameLayout.headerSize)
  }

  /// - Parameter message: of this kind.
  @inlinable
  public init(_ message: MessageWriter) {
    buffer = message.buffer
    start = message.start
  }

  @inlinable public var message: MessageWriter { MessageWriter(kind: .frame, buffer: buffer, start: start) }

  @inlinable var header: UnsafeMutableRawPointer { buffer.pointer(at: start) }

  /// Bytes of the context section so far.
  @inlinable var contextSize: Int { Int(load32(UnsafeRawPointer(header), FrameLayout.contextSizeOffset)) }

  @inlinable var fieldCount: Int { Int(load16(UnsafeRawPointer(header), FrameLayout.fieldCountOffset)) }

  /// Appends a whole frame without fields and context.
  @inlinable
  @inline(__always)
  public static func write(
    _ type: FrameType, id: UInt64, status: UInt16 = 0, payloadSize: Int = 0, to buffer: ByteBuffer
  ) {
    let size = FrameLayout.headerSize &+ payloadSize
    let frame = buffer.reserve(size &+ PayloadBytes.slack)
    let first = UInt64(truncatingIfNeeded: size &- FrameLayout.sizeFieldSize) | UInt64(type.rawValue) << 32
    frame.storeBytes(of: first.littleEndian, as: UInt64.self)
    frame.storeBytes(of: id.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    frame.storeBytes(
      of: (UInt64(status) << 48).littleEndian, toByteOffset: FrameLayout.deadlineOffset, as: UInt64.self)
    frame.storeBytes(
      of: (UInt64(truncatingIfNeeded: payloadSize) << 32).littleEndian, toByteOffset: FrameLayout.contextSizeOffset,
      as: UInt64.self)
    PayloadBytes.fill(frame + FrameLayout.headerSize, payloadSize)
    buffer.commit(size)
  }

  /// Appends a field whose value `fill` writes in place: it gets room for `sizeMax` bytes and returns how many it used;
  /// after 0 there is no field. A field that would break a limit of `FrameLimits` is not written: false.
  @inlinable
  @inline(__always)
  @discardableResult
  public func appendField(
    _ name: UnsafeRawBufferPointer, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int
  ) -> Bool {
    guard canAppendField(nameSize: name.count, valueSize: sizeMax) else { return false }
    // With context bytes already there, the field is written behind them and the two change places.
    let headerSize = FrameLayout.fieldHeaderSize &+ name.count
    let field = buffer.reserve(headerSize &+ sizeMax)
    let valueSize = fill(field + headerSize)
    precondition(valueSize <= sizeMax)
    if valueSize == 0 { return false }
    commitField(field, name, valueSize: valueSize)
    return true
  }

  /// Appends a field, also one with an empty value; not when it would break a limit.
  @inlinable
  public func appendField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    guard canAppendField(nameSize: name.count, valueSize: value.count) else { return }
    let headerSize = FrameLayout.fieldHeaderSize &+ name.count
    let field = buffer.reserve(headerSize &+ value.count)
    if let source = value.baseAddress { (field + headerSize).copyMemory(from: source, byteCount: value.count) }
    commitField(field, name, valueSize: value.count)
  }

  @inlinable
  @inline(__always)
  func canAppendField(nameSize: Int, valueSize: Int) -> Bool {
    let fieldsSize = buffer.count &- start &- FrameLayout.headerSize &- contextSize
    return fieldCount < FrameLimits.fieldCountMax && nameSize > 0 && nameSize <= 0xffff && valueSize <= 0xffff
      && fieldsSize &+ FrameLayout.fieldHeaderSize &+ nameSize &+ valueSize <= FrameLimits.fieldsSizeMax
  }

  @inlinable
  @inline(__always)
  func commitField(
    _ field: UnsafeMutableRawPointer, _ name: UnsafeRawBufferPointer, valueSize: Int
  ) {
    (field + FrameLayout.fieldHeaderSize).copyMemory(from: name.baseAddress!, byteCount: name.count)
    field.storeBytes(of: UInt16(truncatingIfNeeded: name.count).littleEndian, as: UInt16.self)
    field.storeBytes(of: UInt16(truncatingIfNeeded: valueSize).littleEndian, toByteOffset: 2, as: UInt16.self)
    let fieldSize = FrameLayout.fieldHeaderSize &+ name.count &+ valueSize
    buffer.commit(fieldSize)
    header.storeBytes(
      of: UInt16(truncatingIfNeeded: fieldCount &+ 1).littleEndian, toByteOffset: FrameLayout.fieldCountOffset,
      as: UInt16.self)
    if contextSize > 0 { moveBeforeContext(fieldSize) }
  }

  @usableFromInline
  func moveBeforeContext(_ fieldSize: Int) {
    let context = buffer.pointer(at: buffer.count - fieldSize - contextSize)
    let field = [UInt8](UnsafeRawBufferPointer(start: context + contextSize, count: fieldSize))
    (context + fieldSize).copyMemory(from: context, byteCount: contextSize)
    field.withUnsafeBytes { context.copyMemory(from: $0.baseAddress!, byteCount: fieldSize) }
  }

  /// Room for `size` more bytes of the context section, counted as written. Less than 4 GiB in all.
  @inlinable
  @inline(__always)
  public func appendContext(_ size: Int) -> UnsafeMutableRawPointer {
    let destination = buffer.reserve(size)
    buffer.commit(size)
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: contextSize &+ size).littleEndian, toByteOffset: FrameLayout.contextSizeOffset,
      as: UInt32.self)
    return destination
  }

  /// Appends a payload and completes the header. False when the context section has outgrown a frame: all that was
  /// written is then taken back. Fields cannot.
  @inlinable
  @inline(__always)
  @discardableResult
  public func finish(payloadSize: Int) -> Bool {
    PayloadBytes.fill(buffer.reserve(payloadSize &+ PayloadBytes.slack), payloadSize)
    buffer.commit(payloadSize)
    return complete(size: buffer.count &- start, payloadSize: payloadSize)
  }

  /// The same for a payload that is not here: whoever sends the frame appends it (`PayloadBytes`). False also when the
  /// whole would be no frame.
  public func finishWithoutPayload(_ payloadSize: Int) -> Bool {
    let size = buffer.count - start + payloadSize
    if size > FrameLimits.frameSizeMax {
      buffer.truncate(to: start)
      return false
    }
    return complete(size: size, payloadSize: payloadSize)
  }

  @inlinable
  @inline(__always)
  func complete(size: Int, payloadSize: Int) -> Bool {
    // The whole is no larger, so the section is not either: no need to look.
    if size > FrameLimits.contextSizeMax, discardOutgrown() { return false }
    assert(size <= FrameLimits.frameSizeMax)
    let header = header
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: size &- FrameLayout.sizeFieldSize).littleEndian, as: UInt32.self)
    header.storeBytes(
      of: UInt32(truncatingIfNeeded: payloadSize).littleEndian, toByteOffset: FrameLayout.payloadSizeOffset,
      as: UInt32.self)
    return true
  }

  @usableFromInline
  func discardOutgrown() -> Bool {
    if contextSize <= FrameLimits.contextSizeMax { return false }
    buffer.truncate(to: start)
    return true
  }
}
