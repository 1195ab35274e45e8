// Writes one request, before HPACK: a head of fixed size, the fields of its context, and the beginning of its message. These
// bytes are what a connection keeps of it, and what a client sends again and again.

public import Bytes
public import TransportMessages
internal import TransportHTTP1

/// What stands at the front of a request: all of it in the machine's own order, as it never leaves the process.
struct GRPCRequestHead {
  /// Bytes of the fields behind it, each 8 bytes of sizes, then name and value.
  var fieldsSize: UInt32 = 0
  /// Of the binary section, which lies at the end of the buffer while the request is written.
  var binarySize: UInt32 = 0
  /// Of what the message has in front of its payload.
  var messageHeadSize: UInt32 = 0
  var payloadSize: UInt32 = 0
  var deadline: UInt32 = 0
  var fieldCount: UInt16 = 0
  var hopsLeft: UInt16 = 0
  var flags: UInt8 = 0
  var contextInMessage = false
  var isRaw = false
  /// Something had no room.
  var isOverflowing = false

  static var size: Int { 32 }
}

/// Begun with what is known beforehand, then any number of fields and bytes of the binary section in any order, then
/// `finish`. Two words, which are passed in registers and copied freely.
public struct GRPCRequestWriter {
  let buffer: ByteBuffer
  let start: Int

  /// Begins a request.
  public init(to buffer: ByteBuffer, target: GRPCTarget, _ head: RequestHead) {
    self.buffer = buffer
    start = buffer.count
    _ = buffer.reserve(256)
    buffer.commit(GRPCRequestHead.size)
    var begin = GRPCRequestHead()
    begin.deadline = head.deadline
    begin.hopsLeft = head.hopsLeft
    begin.flags = head.flags.rawValue
    begin.contextInMessage = target.contextInMessage
    begin.isRaw = target.isRaw
    buffer.pointer(at: start).storeBytes(of: begin, as: GRPCRequestHead.self)
  }

  /// - Parameter message: of this kind.
  public init(_ message: MessageWriter) {
    buffer = message.buffer
    start = message.start
  }

  public var message: MessageWriter { MessageWriter(kind: .grpc, buffer: buffer, start: start) }

  private var head: GRPCRequestHead {
    get { buffer.pointer(at: start).loadUnaligned(as: GRPCRequestHead.self) }
    nonmutating set { buffer.pointer(at: start).storeBytes(of: newValue, as: GRPCRequestHead.self) }
  }

  // MARK: Fields

  /// Appends a field whose value `fill` writes in place: it gets room for `sizeMax` bytes and returns how many it used;
  /// after 0 there is no field. What breaks a limit of `GRPCLimits`, and a value that no field may have, makes `finish`
  /// false.
  @inline(__always)
  public func appendField(
    _ name: UnsafeRawBufferPointer, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int
  ) {
    let entry = buffer.reserve(8 &+ name.count &+ sizeMax)
    let valueSize = fill(entry + (8 &+ name.count))
    precondition(valueSize <= sizeMax)
    if valueSize > 0 { commitField(entry, name, valueSize: valueSize) }
  }

  /// Appends a field, also one with an empty value. A name that is no token makes `finish` false (RFC 9110, 5.1); HTTP/2 has
  /// lower case alone.
  public func appendField(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    guard name.allSatisfy(HTTP1Text.isToken) else { return overflow() }
    let entry = buffer.reserve(8 &+ name.count &+ value.count)
    if let source = value.baseAddress { (entry + (8 &+ name.count)).copyMemory(from: source, byteCount: value.count) }
    commitField(entry, name, valueSize: value.count, lowers: true)
  }

  private func lower(_ name: UnsafeMutableRawPointer, _ size: Int) {
    for offset in 0..<size {
      let byte = name.load(fromByteOffset: offset, as: UInt8.self)
      if byte &- 0x41 < 26 { name.storeBytes(of: byte | 0x20, toByteOffset: offset, as: UInt8.self) }
    }
  }

  /// Of a request to another service's method.
  public var isRaw: Bool { head.isRaw }

  private func overflow() { head.isOverflowing = true }

  private func commitField(
    _ entry: UnsafeMutableRawPointer, _ name: UnsafeRawBufferPointer, valueSize: Int, lowers: Bool = false
  ) {
    var head = head
    let value = entry + (8 &+ name.count)
    // A value has no white space around it (RFC 9113, 8.2.1).
    var (first, last) = (0, valueSize)
    while first < last, HTTP1Text.isBlank((value + first).load(as: UInt8.self)) { first &+= 1 }
    while first < last, HTTP1Text.isBlank((value + (last &- 1)).load(as: UInt8.self)) { last &-= 1 }
    if first > 0 { value.copyMemory(from: value + first, byteCount: last &- first) }
    let size = 8 &+ name.count &+ last &- first
    let sizeMax = head.contextInMessage ? GRPCLimits.messageContextSizeMax : GRPCLimits.fieldsSizeMax
    guard Int(head.fieldCount) < GRPCLimits.fieldCountMax, name.count > 0, size <= GRPCLimits.fieldsSizeMax,
      Int(head.fieldsSize) &+ size <= sizeMax, HTTP1Text.mayBeValue(value, last &- first)
    else { return overflow() }
    (entry + 8).copyMemory(from: name.baseAddress!, byteCount: name.count)
    if lowers { lower(entry + 8, name.count) }
    entry.storeBytes(of: UInt32(truncatingIfNeeded: name.count), as: UInt32.self)
    entry.storeBytes(of: UInt32(truncatingIfNeeded: last &- first), toByteOffset: 4, as: UInt32.self)
    buffer.commit(size)
    head.fieldsSize &+= UInt32(truncatingIfNeeded: size)
    head.fieldCount &+= 1
    self.head = head
    if head.binarySize > 0 { moveBeforeBinary(size, Int(head.binarySize)) }
  }

