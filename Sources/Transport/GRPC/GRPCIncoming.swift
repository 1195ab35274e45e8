// What has come of a message, in memory that is used again: names and values, a table of them, and the message's bytes.

internal import Bytes
public import TransportMessages

public struct GRPCField {
  var nameOffset: UInt32
  var valueOffset: UInt32
  var nameSize: UInt32
  var valueSize: UInt32
  /// Bytes on the wire, where that is told; 0 where it is not.
  var encodedSize: UInt32 = 0
  /// It was put into HPACK's table.
  var isInserted = false
}

/// Filled by `HTTP2Session`, read by `GRPCRequestReading` and `GRPCReplyReading`. Offsets count from the first byte of
/// `bytes`, which move while a message is incomplete.
public struct GRPCIncoming {
  var bytes = ByteBuffer(capacity: 1024)
  var body = ByteBuffer(capacity: 512)
  var fields: UnsafeMutablePointer<GRPCField>
  private var fieldCapacity = 24
  var fieldCount = 0
  /// Of names and values.
  var fieldsSize = 0
  /// Bytes that count among those that its connection keeps.
  var countedSize = 0
  /// Too many of them, or too large: those behind are dropped.
  var isOverflowing = false
  /// In the list of those that nobody uses.
  var next: UnsafeMutablePointer<GRPCIncoming>?

  // MARK: What it says, once it is whole

  /// Of a reply: HTTP's status.
  public internal(set) var httpStatus: UInt16 = 0
  /// The binary section, in `bytes` or `body`.
  var binary = UnsafeRawBufferPointer(start: nil, count: 0)
  /// In `body`.
  var payload = UnsafeRawBufferPointer(start: nil, count: 0)
  var views = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Bytes of the fields and the section that carry the context, as they came, and before compression; the same where the
  /// session does not measure.
  var carrierSize = 0
  /// Of the context in the message.
  var contextMessageSize = 0
  var uncompressedCarrierSize = 0
  /// Bytes of all else but the payload, as they came.
  var protocolSize = 0
  /// Fields that were put into HPACK's table.
  var insertedCount = 0

  init() { fields = .allocate(capacity: fieldCapacity) }

  func deallocate() {
    bytes.deallocate()
    body.deallocate()
    fields.deallocate()
  }

  /// Back to the state before any message. Memory that an unusual one needed is given back.
  mutating func reset() {
    GRPCIncoming.clear(&bytes, capacity: 1024)
    GRPCIncoming.clear(&body, capacity: 512)
    fieldCount = 0
    fieldsSize = 0
    countedSize = 0
    isOverflowing = false
    httpStatus = 0
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    (binary, payload, views) = (nothing, nothing, nothing)
    carrierSize = 0
    contextMessageSize = 0
    uncompressedCarrierSize = 0
    protocolSize = 0
    insertedCount = 0
  }

  @inline(__always)
  private static func clear(_ buffer: inout ByteBuffer, capacity: Int) {
    if buffer.capacity > GRPCLimits.keptCapacityMax {
      buffer.deallocate()
      buffer = ByteBuffer(capacity: capacity)
    }
    buffer.removeAll()
  }

  /// Bytes that it has allocated.
  var capacity: Int { bytes.capacity &+ body.capacity &+ fieldCapacity &* MemoryLayout<GRPCField>.stride }

  /// Bytes that it holds.
  var size: Int { bytes.count &+ body.count }

  /// Appends a field. What goes beyond `sizeMax` bytes, or is one too many, is dropped and noted.
  mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, sizeMax: Int) {
    let size = name.count &+ value.count
    guard fieldCount < GRPCLimits.receivedFieldCountMax, fieldsSize &+ size <= sizeMax else {
      isOverflowing = true
      return
    }
    if fieldCount == fieldCapacity { growTable() }
    let start = bytes.count
    let destination = bytes.reserve(size)
    if let source = name.baseAddress { destination.copyMemory(from: source, byteCount: name.count) }
    if let source = value.baseAddress { (destination + name.count).copyMemory(from: source, byteCount: value.count) }
    bytes.commit(size)
    fields[fieldCount] = GRPCField(
      nameOffset: UInt32(truncatingIfNeeded: start), valueOffset: UInt32(truncatingIfNeeded: start &+ name.count),
      nameSize: UInt32(truncatingIfNeeded: name.count), valueSize: UInt32(truncatingIfNeeded: value.count))
    fieldCount &+= 1
    fieldsSize &+= size
  }

  /// What the field that came last took on the wire.
  mutating func note(_ size: HPACKSizes.Size) {
    guard fieldCount > 0 else { return }
    fields[fieldCount - 1].encodedSize = size.encoded
    fields[fieldCount - 1].isInserted = size.isInserted
    if size.isInserted { insertedCount &+= 1 }
  }

  /// Fields whose names have no bytes are taken out.
  mutating func dropNamelessFields() {
    var kept = 0
    for index in 0..<fieldCount where fields[index].nameSize > 0 {
      fields[kept] = fields[index]
      kept &+= 1
    }
    fieldCount = kept
  }

  private mutating func growTable() {
    let grown = UnsafeMutablePointer<GRPCField>.allocate(capacity: fieldCapacity * 2)
    grown.moveInitialize(from: fields, count: fieldCount)
    fields.deallocate()
    fields = grown
    fieldCapacity *= 2
  }
}

/// A whole message: a view of what has come of it, valid until its receiver returns to the loop.
public struct GRPCMessage {
  private let incoming: UnsafeMutablePointer<GRPCIncoming>

  /// Bytes of a message that has come, before compression.
  public static func size(of incoming: UnsafePointer<GRPCIncoming>) -> Int { incoming.pointee.size }

  /// - Parameter message: of this kind.
  public init(_ message: ReceivedMessage) {
    incoming = UnsafeMutableRawPointer(mutating: message.base).assumingMemoryBound(to: GRPCIncoming.self)
  }

  /// Calls `body` with each field that neither HTTP nor gRPC has a use for, in order. Names are in lower case, values have
  /// no white space around them (RFC 9113, 8.2.1).
  @inline(__always)
  public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
    guard let base = incoming.pointee.bytes.readable.baseAddress else { return }
    for index in 0..<incoming.pointee.fieldCount {
      let field = incoming.pointee.fields[index]
      body(
        UnsafeRawBufferPointer(start: base + Int(field.nameOffset), count: Int(field.nameSize)),
        UnsafeRawBufferPointer(start: base + Int(field.valueOffset), count: Int(field.valueSize)))
    }
  }

  public var binary: UnsafeRawBufferPointer { incoming.pointee.binary }
  /// The chain's payload; of another service's message all of it.
  public var payload: UnsafeRawBufferPointer { incoming.pointee.payload }
  /// Of a reply; see `ViewRecords`.
  public var views: UnsafeRawBufferPointer { incoming.pointee.views }
  public var httpStatus: UInt16 { incoming.pointee.httpStatus }
  public var carrierSize: Int { incoming.pointee.carrierSize }
  public var uncompressedCarrierSize: Int { incoming.pointee.uncompressedCarrierSize }
  public var insertedCount: Int { incoming.pointee.insertedCount }
  public var protocolSize: Int { incoming.pointee.protocolSize }
}
