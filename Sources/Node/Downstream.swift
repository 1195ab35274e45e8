// An edge of this node: its connections to every replica of a callee, and to each of its workers, under one propagator and
// over one transport.

internal import Control
internal import EventLoop
internal import Propagation
internal import Topology
internal import TransportCore

/// Requests go round its connections. Where each carries one request at a time and all do, further calls wait here.
final class Downstream {
  /// Calls that wait, at most; the next cannot be made.
  static let waitingCountMax = 4096

  let name: String
  let propagator: any Propagator
  let transport: Transport
  private unowned let server: NodeServer
  private(set) var connections: [DownstreamConnection] = []
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// The only connection, while it is ready: no array on the request path. `connections` keeps it alive.
  @exclusivity(unchecked) private var single: Unmanaged<DownstreamConnection>?
  private var turn = 0
  /// Oldest first. Empty where the transport multiplexes.
  var waiting: [CallSlot] = []

  init(
    server: NodeServer, callee: CalleeAddresses, propagator: any Propagator, transport: Transport
  ) throws(EventLoopError) {
    name = callee.name
    self.propagator = propagator
    self.transport = transport
    self.server = server
    // Round the replicas, so that requests are.
    let count = callee.connectionsPerAddress * transport.connectionCount
    do {
      for address in Array(repeating: callee.addresses, count: count).joined() { try connect(to: address) }
    } catch {
      close()
      throw error
    }
  }

  private func connect(to address: ServiceAddress, at index: Int? = nil) throws(EventLoopError) {
    let connection = try DownstreamConnection(
      server: server, address: address, name: name, propagator: propagator.name, transport: transport)
    connection.owner = self
    if let index { connections[index] = connection } else { connections.append(connection) }
  }

  var isReady: Bool { connections.allSatisfy(\.isReady) }

  /// The next connection that can take a request, or nil: then `canWait` tells whether one will.
  @inline(__always)
  func pick() -> Unmanaged<DownstreamConnection>? {
    single ?? pickReplica()
  }

  /// All connections are taken, and there is room for one more call to wait.
  var canWait: Bool {
    !transport.multiplexes && waiting.count < Downstream.waitingCountMax && connections.contains(where: \.isOpen)
  }

  func readinessDidChange() {
    guard connections.count == 1, transport.multiplexes else { return }
    single = connections[0].isReady ? Unmanaged.passUnretained(connections[0]) : nil
  }

  @inline(never)
  private func pickReplica() -> Unmanaged<DownstreamConnection>? {
    for _ in connections.indices {
      turn = turn &+ 1 < connections.count ? turn &+ 1 : 0
      if connections[turn].isReady, connections[turn].callee.canSend {
        return Unmanaged.passUnretained(connections[turn])
      }
    }
    return nil
  }

  /// Some connection can take a request again, or none will.
  func serveWaiting() {
    while let call = waiting.first, let connection = pick() {
      waiting.removeFirst()
      server.sendWaiting(call, on: connection)
    }
    if !connections.contains(where: \.isOpen) { server.failWaiting(for: self) }
  }

  /// A connection that was closed for a cancel gets a successor.
  func replace(_ connection: DownstreamConnection) {
    guard let index = connections.firstIndex(where: { $0 === connection }) else { return }
    try? connect(to: connection.address, at: index)
    serveWaiting()
  }

  func close() { connections.forEach { $0.close() } }
}

/// One connection to one replica of a callee.
final class DownstreamConnection: ConnectionDelegate, ReplyReceiver {
  let server: NodeServer
  let address: ServiceAddress
  private let name: String
  let callee: Callee
  weak var owner: Downstream?
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private(set) var isReady = false {
    didSet { owner?.readinessDidChange() }
  }
  @exclusivity(unchecked) private(set) var isOpen = true
  /// The callee does not keep up.
  private var isFull = false
  /// Ends what a cancel has closed, once whoever cancelled has returned.
  private var ending: Timer?

  /// - Parameter name: of the callee.
  init(
    server: NodeServer, address: ServiceAddress, name: String, propagator: String, transport: Transport
  ) throws(EventLoopError) {
    self.server = server
    self.address = address
    self.name = name
    callee = Callee(transport, try Connection(loop: server.loop, host: address.host, port: address.port))
    connection.start(delegate: self)
    callee.introduce(edge: "\(server.configuration.service.name)>\(name)", propagator: propagator)
  }

  var connection: Connection { callee.connection }

  func close() {
    ending?.close()
    connection.close()
    didClose()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    let used = callee.receive(bytes, for: self)
    if case .foreign = callee.kind { owner?.serveWaiting() }
    return used
  }

  func connectionDidConnect(_ connection: Connection) { callee.didConnect(for: self) }

  /// Says that nobody waits for a call any more. A transport that cannot say so loses the connection, and what else is
  /// under way on it.
  func cancel(_ tag: UInt64, at time: CancelTime, continues: Bool) {
    guard isOpen, !callee.cancel(tag, at: time, continues: continues) else { return }
    connection.close()
    didClose()
    let timer = Timer(loop: server.loop) { [unowned self] in didEnd() }
    ending = timer
    timer.start(after: 0)
  }

  private func didEnd() {
    ending?.close()
    ending = nil
    server.failCalls(on: self)
    owner?.replace(self)
  }

  // MARK: What the callee says

  @inline(__always)
  func didReceive(_ reply: ReceivedReply) { server.didReceive(reply, on: self) }

  func didReceive(error reply: ReceivedReply) { server.didReceive(error: reply, on: self) }

  func didBecomeReady() {
    isReady = true
    server.didConnectEdge()
    owner?.serveWaiting()
  }

  func didReceiveGoaway() { isReady = false }

  @inline(never)
  func didReceive(_ fault: TransportFault) {
    server.count(fault)
    close()
    didLose("\(fault)")
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    didClose()
    didLose(error == 0 ? "it closed the connection" : errorText(error))
  }

  func connectionDidFill(_ connection: Connection) {
    isFull = true
    server.edgeDidFill()
  }

  func connectionDidDrain(_ connection: Connection) {
    isFull = false
    server.edgeDidDrain()
  }

  private func didLose(_ reason: String) {
    server.didLose(self, named: name, reason: reason)
    owner?.serveWaiting()
  }

  private func didClose() {
    isReady = false
    isOpen = false
    if isFull { connectionDidDrain(connection) }
  }
}
