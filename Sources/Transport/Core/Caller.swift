// Who sends requests over a connection: decodes what comes, and writes what it is answered.

public import Bytes
public import EventLoop
public import TransportFrame

/// What a caller's messages are handed to.
public protocol RequestReceiver: AnyObject {
  /// False: the connection is closed, and what else was received is not looked at.
  func didReceive(_ request: ReceivedRequest) -> Bool
  func didReceive(_ cancel: ReceivedCancel)
  /// The caller says how it writes the context. False for a propagator that nobody knows.
  func didReceiveHello(propagator: String) -> Bool
  func didReceive(_ fault: TransportFault)
  var isOpen: Bool { get }
}

public struct Caller {
  public let kind: TransportKind
  public let connection: Connection
  /// That of `connection`.
  public let output: ByteBuffer
  @usableFromInline let foreign: (any ForeignCaller)?

  public init(_ transport: Transport, _ connection: Connection) {
    kind = transport.kind
    self.connection = connection
    output = connection.output
    foreign = transport.foreign?.makeCaller(connection)
  }

  /// Decodes whole messages from the front; returns how many bytes they took.
  @inlinable
  @inline(__always)
  public func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some RequestReceiver) -> Int {
    guard case .frame = kind else { return foreign.unsafelyUnwrapped.receive(bytes, for: receiver) }
    return Frame.decodeAll(
      bytes, usual: .request, didReceiveUsual: { receiver.didReceive(ReceivedRequest($0)) },
      didReceive: { frame in
        Caller.didReceiveOther(frame, receiver, over: connection)
        return receiver.isOpen
      },
      didFail: { receiver.didReceive($0) })
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
    guard case .frame = kind else {
      return foreign.unsafelyUnwrapped.reply(to: tag, status: .ok, views: nil, payloadSize: payloadSize)
    }
    let end = output.end
    FrameWriter.write(.response, id: tag, payloadSize: payloadSize, to: output)
    connection.didAppend(behind: end)
  }

  /// - Parameter views: more than a message holds is left out: the client then misses those.
  public func reply(to tag: UInt64, views: UnsafeRawBufferPointer, payloadSize: Int) {
    if let foreign { return foreign.reply(to: tag, status: .ok, views: views, payloadSize: payloadSize) }
    let writer = FrameWriter(to: output, type: .response, id: tag)
    if let source = views.baseAddress, views.count <= FrameLimits.contextSizeMax {
      writer.appendContext(views.count).copyMemory(from: source, byteCount: views.count)
    }
    writer.finish(payloadSize: payloadSize)
    connection.send()
  }

  public func fail(_ tag: UInt64, with status: StatusCode) {
    if let foreign { return foreign.reply(to: tag, status: status, views: nil, payloadSize: 0) }
    FrameWriter.write(.error, id: tag, status: status.rawValue, to: output)
    connection.send()
  }

  /// A request whose caller has left or cancelled it is not answered.
  public func abandon(_ tag: UInt64) { foreign?.abandon(tag) }

  /// Nothing new will be answered.
  public func sendGoaway() {
    if let foreign { return foreign.sendGoaway() }
    FrameWriter.write(.goaway, id: 0, to: output)
    connection.send()
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
