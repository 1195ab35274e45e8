// One message of the frame transport, as it lies in received bytes. Decoding checks every size once; after that the
// accessors read without checks. Never copies, never allocates, knows no sockets and no clocks.

public import TransportMessages

/// The fixed header, little-endian, 32 bytes:
///
///      0  u32  size of everything behind this field: 28 + fields + context + payload
///      4  u8   type (`FrameType`)
///      5  u8   flags (`FrameFlags`)
///      6  u16  number of header fields
///      8  u64  request id, chosen by the caller; a reply repeats it
///     16  u32  remaining deadline in microseconds, 0 = none; in a cancel when the caller gave up (`CancelTime`)
///     20  u16  hops left, this delivery included: 1 = the callee makes no calls
///     22  u16  status, a gRPC code; only in error frames
///     24  u32  size of the context section
///     28  u32  size of the payload
///
/// Then the fields (u16 name size, u16 value size, name, value; ordered, duplicates allowed), the context section and
/// the payload.
public enum FrameLayout {
  @inlinable public static var headerSize: Int { 32 }
  @inlinable public static var sizeFieldSize: Int { 4 }
  @inlinable public static var typeOffset: Int { 4 }
  @inlinable public static var flagsOffset: Int { 5 }
  @inlinable public static var fieldCountOffset: Int { 6 }
  @inlinable public static var idOffset: Int { 8 }
  @inlinable public static var deadlineOffset: Int { 16 }
  @inlinable public static var hopsLeftOffset: Int { 20 }
  @inlinable public static var statusOffset: Int { 22 }
  @inlinable public static var contextSizeOffset: Int { 24 }
  @inlinable public static var payloadSizeOffset: Int { 28 }
  @inlinable public static var fieldHeaderSize: Int { 4 }
}

public enum FrameLimits {
  /// Bytes of a whole frame.
  @inlinable public static var frameSizeMax: Int { 16 << 20 }
  @inlinable public static var fieldCountMax: Int { 256 }
  /// Bytes of all fields together, their headers included.
  @inlinable public static var fieldsSizeMax: Int { 64 << 10 }
  /// Bytes of the context section; a reply to an echo request carries one view per node that it passed.
  @inlinable public static var contextSizeMax: Int { 4 << 20 }
}

public enum FrameType: UInt8, Sendable {
  /// First on every connection, in both directions.
  case hello = 1
  case request = 2
  case response = 3
  case error = 4
  case cancel = 5
  /// The sender will close; nothing new is started on this connection.
  case goaway = 6
}

public enum FrameFlags {
  /// The reply carries the context that each node on the path saw.
  @inlinable public static var echo: UInt8 { 1 << 0 }
  /// Each node on the path clocks its stages.
  @inlinable public static var stages: UInt8 { 1 << 1 }
  /// Of a request: nobody waits for its answer any more. Of a cancel: the callee continues. See `CancelFrame`.
  @inlinable public static var abandoned: UInt8 { 1 << 2 }
}

public enum FrameDecoding {
  /// A frame may start here, but bytes are missing.
  case needsMore
  case frame(Frame)
  case invalid(TransportFault)
}

/// A decoded frame: a view of received bytes, valid as long as they stay in place.
public struct Frame {
  @usableFromInline let base: UnsafeRawPointer
  public let size: Int

  @inlinable init(base: UnsafeRawPointer, size: Int) {
    self.base = base
    self.size = size
  }

  /// - Parameter message: of this kind.
  @inlinable public init(_ message: ReceivedMessage) { self.init(base: message.base, size: message.size) }

  @inlinable public var message: ReceivedMessage { ReceivedMessage(kind: .frame, base: base, size: size) }

  /// Decodes the frame that starts at the first byte.
  public static func decode(_ bytes: UnsafeRawBufferPointer) -> FrameDecoding {
    guard bytes.count >= FrameLayout.headerSize, let base = bytes.baseAddress else { return shortDecoding(bytes) }
    let size = Int(load32(base, 0)) &+ FrameLayout.sizeFieldSize
    if size < FrameLayout.headerSize { return .invalid(.tooShort) }
    if size > FrameLimits.frameSizeMax { return .invalid(.tooLarge) }
    let frame = Frame(base: base, size: size)
    let contextSize = frame.contextSize
    if contextSize > FrameLimits.contextSizeMax { return .invalid(.contextTooLarge) }
    let fieldsSize = size &- FrameLayout.headerSize &- contextSize &- frame.payloadSize
    if fieldsSize < 0 { return .invalid(.sizesDisagree) }
    if frame.typeByte &- 1 > 5 { return .invalid(.unknownType) }
    if size > bytes.count { return .needsMore }
    if fieldsSize != 0 || frame.fieldCount != 0 {
      if let fault = frame.faultInFields(fieldsSize) { return .invalid(fault) }
    }
    return .frame(frame)
  }

