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
  func didReceive(_ fault: TransportFault)
  var isOpen: Bool { get }
}

public struct Callee {
  public let connection: Connection
  /// That of `connection`.
  public let output: ByteBuffer
  public let encoder: RequestEncoder
  @usableFromInline let foreign: (any ForeignCallee)?

  @inlinable public var kind: TransportKind { encoder.kind }

  /// - Parameter connection: to be started next.
  public init(_ transport: Transport, _ connection: Connection) {
    self.connection = connection
    output = connection.output
    encoder = transport.makeEncoder()
    foreign = transport.foreign?.makeCallee(connection)
  }

  /// Says who calls and how it writes the context, where the transport has a word for that.
  ///
  /// - Parameter edge: `caller>callee`.
  public func introduce(edge: String, propagator: String) {
    guard foreign == nil else { return }
    FrameHello(edge: edge, propagator: propagator).write(to: output)
    connection.send()
  }

  /// The connection stands.
  public func didConnect(for receiver: some ReplyReceiver) { if foreign != nil { receiver.didBecomeReady() } }

  /// Decodes whole messages from the front; returns how many bytes they took.
  @inlinable
  @inline(__always)
  public func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    guard case .frame = kind else { return foreign.unsafelyUnwrapped.receive(bytes, for: receiver) }
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
    guard case .frame = kind else { return foreign.unsafelyUnwrapped.canSend }
    return true
  }

  /// Sends a request whose context `inject` writes, through a propagator. False when the context has outgrown what the
  /// transport carries: nothing is sent then.
  @inlinable
  @inline(__always)
  public func send(_ head: RequestHead, payloadSize: Int, _ inject: (MessageWriter) -> Void) -> Bool {
    guard case .frame = kind else { return sendForeign(head, payloadSize: payloadSize, inject) }
    let message = FrameWriter(to: output, head).message
    inject(message)
    guard FrameWriter(message).finish(payloadSize: payloadSize) else { return false }
    connection.didAppend(behind: message.start)
    return true
  }

  /// Inlined, so that `inject` is nowhere made a closure in memory.
  @inlinable
  @inline(__always)
  func sendForeign(_ head: RequestHead, payloadSize: Int, _ inject: (MessageWriter) -> Void) -> Bool {
    let message = encoder.begin(head, to: output)
    inject(message)
    guard encoder.finish(message, payloadSize: payloadSize) else { return false }
    foreign.unsafelyUnwrapped.didSend(head.tag)
    connection.send()
    return true
  }

  /// Sends a ready image (`RequestEncoder.finishImage`) under a tag of its own.
  @inlinable
  public func send(image: UnsafeRawBufferPointer, payloadSize: Int, tag: UInt64) {
    guard case .frame = kind else {
      output.append(image)
      foreign.unsafelyUnwrapped.didSend(tag)
      return connection.send()
    }
    let destination = output.reserve(image.count &+ payloadSize &+ PayloadBytes.slack)
    destination.copyMemory(from: image.baseAddress.unsafelyUnwrapped, byteCount: image.count)
    destination.storeBytes(of: tag.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    PayloadBytes.fill(destination + image.count, payloadSize)
    output.commit(image.count &+ payloadSize)
    connection.send()
  }

  /// Says that nobody waits for a request any more. False when the transport has no word for that: then the connection
  /// has to be closed, and what else is under way on it is lost.
  ///
  /// - Parameter continues: see `ReceivedCancel`; a transport without a word for it says nothing.
  public func cancel(_ tag: UInt64, at time: CancelTime, continues: Bool) -> Bool {
    if let foreign { return continues || foreign.cancel(tag) }
    guard connection.isOpen else { return true }
    CancelFrame(id: tag, cancelledAt: time, continues: continues).write(to: output)
    connection.send()
    return true
  }
}
