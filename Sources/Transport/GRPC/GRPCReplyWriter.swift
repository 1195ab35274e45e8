// Writes the message of an answer, up to its payload.

public import Bytes

public enum GRPCReplyWriter {
  /// - Parameters:
  ///   - views: see `ViewRecords`; nil for none.
  ///   - payloadSize: bytes that follow.
  public static func write(views: UnsafeRawBufferPointer?, payloadSize: Int, to buffer: ByteBuffer) {
    buffer.removeAll()
    let viewsSize = views.map { ProtobufBytes.fieldSize($0.count) } ?? 0
    let messageSize = viewsSize + (payloadSize > 0 ? ProtobufBytes.fieldSize(payloadSize) : 0)
    let begin = buffer.reserve(32 &+ viewsSize)
    GRPCPrefix.write(messageSize: messageSize, to: begin)
    var next = begin + GRPCPrefix.size
    if let views { next = ProtobufBytes.write(ChainMessage.views, views, to: next) }
    if payloadSize > 0 { next = ProtobufBytes.writeHead(ChainMessage.payload, count: payloadSize, to: next) }
    buffer.commit(next - begin)
  }

  /// HealthCheckResponse: SERVING or NOT_SERVING.
  public static func writeHealth(isServing: Bool, to buffer: ByteBuffer) {
    buffer.removeAll()
    let begin = buffer.reserve(16)
    GRPCPrefix.write(messageSize: 2, to: begin)
    begin.storeBytes(of: 1 << 3, toByteOffset: GRPCPrefix.size, as: UInt8.self)
    begin.storeBytes(of: isServing ? 1 : 2, toByteOffset: GRPCPrefix.size + 1, as: UInt8.self)
    buffer.commit(GRPCPrefix.size + 2)
  }

  /// Bytes that an ordinary answer has beside its payload: three frames' heads, and three fields, of which HPACK makes a byte
  /// each from a connection's second answer on.
  public static func answerProtocolSize(payloadSize: Int) -> Int {
    let fields = 3
    let message = payloadSize > 0 ? ProtobufBytes.fieldSize(payloadSize) - payloadSize : 0
    return HTTP2Frame.headSize * 3 + fields + GRPCPrefix.size + message
  }
}