  /// Decodes whole frames from the front, until a receiver returns false or the first fault, and returns how many bytes
  /// they took. All three ends of a connection read this way.
  ///
  /// Frames of type `usual` without fields go to `didReceiveUsual`: on the measured path nearly all are of that kind,
  /// and one look tells. All others go to `didReceive`.
  @inlinable
  @inline(__always)
  public static func decodeAll(
    _ bytes: UnsafeRawBufferPointer, usual: FrameType, didReceiveUsual: (Frame) -> Bool, didReceive: (Frame) -> Bool,
    didFail: (TransportFault) -> Void
  ) -> Int {
    guard let start = bytes.baseAddress else { return 0 }
    let end = start + bytes.count
    var next = start
    while end - next >= FrameLayout.headerSize {
      if let frame = plain(next, count: end - next, type: usual) {
        next += frame.size
        if didReceiveUsual(frame) { continue } else { return next - start }
      }
      guard case .frame(let frame) = decode(UnsafeRawBufferPointer(start: next, count: end - next), didFail) else {
        return next - start
      }
      next += frame.size
      if !didReceive(frame) { return next - start }
    }
    // What is no whole header may still be known to begin no frame.
    if next < end { _ = decode(UnsafeRawBufferPointer(start: next, count: end - next), didFail) }
    return next - start
  }

  @usableFromInline
  static func decode(_ bytes: UnsafeRawBufferPointer, _ didFail: (TransportFault) -> Void) -> FrameDecoding {
    let decoding = decode(bytes)
    if case .invalid(let fault) = decoding { didFail(fault) }
    return decoding
  }

  /// The whole and valid frame of that type, without fields and no larger than a context section may be, which starts
  /// here; nil says nothing.
  ///
  /// - Parameter count: a header's bytes at least.
  @inlinable
  @inline(__always)
  static func plain(_ base: UnsafeRawPointer, count: Int, type: FrameType) -> Frame? {
    let frame = Frame(base: base, size: Int(load32(base, 0)) &+ FrameLayout.sizeFieldSize)
    let contextSize = frame.contextSize
    // The section is no larger than the whole: one limit keeps the other.
    guard frame.size <= count, frame.size == FrameLayout.headerSize &+ contextSize &+ frame.payloadSize,
      frame.fieldCount == 0, frame.size <= FrameLimits.contextSizeMax, frame.typeByte == type.rawValue
    else { return nil }
    return frame
  }

  /// Less than a header: the size field alone may already be out of range.
  private static func shortDecoding(_ bytes: UnsafeRawBufferPointer) -> FrameDecoding {
    guard bytes.count >= FrameLayout.sizeFieldSize, let base = bytes.baseAddress else { return .needsMore }
    let size = Int(load32(base, 0)) + FrameLayout.sizeFieldSize
    if size < FrameLayout.headerSize { return .invalid(.tooShort) }
    if size > FrameLimits.frameSizeMax { return .invalid(.tooLarge) }
    return .needsMore
  }

  private func faultInFields(_ fieldsSize: Int) -> TransportFault? {
    if fieldCount > FrameLimits.fieldCountMax || fieldsSize > FrameLimits.fieldsSizeMax { return .tooManyFields }
    var offset = FrameLayout.headerSize
    let end = offset + fieldsSize
    for _ in 0..<fieldCount {
      guard end - offset >= FrameLayout.fieldHeaderSize else { return .malformedField }
      let nameSize = Int(load16(base, offset))
      offset += FrameLayout.fieldHeaderSize + nameSize + Int(load16(base, offset + 2))
      if nameSize == 0 || offset > end { return .malformedField }
    }
    return offset == end ? nil : .malformedField
  }

  // MARK: Header

  @inlinable var typeByte: UInt8 { base.load(fromByteOffset: FrameLayout.typeOffset, as: UInt8.self) }
  @inlinable public var type: FrameType { FrameType(rawValue: typeByte)! }
  @inlinable public var flags: UInt8 { base.load(fromByteOffset: FrameLayout.flagsOffset, as: UInt8.self) }
  @inlinable public var fieldCount: Int { Int(load16(base, FrameLayout.fieldCountOffset)) }
  @inlinable public var id: UInt64 {
    UInt64(littleEndian: base.loadUnaligned(fromByteOffset: FrameLayout.idOffset, as: UInt64.self))
  }
  /// Microseconds; 0 = none.
  @inlinable public var deadline: UInt32 { load32(base, FrameLayout.deadlineOffset) }
  @inlinable public var hopsLeft: UInt16 { load16(base, FrameLayout.hopsLeftOffset) }
  @inlinable public var status: UInt16 { load16(base, FrameLayout.statusOffset) }
  @inlinable public var contextSize: Int { Int(load32(base, FrameLayout.contextSizeOffset)) }
  @inlinable public var payloadSize: Int { Int(load32(base, FrameLayout.payloadSizeOffset)) }

  // MARK: Sections

  @inlinable public var context: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + (size &- payloadSize &- contextSize), count: contextSize)
  }

  @inlinable public var payload: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + (size &- payloadSize), count: payloadSize)
  }

  /// Calls `body` with each field in order.
  @inlinable
  @inline(__always)
  public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
    var offset = FrameLayout.headerSize
    for _ in 0..<fieldCount {
      let nameSize = Int(load16(base, offset))
      let valueSize = Int(load16(base, offset &+ 2))
      let name = base + (offset &+ FrameLayout.fieldHeaderSize)
      body(
        UnsafeRawBufferPointer(start: name, count: nameSize),
        UnsafeRawBufferPointer(start: name + nameSize, count: valueSize))
      offset &+= FrameLayout.fieldHeaderSize &+ nameSize &+ valueSize
    }
  }
}

@inlinable
func load16(_ base: UnsafeRawPointer, _ offset: Int) -> UInt16 {
  UInt16(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
}

@inlinable
func load32(_ base: UnsafeRawPointer, _ offset: Int) -> UInt32 {
  UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
}
