// Who answers requests over a connection: writes them, and decodes what comes back.

public import Bytes
public import EventLoop
public import TransportFrame

/// What a callee's messages are handed to.
public protocol ReplyReceiver: AnyObject {
  /// An answer.
  func didReceive(_ reply: ReceivedReply)
  /// A status that is none.
  func didReceive(error reply: ReceivedReply)
  /// Requests may be sent from now on.
  func didBecomeReady()
  /// Nothing new may be sent.
  func didReceiveGoaway()
  /// A reply is about to be handed on, behind which the next request may be sent; of a connection that carries one at a
  /// time.
  func didFree()
  /// A reply is about to be handed on that is the connection's last: nothing new may be sent.
  func willReceiveLast()
  /// Nothing new may be sent, and nothing comes any more.
  func didReceiveLast()
  /// Nothing new may be sent over this connection, but would be taken over another. What is under way is still answered.
  func didRetire()
  /// The callee has not looked at these requests: they may be sent over another connection. False when nobody does.
  func sendElsewhere(_ requests: [UnansweredRequest]) -> Bool
  func didReceive(_ fault: TransportFault)
  var isOpen: Bool { get }
}

extension ReplyReceiver {
  public func didFree() {}
  public func willReceiveLast() {}
  public func didReceiveLast() { didReceiveGoaway() }
  public func didRetire() { didReceiveGoaway() }
  public func sendElsewhere(_ requests: [UnansweredRequest]) -> Bool { false }
}

public struct Callee {
  public let connection: Connection
  /// That of `connection`.
  public let output: ByteBuffer
  public let encoder: RequestEncoder
  private let foreign: (any ForeignCallee)?
  private let http1: HTTP1Callee?
  private let grpc: GRPCCallee?
  /// The same without a reference count, for each read and request.
  private let unretained: Unmanaged<HTTP1Callee>?

  @inlinable public var kind: TransportKind { encoder.kind }

  /// - Parameters:
  ///   - connection: to be started next.
  ///   - target: where requests go.
  ///   - pipelineMax: requests under way at once, where replies come in the order of requests.
  ///   - repeats: `takeUnanswered` will be asked for.
  ///   - isForeign: the callee is not of this program.
  public init(
    _ transport: Transport, _ connection: Connection, _ target: RequestTarget = RequestTarget(), pipelineMax: Int = 1,
    repeats: Bool = false, isForeign: Bool = false
  ) {
    self.connection = connection
    output = connection.output
    encoder = transport.makeEncoder(target)
    foreign = transport.foreign?.makeCallee(connection)
    http1 =
      transport.kind == .http1
      ? HTTP1Callee(connection, pipelineMax: pipelineMax, repeats: repeats, sendsHeads: target.method == "HEAD") : nil
    unretained = http1.map(Unmanaged.passUnretained)
    grpc = encoder.grpcTarget.map { GRPCCallee(connection, $0, isForeign: isForeign) }
  }

  /// Says who calls and how it writes the context, where the transport has a word for that.
  ///
  /// - Parameter edge: `caller>callee`.
  public func introduce(edge: String, propagator: String) {
    // What a connection of gRPC begins with stands in the output.
    if case .grpc = kind { connection.send() }
    guard case .frame = kind else { return }
    FrameHello(edge: edge, propagator: propagator).write(to: output)
    connection.send()
  }

  /// The connection stands.
  public func didConnect(for receiver: some ReplyReceiver) {
    switch kind {
    case .http1, .foreign: receiver.didBecomeReady()
    // The callee's word comes first.
    case .frame, .grpc: break
    }
  }

  /// The connection is gone; what was received and not used up may be a reply that ends with it.
  public func didClose(for receiver: some ReplyReceiver) { http1?.end(for: receiver) }

