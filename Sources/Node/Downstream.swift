// An edge of this node: its connections to every replica of a callee, and to each of its workers, under one propagator and
// over one transport.

internal import Bytes
internal import Control
internal import EventLoop
internal import Propagation
internal import Topology
internal import TransportCore

/// Requests go round its connections. Where each carries one request at a time and all do, further calls wait here.
final class Downstream {
  /// Calls that wait for a connection, at most; the next cannot be made.
  static let waitingCountMax = 4096
  /// Bytes that wait for a callee that does not keep up, on each connection; a request beyond is refused. See
  /// docs/ARCHITECTURE.md.
  static let waitingSizeMax = 64 << 20

  let name: String
  /// Index of the callee in the topology.
  let service: Int
  let propagator: any Propagator
  let transport: Transport
  /// What requests say of where they go.
  let requestTarget: RequestTarget
  /// Requests under way on a connection, where replies come in the order of requests.
  let pipeline: Int
  /// The callee is not of this program.
  let isForeign: Bool
  private unowned let server: NodeServer
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var places: [EdgePlace] = []
  /// The only connection, while it is ready and its callee keeps up: no array on the request path. Its place keeps it
  /// alive.
  @exclusivity(unchecked) private(set) var single: Unmanaged<DownstreamConnection>?
  @exclusivity(unchecked) private var turn = 0
  /// Where connections grow by need: those that may take a request, by address; the one that came last is filled before the
  /// next. One that has been filled since may still stand here.
  @exclusivity(unchecked) private var free: [[Unmanaged<DownstreamConnection>]]
  /// Of every replica; replicas behind one name have the same.
  private let addresses: [ServiceAddress]
  /// Where they were found, by their places in `addresses`.
  private var replicas: ReplicaPlaces<HostAddress>
  private let index: Int
  /// Place in the page of counters.
  let counterIndex: Int
  /// What is lost is connected anew.
  let reconnects: Bool
  /// Oldest first. Empty where connections take any number of requests.
  @exclusivity(unchecked) var waiting: [CallSlot] = []

  /// `connect` comes next.
  ///
  /// - Parameters:
  ///   - index: of the edge in its service.
  ///   - counterIndex: of its callee in `Service.calleesInOrder`; the last place for one that is not there.
  init(
    server: NodeServer, callee: CalleeAddresses, propagator: any Propagator, transport: Transport,
    pipeline: Int = 1, contextInBody: Bool = false, neverIndexed: [String] = [], index: Int, counterIndex: Int,
    reconnects: Bool = true
  ) {
    self.pipeline = pipeline
    self.reconnects = reconnects
    name = callee.name
    service = callee.service
    self.propagator = propagator
    self.transport = transport
    self.server = server
    requestTarget = RequestTarget(
      host: callee.name, path: callee.external?.path(over: transport.name) ?? "/",
      propagator: callee.assumedPropagator == propagator.name ? nil : propagator.name, contextInBody: contextInBody,
      neverIndexed: FieldClasses(names: neverIndexed), message: callee.external?.ownMessage)
    isForeign = callee.external != nil
    // Round the replicas, so that requests are.
    let count = callee.connectionsPerAddress * transport.connectionCount
    let replicas = ReplicaPlaces<HostAddress>(nameCount: callee.addresses.count, countPerName: callee.replicas ?? 1)
    self.replicas = replicas
    addresses = callee.addresses.flatMap { Array(repeating: $0, count: replicas.countPerName) }
    free = addresses.map { _ in [] }
    self.index = index
    self.counterIndex = counterIndex
    for _ in 0..<count * addresses.count { addPlace() }
  }

  private func addPlace() {
    let seed = server.configuration.seed &+ UInt64(index) << 32 &+ UInt64(places.count)
    let address = places.count % addresses.count
    places.append(
      EdgePlace(server: server, edge: self, address: addresses[address], index: address, seed: seed))
  }

  func connect() { places.forEach { $0.connect() } }

  /// Behind one name.
  var replicaCount: Int { replicas.countPerName }

  /// Which of the addresses that a name has now is that of a replica, if any is.
  func choose(among addresses: [HostAddress], for index: Int) -> HostAddress? {
    replicas.choose(among: addresses, for: index)
  }

  var connections: [DownstreamConnection] { places.flatMap(\.connections) }

