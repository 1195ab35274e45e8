// The state of a connection that calls of gRPC come in by.

internal import Bytes
internal import EventLoop
internal import TransportGRPC
internal import TransportMessages

/// Created and used by `Caller`, which keeps the connection. A request's tag is its stream's id.
public final class GRPCCaller {
  /// Whoever has this has the connection as well.
  private unowned(unsafe) let connection: Connection
  private let session: HTTP2Session
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var said = SaidPropagator()
  @exclusivity(unchecked) private var isLeaving = false
  /// Runs while a request is there in part.
  private var timer: Timer?
  @exclusivity(unchecked) private var isWaiting = false
  /// Nanoseconds; then a request that is not whole is refused.
  private let requestTimeMax: Int64

  init(_ connection: Connection, requestTimeMax: Int64) {
    self.connection = connection
    self.requestTimeMax = requestTimeMax
    session = HTTP2Session(.server, output: connection.output)
    connection.send()
  }

  func measure(_ isOn: Bool) { session.measure(isOn) }

  func clock(_ clock: CompressionClock?) { session.clock = clock }

  /// See `Caller`. Uses up all bytes: what belongs to messages that are not whole is kept here.
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some RequestReceiver) -> Int {
    session.now = connection.loop.now
    session.receive(bytes)
    handOn(to: receiver)
    if !isWaiting, receiver.isOpen, session.oldestBegin != nil { wait(requestTimeMax, for: receiver) }
    return bytes.count
  }

  private func handOn(to receiver: some RequestReceiver) {
    repeat {
      while receiver.isOpen, let stream = session.takeReady() {
        tell(stream, receiver)
        session.didTake(stream)
      }
      session.endReceiving()
    } while receiver.isOpen && session.hasReady
    guard receiver.isOpen else { return }
    connection.send()
    if let fault = session.fault { return receiver.didReceive(fault) }
    while session.refusedCount > 0 {
      session.refusedCount -= 1
      receiver.didRefuse(.protocolError)
    }
    if session.isOver { connection.endOutput() }
  }

  private func tell(_ stream: HTTP2StreamSlot, _ receiver: some RequestReceiver) {
    switch stream.pointee.event {
    case .message: read(stream, receiver)
    case .refused(let status, let fault):
      session.fail(stream, status, isWhole: false)
      receiver.didRefuse(fault)
    case .reset, .unprocessed:
      receiver.didReceive(
        ReceivedCancel(tag: UInt64(stream.pointee.id), cancelledAt: .unknown, continues: false))
    }
  }

  private func read(_ stream: HTTP2StreamSlot, _ receiver: some RequestReceiver) {
    guard let incoming = stream.pointee.incoming else { return }
    switch GRPCRequestReading.read(incoming) {
    case .call(var request):
      if request.isOurs { session.trust() }
      if said.replace(by: request.propagator), !receiver.didReceiveHello(propagator: said.text) {
        session.fail(stream, .invalidArgument)
        return receiver.didRefuse(.malformedField)
      }
      request.words.tag = UInt64(stream.pointee.id)
      let message = ReceivedMessage(kind: .grpc, base: incoming, size: GRPCMessage.size(of: incoming))
      _ = receiver.didReceive(ReceivedRequest(message, request.words))
    case .health(let isKnown):
      guard isKnown else { return session.fail(stream, .notFound) }
      GRPCReplyWriter.writeHealth(isServing: !isLeaving, to: stream.pointee.sent)
      session.answer(stream, generatedSize: 0)
    case .failed(let status, let fault):
      session.fail(stream, status)
      if let fault { receiver.didRefuse(fault) }
    case .foreign(let isMethodWrong):
      session.failPlain(stream, isMethodWrong: isMethodWrong)
      receiver.didRefuse(.unsupported)
    }
  }

  /// See `Caller`.
  func reply(to tag: UInt64, status: StatusCode, views: UnsafeRawBufferPointer?, payloadSize: Int) {
    guard let stream = session.find(tag) else { return }
    if status == .ok {
      GRPCReplyWriter.write(views: views, payloadSize: payloadSize, to: stream.pointee.sent)
      session.answer(stream, generatedSize: payloadSize)
    } else {
      session.fail(stream, status)
    }
    connection.send()
    if isLeaving, session.isOver { connection.endOutput() }
  }

  func abandon(_ tag: UInt64) {
    guard let stream = session.find(tag) else { return }
    session.abandon(stream)
    connection.send()
  }

  /// What is under way is answered, and what the caller sends before it has heard of this.
  func sendGoaway() {
    isLeaving = true
    session.beginShutdown()
    connection.send()
  }

  // MARK: Requests that come slowly

  private func wait(_ nanoseconds: Int64, for receiver: some RequestReceiver) {
    isWaiting = true
    let timer =
      timer
      ?? Timer(loop: connection.loop) { [unowned self, weak receiver] in
        if let receiver { didWait(for: receiver) }
      }
    self.timer = timer
    timer.start(after: nanoseconds)
  }

  private func didWait(for receiver: some RequestReceiver) {
    isWaiting = false
    guard receiver.isOpen else { return }
    let now = connection.loop.now
    session.now = now
    while session.fault == nil, let begin = session.oldestBegin, now &- begin >= requestTimeMax {
      session.refuseOldest()
    }
    handOn(to: receiver)
    guard receiver.isOpen, let begin = session.oldestBegin else { return }
    wait(max(0, requestTimeMax &- (now &- begin)), for: receiver)
  }
}
