// One service process: its listener, its edges, and the tables of what is under way. The life of a request is in
// RequestFlow.swift, that of a call in CallFlow.swift. Never spawns, never talks to the launcher: NodeProcess does.

internal import Bytes
package import Context
package import Control
package import EventLoop
internal import Glibc
internal import Propagation
internal import Statistics
package import Topology
package import Spans
package import TransportCore

package protocol NodeServerDelegate: AnyObject {
  /// Every edge has exchanged its hello.
  func serverDidConnect(_ server: NodeServer)
  /// A connection was closed because of what it sent.
  func server(_ server: NodeServer, didCloseConnectionFor reason: String)
  /// A connection to a callee is gone, and its calls with it; or it cannot be made. Told once until it is there again.
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String)
  /// A connection that was lost is there again.
  func server(_ server: NodeServer, didReachCallee name: String)
  /// No connection can be accepted for a while; told once until all that wait have been.
  func server(_ server: NodeServer, cannotAcceptFor reason: String)
}

extension NodeServerDelegate {
  package func server(_ server: NodeServer, didReachCallee name: String) {}
  package func server(_ server: NodeServer, cannotAcceptFor reason: String) {}
}

/// What the workers of one node have in common, as one of them sees it.
package struct ConnectionHandoff {
  /// From 0.
  package let worker: Int
  /// Whose connection a new one is to be; an index of a worker.
  let choose: () -> Int
  /// Hands a new connection to another worker.
  let handOver: (_ fd: Int32, _ worker: Int) -> Void
  /// A connection of this worker is gone.
  let didLoseConnection: () -> Void
}