  /// Of its open connections, by address.
  var roundTrips: [(address: Int, time: RoundTrip)] {
    places.compactMap { place in place.current?.connection.roundTrip.map { (place.index, $0) } }
  }

  /// All of its connections may be used.
  var isConnected: Bool { places.allSatisfy { $0.current?.isReady == true } }

  /// Every replica can be reached.
  var reachesAll: Bool {
    addresses.indices.allSatisfy { index in places.contains { $0.index == index && $0.current?.isReady == true } }
  }

  /// The callee can be reached, though it may not keep up.
  var isReady: Bool { places.contains { $0.current?.isReady == true } }

  /// A call would be sent, or wait for a connection.
  var isOpen: Bool { places.contains { $0.isLookingUp || $0.current?.mayServe == true } }

  /// The next connection that can take a request, or nil: then `canWait` tells whether one will.
  @inline(__always)
  func pick() -> Unmanaged<DownstreamConnection>? {
    single ?? (transport.growsByNeed ? pickFree() : pickReplica())
  }

  /// All connections are taken, and there is room for one more call to wait.
  var canWait: Bool { transport.isBounded && waiting.count < Downstream.waitingCountMax && isOpen }

  func readinessDidChange() {
    single = nil
    defer { server.publishReadiness() }
    guard places.count == 1, !transport.isBounded, let current = places[0].current else { return }
    if current.isReady, !current.isFull { single = Unmanaged.passUnretained(current) }
  }

  /// One that keeps up, before one that still has room.
  @inline(never)
  private func pickReplica() -> Unmanaged<DownstreamConnection>? {
    var slow: DownstreamConnection?
    for _ in places.indices {
      turn = turn &+ 1 < places.count ? turn &+ 1 : 0
      guard let connection = places[turn].current, connection.isReady, connection.callee.canSend else { continue }
      if !connection.isFull { return Unmanaged.passUnretained(connection) }
      if connection.callee.output.count < Downstream.waitingSizeMax { slow = slow ?? connection }
    }
    return slow.map(Unmanaged.passUnretained)
  }

  /// One that has room, the addresses by turns. When there is none, one more is made.
  @inline(never)
  private func pickFree() -> Unmanaged<DownstreamConnection>? {
    for _ in free.indices {
      turn = turn &+ 1 < free.count ? turn &+ 1 : 0
      while let last = free[turn].last {
        if last._withUnsafeGuaranteedRef(\.hasRoom) { return last }
        free[turn].removeLast()
        last._withUnsafeGuaranteedRef { $0.isListedFree = false }
      }
    }
    grow()
    return nil
  }

  /// As many connections are made as calls that wait need, and the one that will.
  private func grow() {
    if !reconnects {
      guard isOpen else { return }
      dropLost()
    }
    guard places.count < transport.connectionCountMax * addresses.count,
      places.count(where: \.isComing) * transport.requestCount(pipeline: pipeline) + places.count(where: \.isLost)
        <= waiting.count
    else { return }
    addPlace()
    places[places.count - 1].connect()
  }

  /// Connections that could not be had are no reason to make no others.
  private func dropLost() {
    for place in places where place.current == nil && !place.isLookingUp { place.close() }
    places.removeAll { $0.current == nil && !$0.isLookingUp }
  }

  /// A connection may take a request.
  func didFree(_ connection: DownstreamConnection) {
    guard transport.growsByNeed, !connection.isListedFree else { return }
    connection.isListedFree = true
    free[connection.place.index].append(Unmanaged.passUnretained(connection))
  }

  /// A connection is gone.
  func didLose(_ connection: DownstreamConnection) {
    guard connection.isListedFree else { return }
    connection.isListedFree = false
    let lost = Unmanaged.passUnretained(connection).toOpaque()
    free[connection.place.index].removeAll { $0.toOpaque() == lost }
  }

  /// Some connection can take a request again, or none will.
  func serveWaiting() { if !waiting.isEmpty { serve() } }

  @inline(never)
  private func serve() {
    while let call = waiting.first, let connection = pick() {
      waiting.removeFirst()
      server.sendWaiting(call, on: connection)
    }
    if !isOpen { server.failWaiting(for: self) }
  }

  func close() {
    places.forEach { $0.close() }
    single = nil
  }
}

