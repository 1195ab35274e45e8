// One of the client's connections to the entry. Hands replies on; never decides what to send.

package import Control
package import EventLoop
package import TransportCore

/// What a load connection tells.
package protocol LoadConnectionDelegate: AnyObject {
  /// The entry takes requests.
  func connectionIsReady(_ connection: LoadConnection)
  func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply)
  /// The connection is gone; `reason` says why.
  func connection(_ connection: LoadConnection, didFail reason: String)
}

package final class LoadConnection: ConnectionDelegate, ReplyReceiver {
  /// Requests under way at once on a connection, where replies come in the order of requests.
  package static let pipelineMax = 256

  package let address: ServiceAddress
  let callee: Callee
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) package private(set) var isReady = false
  /// It takes requests, or has taken some.
  package private(set) var hasBeenReady = false
  /// The entry has accepted the connection.
  private(set) var isAccepted = false
  /// The entry has ended it in good order, between two requests: that is no loss, and another takes its place at once.
  package private(set) var isRetired = false
  private var delegate: (any LoadConnectionDelegate)?
  /// Gets replies straight, without a reference count: it says when it begins and ends.
  @exclusivity(unchecked) private var run: Unmanaged<LoadRun>?

  package convenience init(
    loop: EventLoop, address: ServiceAddress, propagator: String, transport: Transport = .frame,
    target: RequestTarget = RequestTarget(), pipelineMax: Int = LoadConnection.pipelineMax, isForeign: Bool = false,
    delegate: any LoadConnectionDelegate
  ) throws(EventLoopError) {
    self.init(
      try Connection(loop: loop, host: address.host, port: address.port), to: address, propagator: propagator,
      transport: transport, target: target, pipelineMax: pipelineMax, isForeign: isForeign, delegate: delegate)
  }

  /// Takes over a connection to `address` that has not been started, and says who calls.
  ///
  /// - Parameter isForeign: the entry is not of this program.
  package init(
    _ connection: Connection, to address: ServiceAddress, propagator: String, transport: Transport = .frame,
    target: RequestTarget = RequestTarget(), pipelineMax: Int = LoadConnection.pipelineMax, isForeign: Bool = false,
    delegate: any LoadConnectionDelegate
  ) {
    self.address = address
    self.delegate = delegate
    // What is in flight on a connection may be more than one: the client stands for many.
    callee = Callee(transport, connection, target, pipelineMax: pipelineMax, isForeign: isForeign)
    connection.start(delegate: self)
    callee.introduce(edge: "client>entry", propagator: propagator)
  }

  package var connection: Connection { callee.connection }

  package var isOpen: Bool { connection.isOpen }

  package func close() {
    isReady = false
    delegate = nil
    connection.close()
  }

  /// A request may be sent now.
  var canSend: Bool { isReady && callee.canSend }

  /// From now on a run gets the replies, and not the delegate.
  func begin(_ run: LoadRun) { self.run = Unmanaged.passUnretained(run) }

  /// Not if another has begun meanwhile.
  func end(_ run: LoadRun) { if self.run?.toOpaque() == Unmanaged.passUnretained(run).toOpaque() { self.run = nil } }

  /// Sends the next request of a ring under a tag; returns its position in the ring.
  @inline(__always)
  @discardableResult
  package func send(nextOf images: RequestImages, tag: UInt64) -> Int {
    let position = images.take()
    callee.send(image: images.image(at: position), payloadSize: images.payloadSize, tag: tag)
    return position
  }

  /// Nobody waits for a request any more.
  func giveUp(_ tag: UInt64, now: Int64) {
    // Over gRPC a connection that takes nothing new still hears of it.
    if isReady || (isOpen && callee.kind == .grpc) { cancel(tag, now: now) }
  }

  /// Tells the entry that nobody waits for a request any more. Where it cannot be told, the connection is lost.
  private func cancel(_ tag: UInt64, now: Int64) {
    let isTold = callee.cancel(tag, at: CancelTime(nanoseconds: now), continues: false)
    if !isTold { fail("closed to cancel a request") }
  }

  package func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    callee.receive(bytes, for: self)
  }

  package func connectionDidConnect(_ connection: Connection) {
    isAccepted = true
    callee.didConnect(for: self)
  }

  // MARK: What the entry says

  @inline(__always)
  package func didReceive(_ reply: ReceivedReply) {
    guard let run else { return delegate?.connection(self, didReceive: reply) ?? () }
    run._withUnsafeGuaranteedRef { $0.didReceive(reply) }
  }

  package func didReceive(error reply: ReceivedReply) { didReceive(reply) }

  package func didBecomeReady() {
    isReady = true
    hasBeenReady = true
    delegate?.connectionIsReady(self)
  }

  package func didReceiveGoaway() {
    isReady = false
    run?._withUnsafeGuaranteedRef { $0.willRetire() }
  }

  /// Before the reply: behind it the next request goes out.
  package func willReceiveLast() { retire() }

  package func didReceiveLast() {}

  package func didRetire() { retire() }

  package func didFree() { run?._withUnsafeGuaranteedRef { if $0.owedCount > 0 { $0.sendOwed() } } }

  package func sendElsewhere(_ requests: [UnansweredRequest]) -> Bool {
    run?._withUnsafeGuaranteedRef { $0.sendElsewhere(requests) } ?? false
  }

  /// It ended in good order with nothing under way: whoever needs it makes another.
  package private(set) var endedQuietly = false

  private func retire() {
    isReady = false
    isRetired = true
    run?._withUnsafeGuaranteedRef { $0.didRetire(self) }
  }

  package func didReceive(_ fault: TransportFault) { fail("the entry sent what is no reply (\(fault))") }

  package func connection(_ connection: Connection, didCloseWith error: Int32) {
    let wasReady = isReady
    // A connection that breaks off ends no reply.
    if error == 0 { callee.didClose(for: self) }
    if error == 0, wasReady {
      endedQuietly = isRetired || callee.carriesNothing
      if callee.isIdle { retire() }
    }
    let what = wasReady ? "the connection was lost" : "cannot be reached"
    fail(error == 0 ? "\(what): closed by the peer" : "\(what): \(errorText(error))")
  }

  private func fail(_ reason: String) {
    let delegate = self.delegate
    close()
    delegate?.connection(self, didFail: "\(address.host):\(address.port): \(reason)")
  }
}
