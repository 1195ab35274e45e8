// The servers whose figures theory knows: one that answers at once, one that stands still for a while, one that takes
// requests in turn. On the client's own loop: they wait by timers and burn nothing. Never knows what is expected of it.

internal import EventLoop
internal import TransportCore

final class SelfTestServer {
  private let loop: EventLoop
  private var listener: Listener!
  private var peers: [SelfTestPeer] = []
  private var timer: Timer!
  private let serviceNanoseconds: Int64

  /// When requests arrived, by the loop's clock; kept when asked for.
  private(set) var arrivals: [Int64] = []
  private let keepsArrivals: Bool

  /// Requests that wait for their turn; those before `head` had it.
  private var queue: [(peer: SelfTestPeer, tag: UInt64)] = []
  private var head = 0
  private var serviceBegin: Int64?
  private var serviceSum: Int64 = 0
  private var servedCount: Int64 = 0

  private var stallBegin: Int64?
  private(set) var stallNanoseconds: Int64 = 0

  /// - Parameters:
  ///   - transport: what the client speaks.
  ///   - serviceNanoseconds: that each request takes, one at a time; 0 answers at once.
  init(
    loop: EventLoop, transport: Transport, serviceNanoseconds: Int64 = 0, keepsArrivals: Bool = false
  ) throws(EventLoopError) {
    self.loop = loop
    self.serviceNanoseconds = serviceNanoseconds
    self.keepsArrivals = keepsArrivals
    timer = Timer(loop: loop) { [unowned self] in serviceDidEnd() }
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] fd in
      peers.append(SelfTestPeer(server: self, Connection(loop: loop, fd: fd), over: transport))
    }
  }

  var port: UInt16 { listener.port }

  /// Of what was served since the last call, in nanoseconds, as it really took; nil when nothing was.
  func takeServiceMean() -> Double? {
    defer { (serviceSum, servedCount) = (0, 0) }
    return servedCount == 0 ? nil : Double(serviceSum) / Double(servedCount)
  }

  func close() {
    listener.close()
    timer.close()
    peers.forEach { $0.caller.connection.close() }
    peers.removeAll()
    queue.removeAll()
  }

  // MARK: Standing still

  /// Reads nothing until `goOn`.
  func standStill() {
    stallBegin = loop.refreshNow()
    peers.forEach { $0.caller.connection.pauseReading() }
  }

  func goOn() {
    guard let begin = stallBegin else { return }
    stallBegin = nil
    stallNanoseconds = loop.refreshNow() - begin
    peers.forEach { $0.caller.connection.resumeReading() }
  }

  // MARK: Requests

  fileprivate func didReceive(_ tag: UInt64, from peer: SelfTestPeer) {
    if keepsArrivals { arrivals.append(loop.now) }
    if serviceNanoseconds == 0 {
      peer.answer(tag)
    } else {
      queue.append((peer, tag))
      if serviceBegin == nil { beginService() }
    }
  }

  // MARK: One at a time

  private func beginService() {
    serviceBegin = loop.refreshNow()
    timer.start(after: serviceNanoseconds)
  }

  private func serviceDidEnd() {
    guard let begin = serviceBegin, head < queue.count else { return }
    serviceSum += loop.refreshNow() - begin
    servedCount += 1
    queue[head].peer.answer(queue[head].tag)
    head += 1
    serviceBegin = nil
    if head < queue.count {
      beginService()
    } else {
      queue.removeAll(keepingCapacity: true)
      head = 0
    }
  }
}

/// One of the client's connections.
private final class SelfTestPeer: ConnectionDelegate, RequestReceiver {
  private unowned let server: SelfTestServer
  let caller: Caller

  init(server: SelfTestServer, _ connection: Connection, over transport: Transport) {
    self.server = server
    caller = Caller(transport, connection)
    connection.start(delegate: self)
  }

  var isOpen: Bool { caller.connection.isOpen }

  func answer(_ tag: UInt64) { if isOpen { caller.reply(to: tag, payloadSize: 0) } }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    caller.receive(bytes, for: self)
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {}

  func didReceive(_ request: ReceivedRequest) -> Bool {
    server.didReceive(request.head.tag, from: self)
    return isOpen
  }

  func didReceive(_ cancel: ReceivedCancel) {}
  func didReceiveHello(propagator: String?) -> Bool { true }
  func didReceive(_ fault: TransportFault) { caller.connection.close() }
}