/// One connection to one replica of a callee.
final class DownstreamConnection: ConnectionDelegate, ReplyReceiver {
  let server: NodeServer
  let callee: Callee
  unowned let place: EdgePlace
  private unowned let edge: Downstream
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private(set) var isReady = false
  @exclusivity(unchecked) private(set) var isOpen = true
  /// The callee does not keep up.
  @exclusivity(unchecked) private(set) var isFull = false
  private(set) var isConnected = false
  /// See `Downstream`.
  @exclusivity(unchecked) var isListedFree = false
  /// Ends what a cancel has closed, once whoever cancelled has returned.
  private var ending: Timer?

  init(server: NodeServer, place: EdgePlace, edge: Downstream, to address: HostAddress) throws(EventLoopError) {
    self.server = server
    self.place = place
    self.edge = edge
    callee = Callee(
      edge.transport, try Connection(loop: server.loop, to: address), edge.requestTarget, pipelineMax: edge.pipeline,
      repeats: true, isForeign: edge.isForeign)
    if let stageClock = server.stageClock { callee.clock(stageClock.compression) }
    connection.start(delegate: self)
    callee.introduce(
      edge: "\(server.configuration.service.name)>\(edge.name)", propagator: edge.propagator.name)
  }

  var connection: Connection { callee.connection }

  /// It may take a request; where it grows by need.
  var hasRoom: Bool { isReady && !isFull && callee.canSend }

  /// It is there, or gives way to one that will be.
  var mayServe: Bool { isOpen || ending != nil }

  func close() {
    ending?.close()
    connection.close()
    didClose()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    let used = callee.receive(bytes, for: self)
    if callee.kind != .frame { edge.serveWaiting() }
    return used
  }

  func connectionDidConnect(_ connection: Connection) {
    isConnected = true
    callee.didConnect(for: self)
  }

  /// Says that nobody waits for a call any more. A transport that cannot say so loses the connection, and what else is
  /// under way on it.
  func cancel(_ tag: UInt64, at time: CancelTime, continues: Bool) {
    guard isOpen else { return }
    guard callee.cancel(tag, at: time, continues: continues) else { return giveWay() }
    if hasRoom { edge.didFree(self) }
  }

  /// Closes; another connection takes its place at the end of the turn.
  private func giveWay() {
    connection.close()
    didClose()
    let timer = Timer(loop: server.loop) { [unowned self] in didEnd() }
    ending = timer
    timer.start(after: 0)
  }

  private func didEnd() {
    ending?.close()
    ending = nil
    place.replace(self, resending: callee.takeUnanswered())
  }

  // MARK: What the callee says

  @inline(__always)
  func didReceive(_ reply: ReceivedReply) { server.didReceive(reply, on: self) }

  func didReceive(error reply: ReceivedReply) { server.didReceive(error: reply, on: self) }

  func didBecomeReady() {
    isReady = true
    if callee.canSend { edge.didFree(self) }
    place.didBecomeReady(self)
  }

  func didFree() { edge.didFree(self) }

  func didReceiveLast() { giveWay() }

  func didRetire() {
    isReady = false
    place.didRetire(self)
  }

  func sendElsewhere(_ requests: [UnansweredRequest]) -> Bool { place.send(requests, elsewhereThan: self) }

  func didReceiveGoaway() {
    isReady = false
    place.didReceiveGoaway(on: self)
  }

  @inline(never)
  func didReceive(_ fault: TransportFault) {
    server.count(fault)
    close()
    place.didLose(self, reason: "\(fault)")
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    // A connection that breaks off ends no reply.
    if error == 0 { callee.didClose(for: self) }
    guard isOpen else { return }
    let isIdle = callee.isIdle
    didClose()
    let unanswered = callee.takeUnanswered()
    if isIdle || !unanswered.isEmpty {
      place.replace(self, resending: unanswered)
    } else {
      place.didLose(self, reason: error == 0 ? "it closed the connection" : errorText(error))
    }
  }

  func connectionDidFill(_ connection: Connection) {
    isFull = true
    place.readinessDidChange()
  }

  func connectionDidDrain(_ connection: Connection) {
    isFull = false
    place.readinessDidChange()
    if hasRoom {
      edge.didFree(self)
      edge.serveWaiting()
    }
  }

  private func didClose() {
    isReady = false
    isOpen = false
    edge.didLose(self)
    place.readinessDidChange()
  }
}
