// The state of a connection that calls of gRPC go out by.

internal import Bytes
internal import EventLoop
internal import TransportGRPC
internal import TransportMessages

/// Created and used by `Callee`, which keeps the connection.
public final class GRPCCallee {
  /// Whoever has this has the connection as well.
  private unowned(unsafe) let connection: Connection
  private let session: HTTP2Session
  private let target: GRPCTarget
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// Whom the latest bytes were handed on to.
  private weak var receiver: (any ReplyReceiver)?
  private var timer: Timer?
  /// The request that is being written.
  @exclusivity(unchecked) private var writing: HTTP2StreamSlot?
  @exclusivity(unchecked) private var isReady = false
  /// The callee takes no more requests on this connection.
  @exclusivity(unchecked) private var isRetired = false
  /// A reply has come over this connection.
  @exclusivity(unchecked) private var isReused = false
  /// Nil: the callee is of this program, and may be told of all that is given up.
  @exclusivity(unchecked) private var resets: TokenBucket?

  /// - Parameter isForeign: the callee is not of this program.
  init(_ connection: Connection, _ target: GRPCTarget, isForeign: Bool) {
    self.connection = connection
    self.target = target
    session = HTTP2Session(.client, output: connection.output)
    resets = isForeign ? TokenBucket(burst: GRPCLimits.sentResetBurst, rate: GRPCLimits.sentResetRate) : nil
  }

  func clock(_ clock: CompressionClock?) { session.clock = clock }

  // MARK: Requests

  var canSend: Bool { session.openCount < session.streamCountMax && !isRetired }

  /// Where a request is to be written.
  func beginRequest() -> ByteBuffer {
    let stream = session.takeRequest()
    writing = stream
    return stream.pointee.sent
  }

  /// It could not be.
  func dropRequest() {
    if let writing { session.drop(writing) }
    writing = nil
  }

  func didWrite(_ tag: UInt64) {
    guard let stream = writing else { return }
    writing = nil
    session.send(stream, tag: tag, to: target)
    connection.send()
    handOnSoon()
  }

  /// A request that was written elsewhere, without its payload or with it.
  func send(image: UnsafeRawBufferPointer, tag: UInt64) {
    beginRequest().append(image)
    didWrite(tag)
  }

  func send(again requests: [UnansweredRequest]) {
    for request in requests {
      let stream = session.takeRequest()
      request.bytes.withUnsafeBytes { stream.pointee.sent.append($0) }
      session.send(stream, tag: request.tag, to: target, isRepeated: true)
    }
    connection.send()
    handOnSoon()
  }

  func cancel(_ tag: UInt64) {
    let mayReset = resets?.take(at: connection.loop.now) ?? true
    session.giveUp(tag, resets: mayReset)
    connection.send()
    handOnSoon()
  }

  /// Nothing is under way.
  var isEmpty: Bool { session.openCount == 0 }

  /// Used before, and nothing is under way.
  var isIdle: Bool { isReused && isEmpty }

  // MARK: Replies

  /// See `Callee`.
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    if !isReady { self.receiver = receiver }
    session.now = connection.loop.now
    session.receive(bytes)
    retireIfOver(receiver)
    if !isReady, !isRetired, session.hasSettings {
      isReady = true
      receiver.didBecomeReady()
    }
    handOn(to: receiver)
    return bytes.count
  }

  private func handOn(to receiver: some ReplyReceiver) {
    var unprocessed: [UnansweredRequest] = []
    repeat {
      while receiver.isOpen, let stream = session.takeReady() {
        tell(stream, receiver, &unprocessed)
        session.didTake(stream)
      }
      session.endReceiving()
    } while receiver.isOpen && session.hasReady
    guard receiver.isOpen else { return }
    connection.send()
    if !unprocessed.isEmpty { sendElsewhere(unprocessed, receiver) }
    guard receiver.isOpen else { return }
    if let fault = session.fault { return receiver.didReceive(fault) }
    if isReady, canSend { receiver.didFree() }
  }

  /// What was sent may have ended streams at once: while nobody receives, they are told in a while.
  private func handOnSoon() {
    guard session.hasReady, !session.isReceiving else { return }
    let timer =
      timer
      ?? Timer(loop: connection.loop) { [unowned self] in
        if let receiver, receiver.isOpen { handOn(to: receiver) }
      }
    self.timer = timer
    timer.start(after: 0)
  }

  private func retireIfOver(_ receiver: some ReplyReceiver) {
    guard !isRetired else { return }
    if let code = session.goawayCode {
      isRetired = true
      // One that has answered nothing is not connected to anew at once.
      if code == 0, isServing || session.openCount > 0 { receiver.didRetire() } else { receiver.didReceiveGoaway() }
    } else if session.isExhausted {
      isRetired = true
      receiver.didRetire()
    }
  }

  private func tell(
    _ stream: HTTP2StreamSlot, _ receiver: some ReplyReceiver, _ unprocessed: inout [UnansweredRequest]
  ) {
    switch stream.pointee.event {
    case .message:
      guard let incoming = stream.pointee.incoming else { return }
      isReused = true
      let status = GRPCReplyReading.read(incoming, isRaw: target.isRaw)
      let reply = ReceivedReply(
        ReceivedMessage(kind: .grpc, base: incoming, size: GRPCMessage.size(of: incoming)), tag: stream.pointee.tag,
        status: status)
      if isReady, canSend { receiver.didFree() }
      if status == 0 { receiver.didReceive(reply) } else { receiver.didReceive(error: reply) }
    case .refused(let status, _): fail(stream.pointee.tag, status, receiver)
    case .reset(let code): fail(stream.pointee.tag, StatusCode(http2: code), receiver)
    case .unprocessed:
      // A callee that stays and refuses a second time might for ever.
      guard isRetired || !stream.pointee.isRepeated else { return fail(stream.pointee.tag, .unavailable, receiver) }
      unprocessed.append(UnansweredRequest(tag: stream.pointee.tag, bytes: GRPCRequestImage.bytes(of: stream)))
    }
  }

  private func fail(_ tag: UInt64, _ status: StatusCode, _ receiver: some ReplyReceiver) {
    let message = ReceivedMessage(kind: .grpc, base: session.nothing, size: 0)
    receiver.didReceive(error: ReceivedReply(message, tag: tag, status: status.rawValue))
  }

  /// The callee has answered something over this connection, or said that it would.
  private var isServing: Bool { isReused || session.hasAcceptedSome }

  /// What the callee has not looked at goes out once more, over another connection (gRPC's transparent retry, A6). Where
  /// this one has done nothing at all, the next might not either.
  private func sendElsewhere(_ requests: [UnansweredRequest], _ receiver: some ReplyReceiver) {
    if isServing, receiver.sendElsewhere(requests) { return }
    for request in requests where receiver.isOpen { fail(request.tag, .unavailable, receiver) }
  }
}

extension StatusCode {
  /// As gRPC's protocol document maps the codes of RST_STREAM (RFC 9113, 7).
  init(http2 code: UInt32) {
    switch code {
    case 7: self = .unavailable
    case 8: self = .cancelled
    case 11: self = .resourceExhausted
    case 12: self = .permissionDenied
    default: self = .internal
    }
  }
}
