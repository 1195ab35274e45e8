// What a server's session answers, and where the bytes of messages come from on both sides.

internal import Bytes
internal import CNghttp2
public import TransportMessages

extension HTTP2Session {
  /// Sends a message, then the status OK.
  ///
  /// - Parameter generatedSize: bytes of payload behind what is in the stream's `sent`.
  public func answer(_ slot: HTTP2StreamSlot, generatedSize: Int) {
    slot.pointee.sentOffset = 0
    slot.pointee.sentEnd = slot.pointee.sent.count
    slot.pointee.generatedSize = generatedSize
    slot.pointee.state.insert(.isAnswered)
    var provider = HTTP2Session.provider(of: slot)
    let fields = HTTP2Fields.answer
    nghttp2_submit_response(session, slot.pointee.id, fields.pointer, fields.count, &provider)
    didSubmit()
  }

  /// Sends a status without a message. A peer that is still sending is told to stop (RFC 9113, 8.1).
  public func fail(_ slot: HTTP2StreamSlot, _ status: StatusCode, isWhole: Bool = true) {
    let id = slot.pointee.id
    slot.pointee.state.insert(.isAnswered)
    let fields = HTTP2Fields.failure(status)
    nghttp2_submit_response(session, id, fields.pointer, fields.count, nil)
    if !isWhole {
      // The library would drop the answer of a stream that is being reset.
      flush()
      reset(id, NGHTTP2_NO_ERROR)
    }
    didSubmit()
  }

  /// Answers what is no gRPC with a status of HTTP.
  public func failPlain(_ slot: HTTP2StreamSlot, isMethodWrong: Bool) {
    let id = slot.pointee.id
    slot.pointee.state.insert(.isAnswered)
    let fields = isMethodWrong ? HTTP2Fields.wrongMethod : HTTP2Fields.wrongType
    nghttp2_submit_response(session, id, fields.pointer, fields.count, nil)
    didSubmit()
  }

  /// Nothing is answered.
  public func abandon(_ slot: HTTP2StreamSlot) {
    slot.pointee.state.insert(.isAnswered)
    reset(slot.pointee.id, NGHTTP2_CANCEL)
    didSubmit()
  }

  // MARK: Messages

  static func provider(of slot: HTTP2StreamSlot) -> nghttp2_data_provider {
    nghttp2_data_provider(
      source: nghttp2_data_source(ptr: UnsafeMutableRawPointer(slot)),
      read_callback: { session, id, buffer, length, flags, source, user in
        HTTP2Session.read(session, id, buffer, length, flags, source, user)
      })
  }

  /// The next bytes of a message.
  private static func read(
    _ session: OpaquePointer?, _ id: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
    _ flags: UnsafeMutablePointer<UInt32>?, _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _ user: UnsafeMutableRawPointer?
  ) -> Int {
    let slot = source.unsafelyUnwrapped.pointee.ptr.assumingMemoryBound(to: HTTP2Stream.self)
    let destination = UnsafeMutableRawPointer(buffer.unsafelyUnwrapped)
    let sent = slot.pointee.sent
    let ready = min(slot.pointee.sentEnd &- slot.pointee.sentOffset, length)
    destination.copyMemory(from: sent.pointer(at: slot.pointee.sentOffset), byteCount: ready)
    slot.pointee.sentOffset &+= ready
    let generated = min(slot.pointee.generatedSize, length &- ready)
    PayloadBytes.fill(exactly: generated, destination + ready, room: length &- ready)
    slot.pointee.generatedSize &-= generated
    guard slot.pointee.sentOffset == slot.pointee.sentEnd, slot.pointee.generatedSize == 0 else {
      return ready &+ generated
    }
    flags.unsafelyUnwrapped.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
    let isServer = nghttp2_session_check_server_session(session) != 0
    if isServer {
      flags.unsafelyUnwrapped.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
      nghttp2_submit_trailer(session, id, HTTP2Fields.trailers.pointer, 1)
    }
    return ready &+ generated
  }
}
