// A request that `GRPCRequestWriter` has finished, on its way into a session.

internal import Bytes
internal import CNghttp2
internal import TransportHTTP1
public import TransportMessages

public enum GRPCRequestImage {
  /// The fields of the context in the request at the front of a buffer.
  static func fieldCount(_ buffer: ByteBuffer) -> Int { Int(head(buffer.pointer(at: 0)).fieldCount) }

  private static func head(_ start: UnsafeRawPointer) -> GRPCRequestHead {
    start.loadUnaligned(as: GRPCRequestHead.self)
  }

  /// Calls `body` with each field behind a request's head.
  static func forEachField(
    _ fields: UnsafeRawBufferPointer, _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
  ) {
    var offset = 0
    while offset < fields.count {
      let nameSize = Int(fields.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let valueSize = Int(fields.loadUnaligned(fromByteOffset: offset &+ 4, as: UInt32.self))
      let name = offset &+ 8
      let end = name &+ nameSize &+ valueSize
      body(
        UnsafeRawBufferPointer(rebasing: fields[name..<name &+ nameSize]),
        UnsafeRawBufferPointer(rebasing: fields[name &+ nameSize..<end]))
      offset = end
    }
  }

  /// Makes a stream's request ready for the library: writes what its head says as text behind it, and lists its fields.
  /// Returns how many there are.
  static func prepare(_ slot: HTTP2StreamSlot, _ target: GRPCTarget, _ list: UnsafeMutablePointer<nghttp2_nv>) -> Int {
    let sent = slot.pointee.sent
    let head = head(sent.pointer(at: 0))
    let messageStart = GRPCRequestHead.size &+ Int(head.fieldsSize)
    let messageEnd = sent.count
    slot.pointee.sentOffset = messageStart
    slot.pointee.sentEnd = messageEnd
    let given = messageEnd &- messageStart &- Int(head.messageHeadSize)
    slot.pointee.generatedSize = Int(head.payloadSize) &- given
    // Nothing in the buffer moves from here on.
    let text = sent.reserve(64)
    list.update(from: target.fields.pointer, count: target.fields.count)
    var count = target.fields.count
    var next = text
    if head.deadline != 0 {
      next = GRPCTimeout.write(head.deadline, to: text)
      list[count] = .reading("grpc-timeout", text, next - text)
      count &+= 1
    }
    if !head.isRaw {
      let words = next
      next = writeWords(head, to: words)
      list[count] = .reading("ctxchain", words, next - words)
      count &+= 1
    }
    let callEnd = count
    forEachField(UnsafeRawBufferPointer(start: sent.pointer(at: GRPCRequestHead.size), count: Int(head.fieldsSize))) {
      list[count] = .reading($0, $1)
      count &+= 1
    }
    if !target.neverIndexed.isEmpty {
      forbidIndexing(target.neverIndexed, of: list, call: target.fields.count..<callEnd, context: callEnd..<count)
    }
    return count
  }

  /// Such fields go out as they are, whoever hands them on (RFC 7541, 6.2.3).
  private static func forbidIndexing(
    _ classes: FieldClasses, of list: UnsafeMutablePointer<nghttp2_nv>, call: Range<Int>, context: Range<Int>
  ) {
    let mark = UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue)
    if classes.contains(.call) { for index in call { list[index].flags |= mark } }
    for index in context {
      let name = UnsafeRawBufferPointer(start: list[index].name, count: list[index].namelen)
      if classes.contains(GRPCFieldClass.of(name)) { list[index].flags |= mark }
    }
  }

  /// As `HTTP1RequestWriter` has them, without the deadline.
  private static func writeWords(_ head: GRPCRequestHead, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer
  {
    var next = HTTP1Digits.write("hops=", to: start)
    next = HTTP1Digits.write(Int(head.hopsLeft), to: next)
    let flags = RequestFlags(rawValue: head.flags)
    if flags.contains(.echo) { next = HTTP1Digits.write(", echo", to: next) }
    if flags.contains(.stages) { next = HTTP1Digits.write(", stages", to: next) }
    if flags.contains(.abandoned) { next = HTTP1Digits.write(", abandoned", to: next) }
    return next
  }

  /// A stream's request as it was before it was sent, with a payload that was given.
  public static func bytes(of slot: HTTP2StreamSlot) -> [UInt8] {
    Array(slot.pointee.sent.readable[..<slot.pointee.sentEnd])
  }

  /// Calls `body` with the request as a receiver would see it, its payload left out.
  public static func withMessage<Result>(
    _ image: UnsafeRawBufferPointer, _ body: (ReceivedMessage) -> Result
  ) -> Result {
    let head = head(image.baseAddress!)
    var incoming = GRPCIncoming()
    defer { incoming.deallocate() }
    let fieldsEnd = GRPCRequestHead.size &+ Int(head.fieldsSize)
    forEachField(UnsafeRawBufferPointer(rebasing: image[GRPCRequestHead.size..<fieldsEnd])) {
      incoming.append(name: $0, value: $1, sizeMax: GRPCLimits.fieldsSizeMax)
    }
    incoming.carrierSize = incoming.fieldsSize
    // Another service's message has nothing of a context in it.
    if !head.isRaw {
      let messageHead = UnsafeRawBufferPointer(
        rebasing: image[fieldsEnd &+ GRPCPrefix.size..<fieldsEnd &+ Int(head.messageHeadSize)])
      incoming.body.append(messageHead)
      PayloadBytes.fill(incoming.body.reserve(Int(head.payloadSize) &+ PayloadBytes.slack), Int(head.payloadSize))
      incoming.body.commit(Int(head.payloadSize))
    }
    return withUnsafeMutablePointer(to: &incoming) { incoming in
      let isRead = GRPCRequestReading.readContext(of: incoming, message: incoming.pointee.body.readable)
      precondition(isRead, "an image is a request")
      return body(ReceivedMessage(kind: .grpc, base: incoming, size: image.count))
    }
  }
}

extension nghttp2_nv {
  @inline(__always)
  fileprivate static func reading(_ name: StaticString, _ value: UnsafeMutableRawPointer, _ valueSize: Int)
    -> nghttp2_nv
  {
    .reading(
      UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
      UnsafeRawBufferPointer(start: value, count: valueSize))
  }
}