  /// Decodes whole messages from the front; returns how many bytes they took.
  @inlinable
  @inline(__always)
  public func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    guard case .frame = kind else { return receiveOther(bytes, for: receiver) }
    return Frame.decodeAll(
      bytes, usual: .response,
      didReceiveUsual: { frame in
        receiver.didReceive(ReceivedReply(frame.message, tag: frame.id, status: 0))
        return receiver.isOpen
      },
      didReceive: { frame in
        Callee.didReceiveOther(frame, receiver)
        return receiver.isOpen
      },
      didFail: { receiver.didReceive($0) })
  }

  @usableFromInline
  func receiveOther(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    if let unretained { return unretained._withUnsafeGuaranteedRef { $0.receive(bytes, for: receiver) } }
    if let grpc { return grpc.receive(bytes, for: receiver) }
    return foreign.unsafelyUnwrapped.receive(bytes, for: receiver)
  }

  /// Static, so that a read need not copy the callee for it.
  @inline(never)
  @usableFromInline
  static func didReceiveOther(_ frame: Frame, _ receiver: some ReplyReceiver) {
    switch frame.type {
    case .response: receiver.didReceive(ReceivedReply(frame.message, tag: frame.id, status: 0))
    case .error: receiver.didReceive(error: ReceivedReply(frame.message, tag: frame.id, status: frame.status))
    case .hello:
      guard FrameHello(frame)?.version == FrameHello.currentVersion else {
        return receiver.didReceive(.unexpectedHello)
      }
      receiver.didBecomeReady()
    case .goaway: receiver.didReceiveGoaway()
    case .request, .cancel: receiver.didReceive(.unexpectedType)
    }
  }

  // MARK: Requests, sent at the end of the turn

  /// A request may be sent now. Where a connection carries one at a time, not while it does.
  @inlinable public var canSend: Bool {
    guard case .frame = kind else { return canSendOther }
    return true
  }

  @usableFromInline var canSendOther: Bool {
    if let grpc { return grpc.canSend }
    guard let unretained else { return foreign.unsafelyUnwrapped.canSend }
    return unretained._withUnsafeGuaranteedRef(\.canSend)
  }

  /// Sends a request whose context `inject` writes, through a propagator. False when the context has outgrown what the
  /// transport carries: nothing is sent then.
  @inlinable
  @inline(__always)
  public func send(_ head: RequestHead, payloadSize: Int, _ inject: (MessageWriter) -> Void) -> Bool {
    guard case .frame = kind else { return sendOther(head, payloadSize: payloadSize, inject) }
    let message = FrameWriter(to: output, head).message
    inject(message)
    guard FrameWriter(message).finish(payloadSize: payloadSize) else { return false }
    connection.didAppend(behind: message.start)
    return true
  }

  /// Inlined, so that `inject` is nowhere made a closure in memory.
  @inlinable
  @inline(__always)
  func sendOther(_ head: RequestHead, payloadSize: Int, _ inject: (MessageWriter) -> Void) -> Bool {
    let buffer = beginOther()
    let start = buffer.count
    let message = encoder.beginOther(head, to: buffer)
    inject(message)
    guard encoder.finishOther(message, payloadSize: payloadSize) else {
      dropOther()
      return false
    }
    didSend(head.tag, size: buffer.count &- start)
    return true
  }

  /// Where a request is written that is no frame.
  @usableFromInline
  func beginOther() -> ByteBuffer { grpc?.beginRequest() ?? output }

  @usableFromInline
  func dropOther() { grpc?.dropRequest() }

  @usableFromInline
  func didSend(_ tag: UInt64, size: Int) {
    if let unretained {
      unretained._withUnsafeGuaranteedRef { $0.didSend(tag, size: size) }
    } else if let grpc {
      return grpc.didWrite(tag)
    } else {
      foreign.unsafelyUnwrapped.didSend(tag)
    }
    connection.send()
  }

  /// Sends a request with a payload that somebody reads. False as above.
  ///
  /// - Parameter other: for a request that goes elsewhere than the others on this connection; nil for those.
  @inlinable
  public func send(
    _ head: RequestHead, payload: UnsafeRawBufferPointer, as other: RequestEncoder? = nil,
    _ inject: (MessageWriter) -> Void
  ) -> Bool {
    let buffer = beginOther()
    let start = buffer.count
    let encoder = other ?? encoder
    let message = encoder.begin(head, to: buffer)
    inject(message)
    guard encoder.finish(message, payloadSize: payload.count) else {
      dropOther()
      return false
    }
    if case .grpc = kind {
      buffer.append(payload)
    } else if let source = payload.baseAddress {
      buffer.pointer(at: buffer.count &- payload.count).copyMemory(from: source, byteCount: payload.count)
    }
    if case .frame = kind { connection.send() } else { didSend(head.tag, size: buffer.count &- start) }
    return true
  }

  /// Sends a ready image (`RequestEncoder.finishImage`) under a tag of its own.
  @inlinable
  @inline(__always)
  public func send(image: UnsafeRawBufferPointer, payloadSize: Int, tag: UInt64) {
    guard case .frame = kind else { return sendOther(image: image, payloadSize: payloadSize, tag: tag) }
    let destination = output.reserve(image.count &+ payloadSize &+ PayloadBytes.slack)
    destination.copyMemory(from: image.baseAddress.unsafelyUnwrapped, byteCount: image.count)
    destination.storeBytes(of: tag.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    PayloadBytes.fill(destination + image.count, payloadSize)
    output.commit(image.count &+ payloadSize)
    connection.send()
  }

  @inline(never)
  @usableFromInline
  func sendOther(image: UnsafeRawBufferPointer, payloadSize: Int, tag: UInt64) {
    if let grpc { return grpc.send(image: image, tag: tag) }
    output.append(image)
    guard case .http1 = kind else { return didSend(tag, size: image.count) }
    PayloadBytes.fill(output.reserve(payloadSize &+ PayloadBytes.slack), payloadSize)
    output.commit(payloadSize)
    didSend(tag, size: image.count &+ payloadSize)
  }

  /// Of a connection that carries one request at a time and has carried some: it carries none now. That it is closed then
  /// is no loss.
  public var isIdle: Bool { http1?.isIdle ?? grpc?.isIdle ?? false }

  /// Of a connection that carries one request at a time: it carries none now.
  public var carriesNothing: Bool { http1?.isEmpty ?? grpc?.isEmpty ?? false }

  /// Of a connection that takes no more: the requests that may be sent once more, as they were sent, over another. To be
  /// asked before the connection is closed by us.
  public func takeUnanswered() -> [UnansweredRequest] { http1?.takeUnanswered() ?? [] }

  /// Sends what another connection left unanswered.
  public func send(again requests: [UnansweredRequest]) {
    http1?.send(again: requests)
    grpc?.send(again: requests)
  }

  /// Says from here on how long compressing header fields takes, where the transport compresses.
  public func clock(_ clock: CompressionClock?) { grpc?.clock(clock) }

  /// Says that nobody waits for a request any more. False when the transport has no word for that: then the connection
  /// has to be closed, and what else is under way on it is lost.
  ///
  /// - Parameter continues: see `ReceivedCancel`; a transport without a word for it says nothing.
  public func cancel(_ tag: UInt64, at time: CancelTime, continues: Bool) -> Bool {
    if let foreign { return continues || foreign.cancel(tag) }
    if let http1 { return continues || http1.cancel(tag) }
    if let grpc {
      if !continues { grpc.cancel(tag) }
      return true
    }
    guard connection.isOpen else { return true }
    CancelFrame(id: tag, cancelledAt: time, continues: continues).write(to: output)
    connection.send()
    return true
  }
}