/// Serves one service of a topology on one event loop.
package final class NodeServer {
  /// Requests under way in one node, unless its owner says otherwise.
  package static let requestCountMax = 65_536

  /// What a node has at most at once.
  package struct Limits: Sendable {
    /// Requests under way; the next is answered RESOURCE_EXHAUSTED.
    package var requestCount: Int
    /// Contexts that the service keeps.
    package var keptCount: Int

    package init(requestCount: Int = NodeServer.requestCountMax, keptCount: Int? = nil) {
      self.requestCount = requestCount
      self.keptCount = keptCount ?? KeptContexts.countMax
    }
  }

  let loop: EventLoop
  private let limits: Limits
  private let spans: SpanRing?
  let transports: [Transport]
  let configuration: NodeConfiguration
  let counters: UnsafeMutablePointer<CounterPage>
  package weak var delegate: (any NodeServerDelegate)?
  private var listener: Listener?
  /// How callers write the context who do not say how.
  private(set) var assumedPropagator: any Propagator
  private(set) var connections: [ObjectIdentifier: InboundConnection] = [:]
  /// What is not one of those yet.
  private(set) var arrivals: [ObjectIdentifier: Arrival] = [:]
  /// Set while the server finishes what it has.
  var drainTimer: Timer?
  /// For callees whose hosts are names.
  private(set) lazy var hostLookup = try? HostLookup(loop: loop)
  private var callees: [CalleeAddresses] = []
  private(set) var edges: [Downstream] = []
  /// Of a service that makes the calls its requests ask for.
  private(set) var scriptedEdges: ScriptedEdges?
  /// Every edge has been ready since it was made.
  private var hasConnected = false
  /// It knows what it calls.
  private var hasEdges = false

  // What RequestFlow and CallFlow work with.
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) var runtime: ServiceRuntime
  /// No deadline of a call lies before this, in nanoseconds of the loop's clock.
  @exclusivity(unchecked) var nextSweep = Int64.max
  @exclusivity(unchecked) var lastSweep: Int64
  @exclusivity(unchecked) var random: SeededGenerator
  /// Context entries are counted: only in counting passes, because it costs.
  @exclusivity(unchecked) package var isCounting = false {
    didSet { connections.values.forEach { $0.caller.measure(isCounting) } }
  }
  /// Set in stage passes only.
  @exclusivity(unchecked) var stageClock: StageClock?
  /// Ends sleeps.
  private(set) var wheel: TimerWheel!
  @exclusivity(unchecked) var workQueue = WorkQueue()
  private(set) var workTimer: Timer!
  /// The work queue's turn has come.
  @exclusivity(unchecked) var isServingWork = false
  private(set) var sweepTimer: Timer!
  /// Nanoseconds between two looks through the calls, and how late a deadline may be noticed.
  static let sweepGap: Int64 = 1_000_000
  /// Nil for the only worker of a node.
  private let handoff: ConnectionHandoff?
  /// `writeNanoseconds` when the stage clock was set.
  var stageWriteStart: Int64 = 0

  /// - Parameters:
  ///   - counters: a zeroed page that outlives the server; the launcher may map it too.
  ///   - contexts: of all workers of the node; nil for contexts of its own.
  ///   - handoff: nil for the only worker of a node.
  ///   - transports: those that callers may speak and edges may name.
  ///   - spans: takes what the service records; nil where nobody reads it.
  package init(
    loop: EventLoop, configuration: NodeConfiguration, counters: UnsafeMutablePointer<CounterPage>,
    limits: Limits = Limits(), contexts: NodeContexts? = nil, handoff: ConnectionHandoff? = nil,
    transports: [Transport] = Transport.all, spans: SpanRing? = nil
  ) throws(NodeError) {
    self.loop = loop
    self.spans = spans
    self.configuration = configuration
    self.counters = counters
    self.handoff = handoff
    self.limits = limits
    self.transports = transports
    assumedPropagator = try NodeServer.propagator(named: configuration.assumedPropagator)
    let worker = handoff?.worker ?? 0
    random = SeededGenerator(seed: configuration.seed, stream: UInt64(worker))
    runtime = try ServiceRuntime(
      configuration.service, layer: configuration.layer, contexts: contexts, worker: worker, limits: limits, loop: loop,
      counters: counters, spans: spans,
      spanSeed: NodeServer.spanSeed(configuration, worker))
    lastSweep = loop.now &- NodeServer.sweepGap
    wheel = TimerWheel(loop: loop) { [unowned self] token in resume(RequestSlot(bitPattern: UInt(token))!) }
    sweepTimer = Timer(loop: loop) { [unowned self] in sweep() }
    workTimer = Timer(loop: loop) { [unowned self] in serveWork() }
  }

  deinit {
    runtime.deallocate()
    workQueue.deallocate()
  }

  private static func spanSeed(_ configuration: NodeConfiguration, _ worker: Int) -> UInt64 {
    SeededGenerator.seed(configuration.seed, stream: UInt64(worker) | 1 << 32)
  }

  private static func propagator(named name: String?) throws(NodeError) -> any Propagator {
    let name = name ?? "none"
    guard let propagator = PropagatorRegistry.resolve(name) else { throw .unknownPropagator(name) }
    return propagator
  }

  /// Starts to listen, for callers over any transport; returns the port.
  package func listen() throws(EventLoopError) -> UInt16 {
    let listener = try Listener(
      loop: loop, host: configuration.host, port: configuration.port, sharesPort: handoff != nil,
      didRunOut: { [unowned self] reason in delegate?.server(self, cannotAcceptFor: reason) }
    ) { [unowned self] fd in
      if let handoff, case let chosen = handoff.choose(), chosen != handoff.worker {
        handoff.handOver(fd, chosen)
      } else {
        take(fd)
      }
    }
    self.listener = listener
    return listener.port
  }

  /// Serves a connection that was accepted, here or by another worker.
  func take(_ fd: Int32) {
    if drainTimer != nil { return refuse(fd) }
    let arrival = Arrival(server: self, fd: fd)
    arrivals[ObjectIdentifier(arrival)] = arrival
  }

  /// What a connection speaks is known.
  func didTell(_ arrival: Arrival, _ caller: InboundConnection) {
    arrivals[ObjectIdentifier(arrival)] = nil
    connections[ObjectIdentifier(caller)] = caller
    if isCounting { caller.caller.measure(true) }
    if let stageClock { caller.caller.clock(stageClock.compression) }
  }

  /// What a caller sent first has been read. One that came before the server began to drain hears of that now.
  func didBegin(_ caller: InboundConnection) { if drainTimer != nil, caller.isOpen { caller.caller.sendGoaway() } }

  func didLose(_ arrival: Arrival) {
    arrivals[ObjectIdentifier(arrival)] = nil
    handoff?.didLoseConnection()
  }

  /// Callers that come while the server drains find another replica, or try again.
  private func refuse(_ fd: Int32) {
    Glibc.close(fd)
    handoff?.didLoseConnection()
  }

  /// Callers that connect from here on are not accepted.
  func stopListening() { listener?.close() }

  /// Connects every edge of the script; `serverDidConnect` follows when all are ready.
  package func connect(_ callees: [CalleeAddresses]) throws(NodeError) {
    self.callees = callees
    take(try makeEdges(of: runtime))
  }

  /// Takes on another strategy between two slots; no request may be under way. The edges connect anew. After an error
  /// the node serves what it served before.
  ///
  /// - Parameters:
  ///   - assumedPropagator: see `NodeConfiguration`.
  ///   - callees: nil for those that there are.
  package func replace(
    _ service: Service, assumedPropagator name: String? = nil, callees: [CalleeAddresses]? = nil,
    contexts: NodeContexts? = nil
  ) throws(NodeError) {
    guard counters.pointee.open == 0 else { throw .busy }
    let propagator = try NodeServer.propagator(named: name)
    let oldCallees = self.callees
    if let callees { self.callees = callees }
    let next = try ServiceRuntime(
      service, layer: configuration.layer, contexts: contexts, worker: handoff?.worker ?? 0, limits: limits, loop: loop,
      counters: counters, spans: spans,
      spanSeed: NodeServer.spanSeed(configuration, handoff?.worker ?? 0))
    let edges: [Downstream]
    do {
      edges = try makeEdges(of: next)
    } catch {
      self.callees = oldCallees
      next.deallocate()
      throw error
    }
    assumedPropagator = propagator
    runtime.deallocate()
    runtime = next
    connections.values.forEach { $0.serviceDidChange() }
    take(edges)
  }

  private func makeEdges(of runtime: ServiceRuntime) throws(NodeError) -> [Downstream] {
    var made: [Downstream] = []
    let callees = runtime.service.calleesInOrder
    for key in runtime.script.edges {
      made.append(
        try makeEdge(key, index: made.count, counterIndex: callees.firstIndex(of: key.service) ?? callees.count))
    }
    return made
  }

  private func makeEdge(_ key: EdgeKey, index: Int, counterIndex: Int) throws(NodeError) -> Downstream {
    guard let callee = callees.first(where: { $0.service == key.service }) else {
      throw .missingAddress(service: key.service)
    }
    let transport = try transport(named: key.transport)
    let propagator = try NodeServer.propagator(named: key.propagator)
    return Downstream(
      server: self, callee: callee, propagator: propagator, transport: transport, pipeline: key.pipeline,
      contextInBody: key.contextInBody, neverIndexed: key.neverIndexed, index: index, counterIndex: counterIndex)
  }

  func transport(named name: String) throws(NodeError) -> Transport {
    guard let transport = transports.first(where: { $0.name == name }) else { throw .unknownTransport(name) }
    return transport
  }

  /// In place of the edges that there were.
  private func take(_ edges: [Downstream]) {
    self.edges.forEach { $0.close() }
    self.edges = edges
    scriptedEdges?.close()
    scriptedEdges = runtime.service.scriptedCalls.flatMap { PropagatorRegistry.resolve($0.propagator) }.map {
      ScriptedEdges(server: self, propagator: $0)
    }
    hasConnected = false
    runtime.script.connect(edges)
    edges.forEach { $0.connect() }
    hasEdges = true
    publishReadiness()
    didConnectEdge()
  }

  /// Tells callers that nothing new will be answered, and closes everything. Requests under way are forgotten; see
  /// `drain`.
  package func close() {
    stopListening()
    drainTimer?.close()
    connections.values.forEach { $0.caller.sendGoaway() }
    loop.flush()
    edges.forEach { $0.close() }
    scriptedEdges?.close()
    scriptedEdges = nil
    // Server and edges hold each other until here.
    edges = []
    for connection in connections.values { connection.close() }
    for arrival in arrivals.values { arrival.close() }
    connections = [:]
    arrivals = [:]
    wheel.close()
    sweepTimer.close()
    workTimer.close()
    runtime.kept?.close()
  }

  // MARK: What the connections tell

  func count(_ fault: TransportFault) {
    counters.pointee.faults &+= 1
    counters.pointee.faultsByReason[Int(fault.rawValue)] &+= 1
    delegate?.server(self, didCloseConnectionFor: "\(fault)")
  }

  func didLose(_ connection: InboundConnection) {
    stopRequests(of: connection)
    connections[ObjectIdentifier(connection)] = nil
    handoff?.didLoseConnection()
  }

  func didConnectEdge() {
    guard !hasConnected, edges.allSatisfy(\.isConnected) else { return }
    hasConnected = true
    delegate?.serverDidConnect(self)
  }

  /// For those who read the counters from outside. Never per request.
  func publishReadiness() {
    let reached = edges.count(where: \.reachesAll)
    counters.pointee.edges = UInt64(edges.count)
    counters.pointee.connectedEdges = UInt64(reached)
    counters.pointee.isServing = hasEdges && reached == edges.count && drainTimer == nil ? 1 : 0
  }

  /// CPU time of the writes of all connections that are open, as far as the loop clocked them.
  var writeNanoseconds: Int64 {
    connections.values.reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds }
      + edges.flatMap(\.connections).reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds }
  }

  /// Of a shared table.
  func forgetContext(of request: RequestSlot) {
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.reset() }
  }
}
