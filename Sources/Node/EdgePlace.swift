// One connection of an edge and those that follow it: what is lost is connected anew, for as long as the edge is there.

internal import Control
internal import EventLoop
internal import Statistics
internal import TransportCore

final class EdgePlace {
  /// Nanoseconds from the loss of a connection to the next try, doubled from try to try, each a fifth shorter or longer
  /// by chance: or all callers of a callee that starts anew would come at once.
  private static let pauses: ClosedRange<Int64> = 100_000_000...5_000_000_000
  /// Nanoseconds that a callee has for its hello.
  private static let helloTime: Int64 = 10_000_000_000
  /// Nanoseconds between two looks at what a callee that goes away still has to answer.
  private static let leavingTime: Int64 = 20_000_000

  private unowned let server: NodeServer
  private unowned let edge: Downstream
  private let address: ServiceAddress
  /// Of the address among the edge's.
  let index: Int
  /// What new requests go to, once it is ready.
  private(set) var current: DownstreamConnection?
  /// Their callee has said goaway, and owes replies.
  private var leaving: [DownstreamConnection] = []
  private var pause = EdgePlace.pauses.lowerBound
  private var random: SeededGenerator
  /// Ends the wait for the next try, or for a hello.
  private var timer: Timer!
  private var leavingTimer: Timer!
  /// Where the callee was found the last time.
  private var found: HostAddress?
  /// The callee's name is being looked up.
  private(set) var isLookingUp = false
  /// The loss has been told.
  private var isTold = false
  private var isClosed = false

  init(server: NodeServer, edge: Downstream, address: ServiceAddress, index: Int, seed: UInt64) {
    self.server = server
    self.edge = edge
    self.address = address
    self.index = index
    random = SeededGenerator(seed: seed)
    timer = Timer(loop: server.loop) { [unowned self] in current == nil ? connect() : giveUpOnHello() }
    leavingTimer = Timer(loop: server.loop) { [unowned self] in closeIdle() }
  }

  /// A connection is being made.
  var isComing: Bool { isLookingUp || current.map { !$0.isReady } ?? false }
  /// There is none until the next try.
  var isLost: Bool { current == nil && !isLookingUp }

  var connections: [DownstreamConnection] { (current.map { [$0] } ?? []) + leaving }

  /// Never blocks: a name is looked up elsewhere.
  func connect() {
    if let numeric = HostAddress(numeric: address.host, port: address.port) { return connect(to: numeric) }
    do {
      guard let lookup = server.hostLookup else { return didFail("no name can be looked up") }
      isLookingUp = true
      let handler = { [weak self] (found: [HostAddress]) in
        guard let self, !isClosed else { return }
        isLookingUp = false
        if let address = edge.choose(among: found, for: index) { connect(to: address) } else { didNotFind(found) }
        edge.serveWaiting()
      }
      if edge.replicaCount > 1 {
        try lookup.lookUpAll(address.host, port: address.port, handler: handler)
      } else {
        // The resolver's first choice.
        try lookup.look(up: address.host, port: address.port) { handler($0.map { [$0] } ?? []) }
      }
    } catch {
      isLookingUp = false
      didFail("\(error)")
    }
  }

  private func didNotFind(_ found: [HostAddress]) {
    guard !found.isEmpty else { return didFail("\(EventLoopError.unknownHost(address.host))") }
    let addresses = found.count == 1 ? "one address" : "\(found.count) addresses"
    didFail("\(address.host) has \(addresses), and \(edge.replicaCount) replicas are expected")
  }

  private func connect(to address: HostAddress) {
    found = address
    do {
      current = try DownstreamConnection(server: server, place: self, edge: edge, to: address)
      timer.start(after: EdgePlace.helloTime)
    } catch {
      didFail("\(error)")
    }
  }

  func didBecomeReady(_ connection: DownstreamConnection) {
    guard connection === current else { return }
    timer.stop()
    pause = EdgePlace.pauses.lowerBound
    readinessDidChange()
    if isTold { server.delegate?.server(server, didReachCallee: edge.name) }
    isTold = false
    server.didConnectEdge()
    edge.serveWaiting()
  }

  func readinessDidChange() { edge.readinessDidChange() }

  /// It is closed, and its calls are over.
  func didLose(_ connection: DownstreamConnection, reason: String) {
    leaving.removeAll { $0 === connection }
    if connection === current { didFail(reason) }
    server.failCalls(on: connection)
    edge.serveWaiting()
  }

  /// One that has ended for no fault of its callee gets a successor at once, over which what it left unanswered goes out
  /// once more (RFC 9112, 9.3.1 and 9.3.2). Its other calls are over.
  func replace(_ connection: DownstreamConnection, resending requests: [UnansweredRequest]) {
    leaving.removeAll { $0 === connection }
    if connection === current, !isClosed { found.map(connect(to:)) ?? connect() }
    if let current, current !== connection { resend(requests, of: connection, over: current) }
    server.failCalls(on: connection)
    edge.serveWaiting()
  }

  private func resend(
    _ requests: [UnansweredRequest], of connection: DownstreamConnection, over successor: DownstreamConnection
  ) {
    let calls = requests.compactMap { request in
      server.runtime.calls.find(id: request.tag, on: connection).map { (request, $0) }
    }
    for (_, call) in calls { call.pointee.connection = Unmanaged.passUnretained(successor) }
    successor.callee.send(again: calls.map(\.0))
  }

  /// It still answers, but nothing new.
  func didReceiveGoaway(on connection: DownstreamConnection) {
    guard connection === current else { return }
    leaving.append(connection)
    didFail("it goes away")
    leavingTimer.start(after: 0)
  }

  /// It still answers, and another takes what is new.
  func didRetire(_ connection: DownstreamConnection) {
    guard connection === current else { return }
    leaving.append(connection)
    found.map(connect(to:)) ?? connect()
    readinessDidChange()
    leavingTimer.start(after: 0)
  }

  /// What a connection's callee has not looked at goes out once more, over the one that has taken its place if there is one.
  /// False when there is none at all.
  func send(_ requests: [UnansweredRequest], elsewhereThan connection: DownstreamConnection) -> Bool {
    guard let current else { return false }
    resend(requests, of: connection, over: current)
    return true
  }

  func close() {
    isClosed = true
    timer.close()
    leavingTimer.close()
    connections.forEach { $0.close() }
    current = nil
    leaving = []
  }

  // MARK: Private

  private func didFail(_ reason: String) {
    current = nil
    readinessDidChange()
    if edge.reconnects { timer.start(after: Int64(Double(pause) * (0.8 + 0.4 * random.nextUnit()))) }
    pause = min(pause * 2, EdgePlace.pauses.upperBound)
    if !isTold { server.delegate?.server(server, didLoseCallee: edge.name, reason: reason) }
    isTold = true
  }

  private func giveUpOnHello() {
    guard let connection = current else { return }
    connection.close()
    let seconds = EdgePlace.helloTime / 1_000_000_000
    let what = connection.isConnected ? "it accepted the connection and said no hello" : "no answer"
    didLose(connection, reason: "\(what) for \(seconds) s")
  }

  private func closeIdle() {
    for connection in leaving where !server.runtime.calls.hasCalls(on: connection) {
      connection.close()
      leaving.removeAll { $0 === connection }
    }
    if !leaving.isEmpty { leavingTimer.start(after: EdgePlace.leavingTime) }
  }
}