  /// A field that was written behind the binary section changes places with it.
  private func moveBeforeBinary(_ size: Int, _ binarySize: Int) {
    let binary = buffer.pointer(at: buffer.count - size - binarySize)
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { field in
      field.baseAddress!.copyMemory(from: binary + binarySize, byteCount: size)
      (binary + size).copyMemory(from: binary, byteCount: binarySize)
      binary.copyMemory(from: field.baseAddress!, byteCount: size)
    }
  }

  /// Room for `size` more bytes of the binary section, counted as written.
  public func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    let destination = buffer.reserve(size)
    guard Int(head.binarySize) &+ size <= GRPCLimits.messageContextSizeMax else {
      // Written where nothing is kept.
      overflow()
      return destination
    }
    buffer.commit(size)
    head.binarySize &+= UInt32(truncatingIfNeeded: size)
    return destination
  }

  // MARK: The end

  /// The payload is not here: it is made when it is sent, or appended behind. False when something had no room: all that
  /// was written is then taken back.
  public func finish(payloadSize: Int) -> Bool {
    guard !head.isOverflowing, head.contextInMessage || finishBinary(),
      payloadSize <= GRPCLimits.messageSizeMax &- 2 * GRPCLimits.messageContextSizeMax
    else {
      buffer.truncate(to: start)
      return false
    }
    head.payloadSize = UInt32(truncatingIfNeeded: payloadSize)
    if head.contextInMessage { moveContextIntoMessage() } else { writeMessageHead(context: nil) }
    return true
  }

  /// The binary section becomes a field, in base64 without padding. False when it has no room.
  private func finishBinary() -> Bool {
    let size = Int(head.binarySize)
    guard size > 0 else { return true }
    let name: StaticString = "ctxchain-context-bin"
    let nameSize = name.utf8CodeUnitCount
    let textSize = (size &* 4 &+ 2) / 3
    let encodedSize = HTTP1Base64.encodedSize(size)
    guard Int(head.fieldsSize) &+ 8 &+ nameSize &+ textSize <= GRPCLimits.fieldsSizeMax else { return false }
    _ = buffer.reserve(8 &+ nameSize &+ encodedSize)
    let entry = buffer.pointer(at: buffer.count &- size)
    let text = entry + (8 &+ nameSize)
    (text + (encodedSize &- size)).copyMemory(from: entry, byteCount: size)
    HTTP1Base64.encode(text, size: size)
    entry.storeBytes(of: UInt32(nameSize), as: UInt32.self)
    entry.storeBytes(of: UInt32(textSize), toByteOffset: 4, as: UInt32.self)
    (entry + 8).copyMemory(from: name.utf8Start, byteCount: nameSize)
    buffer.commit(8 &+ nameSize &+ textSize &- size)
    head.binarySize = 0
    head.fieldsSize &+= UInt32(8 &+ nameSize &+ textSize)
    head.fieldCount &+= 1
    return true
  }

  /// The fields and the binary section become the message's `context`.
  private func moveContextIntoMessage() {
    let head = head
    let written = buffer.count &- start &- GRPCRequestHead.size
    withUnsafeTemporaryAllocation(byteCount: written &+ 1, alignment: 8) { copy in
      let source = buffer.pointer(at: start &+ GRPCRequestHead.size)
      copy.baseAddress!.copyMemory(from: source, byteCount: written)
      buffer.truncate(to: start &+ GRPCRequestHead.size)
      self.head.fieldsSize = 0
      self.head.fieldCount = 0
      self.head.binarySize = 0
      let fields = UnsafeRawBufferPointer(rebasing: copy[..<Int(head.fieldsSize)])
      let binary = UnsafeRawBufferPointer(rebasing: copy[Int(head.fieldsSize)..<written])
      writeMessageHead(context: (fields, binary))
    }
  }

  private typealias Context = (fields: UnsafeRawBufferPointer, binary: UnsafeRawBufferPointer)

  /// The five bytes of gRPC, the context, and what stands in front of the payload.
  private func writeMessageHead(context: Context?) {
    let payloadSize = Int(head.payloadSize)
    let contextSize = context.map { GRPCContextMessage.size(fields: $0.fields, binary: $0.binary) }
    let hasPayloadHead = !head.isRaw && payloadSize > 0
    let messageSize =
      (hasPayloadHead ? ProtobufBytes.fieldSize(payloadSize) : payloadSize)
      + (contextSize.map(ProtobufBytes.fieldSize) ?? 0)
    let begin = buffer.reserve(32 &+ (contextSize ?? 0))
    GRPCPrefix.write(messageSize: messageSize, to: begin)
    var next = begin + GRPCPrefix.size
    if let context, let contextSize {
      next = ProtobufBytes.writeHead(ChainMessage.context, count: contextSize, to: next)
      next = GRPCContextMessage.write(fields: context.fields, binary: context.binary, to: next)
    }
    if hasPayloadHead { next = ProtobufBytes.writeHead(ChainMessage.payload, count: payloadSize, to: next) }
    buffer.commit(next - begin)
    head.messageHeadSize = UInt32(truncatingIfNeeded: next - begin)
  }
}
