// Who sends requests over a connection: decodes what comes, and writes what it is answered.

public import Bytes
public import EventLoop
public import TransportFrame

/// What a caller's messages are handed to.
public protocol RequestReceiver: AnyObject {
  /// False: the connection is closed, and what else was received is not looked at.
  func didReceive(_ request: ReceivedRequest) -> Bool
  func didReceive(_ cancel: ReceivedCancel)
  /// The caller says how it writes the context from here on; nil: it does not say so any more. False for a propagator that
  /// nobody knows.
  func didReceiveHello(propagator: String?) -> Bool
  /// What the connection has to be closed for.
  func didReceive(_ fault: TransportFault)
  /// The same, once what is owed has been answered: the transport sees to it.
  func didRefuse(_ fault: TransportFault)
  var isOpen: Bool { get }
}

extension RequestReceiver {
  public func didRefuse(_ fault: TransportFault) { didReceive(fault) }
}

public struct Caller {
  public let kind: TransportKind
  public let connection: Connection
  /// That of `connection`.
  public let output: ByteBuffer
  private let foreign: (any ForeignCaller)?
  private let http1: HTTP1Caller?
  private let grpc: GRPCCaller?
  /// The same without a reference count, for each read and reply.
  private let unretained: Unmanaged<HTTP1Caller>?

  public init(_ transport: Transport, _ connection: Connection) {
    kind = transport.kind
    self.connection = connection
    output = connection.output
    foreign = transport.foreign?.makeCaller(connection)
    http1 = kind == .http1 ? HTTP1Caller(connection, requestTimeMax: transport.requestTimeMax) : nil
    unretained = http1.map(Unmanaged.passUnretained)
    grpc = kind == .grpc ? GRPCCaller(connection, requestTimeMax: transport.requestTimeMax) : nil
  }

  /// Decodes whole messages from the front; returns how many bytes they took.
  @inlinable
  @inline(__always)
  public func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some RequestReceiver) -> Int {
    guard case .frame = kind else { return receiveOther(bytes, for: receiver) }
    return Frame.decodeAll(
      bytes, usual: .request, didReceiveUsual: { receiver.didReceive(ReceivedRequest($0)) },
      didReceive: { frame in
        Caller.didReceiveOther(frame, receiver, over: connection)
        return receiver.isOpen
      },
      didFail: { receiver.didReceive($0) })
  }

  @usableFromInline
  func receiveOther(_ bytes: UnsafeRawBufferPointer, for receiver: some RequestReceiver) -> Int {
    if let unretained { return unretained._withUnsafeGuaranteedRef { $0.receive(bytes, for: receiver) } }
    if let grpc { return grpc.receive(bytes, for: receiver) }
    return foreign.unsafelyUnwrapped.receive(bytes, for: receiver)
  }

  /// Static, so that a read need not copy the caller for it.
  @inline(never)
  @usableFromInline
  static func didReceiveOther(_ frame: Frame, _ receiver: some RequestReceiver, over connection: Connection) {
    switch frame.type {
    case .request: _ = receiver.didReceive(ReceivedRequest(frame))
    case .cancel:
      let cancel = CancelFrame(frame)
      receiver.didReceive(
        ReceivedCancel(tag: cancel.id, cancelledAt: cancel.cancelledAt, continues: cancel.continues))
    case .hello:
      guard let hello = FrameHello(frame), hello.version == FrameHello.currentVersion,
        receiver.didReceiveHello(propagator: hello.propagator)
      else { return receiver.didReceive(.unexpectedHello) }
      FrameHello(edge: hello.edge, propagator: hello.propagator).write(to: connection.output)
      connection.send()
    case .response, .error, .goaway: receiver.didReceive(.unexpectedType)
    }
  }

  // MARK: Replies, sent at the end of the turn

  @inlinable
  @inline(__always)
  public func reply(to tag: UInt64, payloadSize: Int) {
    guard case .frame = kind else { return replyOther(to: tag, .ok, payloadSize: payloadSize) }
    let end = output.end
    FrameWriter.write(.response, id: tag, payloadSize: payloadSize, to: output)
    connection.didAppend(behind: end)
  }

  @usableFromInline
  func replyOther(
    to tag: UInt64, _ status: StatusCode, views: UnsafeRawBufferPointer? = nil, payloadSize: Int
  ) {
    if let unretained {
      return unretained._withUnsafeGuaranteedRef {
        $0.reply(to: tag, status: status, views: views, payloadSize: payloadSize)
      }
    }
    if let grpc { return grpc.reply(to: tag, status: status, views: views, payloadSize: payloadSize) }
    foreign.unsafelyUnwrapped.reply(to: tag, status: status, views: views, payloadSize: payloadSize)
  }

  /// - Parameter views: more than a message holds is left out: the client then misses those.
  public func reply(to tag: UInt64, views: UnsafeRawBufferPointer, payloadSize: Int) {
    guard case .frame = kind else {
      let isTooLarge = views.count > FrameLimits.contextSizeMax
      return replyOther(to: tag, .ok, views: isTooLarge ? nil : views, payloadSize: payloadSize)
    }
    let writer = FrameWriter(to: output, type: .response, id: tag)
    if let source = views.baseAddress, views.count <= FrameLimits.contextSizeMax {
      writer.appendContext(views.count).copyMemory(from: source, byteCount: views.count)
    }
    writer.finish(payloadSize: payloadSize)
    connection.send()
  }

  public func fail(_ tag: UInt64, with status: StatusCode) {
    guard case .frame = kind else { return replyOther(to: tag, status, payloadSize: 0) }
    FrameWriter.write(.error, id: tag, status: status.rawValue, to: output)
    connection.send()
  }

  /// Says from here on what requests take on the wire after compression, where the transport compresses; it costs. To be
  /// called while nothing is under way.
  public func measure(_ isOn: Bool) { grpc?.measure(isOn) }

  /// Says from here on how long compressing header fields takes, where the transport compresses.
  public func clock(_ clock: CompressionClock?) { grpc?.clock(clock) }

  /// A request whose caller has left or cancelled it is not answered.
  public func abandon(_ tag: UInt64) {
    if case .frame = kind { return }
    foreign?.abandon(tag)
    grpc?.abandon(tag)
  }

  /// Nothing new will be answered.
  public func sendGoaway() {
    if let foreign { return foreign.sendGoaway() }
    if let http1 { return http1.sendGoaway() }
    if let grpc { return grpc.sendGoaway() }
    FrameWriter.write(.goaway, id: 0, to: output)
    connection.send()
  }

  /// Closes for what the caller has sent, without another word from the connection. What there is to say of it is said
  /// before.
  public func closeForFault() {
    switch kind {
    case .frame, .foreign: connection.close()
    case .http1, .grpc: connection.finish()
    }
  }
}

extension ReceivedRequest {
  @inlinable
  @inline(__always)
  init(_ frame: Frame) {
    self.init(
      frame.message,
      RequestHead(
        tag: frame.id, deadline: frame.deadline, hopsLeft: frame.hopsLeft, flags: RequestFlags(rawValue: frame.flags)))
  }
}
