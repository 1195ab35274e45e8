// One service process: its listener, its edges, and the tables of what is under way. The life of a request is in
// RequestFlow.swift, that of a call in CallFlow.swift. Never spawns, never talks to the launcher: NodeProcess does.

internal import Bytes
package import Context
package import Control
package import EventLoop
internal import Gateway
internal import Glibc
internal import Propagation
internal import Statistics
package import Topology
internal import TransportCore
internal import TransportFrame

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
package struct WorkerPlace {
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

  let loop: EventLoop
  private let requestCountMax: Int
  private let keptCountMax: Int
  private(set) var configuration: NodeConfiguration
  let counters: UnsafeMutablePointer<CounterPage>
  package weak var delegate: (any NodeServerDelegate)?
  private var listener: Listener?
  private(set) var connections: [ObjectIdentifier: InboundConnection] = [:]
  private var callees: [CalleeAddresses] = []

  // What RequestFlow and CallFlow work with.
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  private var script: ServiceScript
  @exclusivity(unchecked) var steps: UnsafeMutablePointer<ScriptStep>
  @exclusivity(unchecked) var scriptCalls: UnsafeMutablePointer<ScriptCall>
  @exclusivity(unchecked) var work: Unmanaged<StandardWork>?
  private var ownedWork: StandardWork?
  /// Set when the service is a gateway: then nothing is only passed on.
  @exclusivity(unchecked) var gateway: Unmanaged<Gateway>?
  private var ownedGateway: Gateway?
  private var ownedEdges: [Downstream] = []
  /// `connect` was ordered, and the delegate has not heard yet that it is done.
  private var isConnecting = false
  /// Set while the server finishes what it has.
  var drainTimer: Timer?
  /// For callees whose hosts are names.
  private(set) lazy var hostLookup = try? HostLookup(loop: loop)
  @exclusivity(unchecked) var requests: RequestTable
  @exclusivity(unchecked) var calls: CallTable
  private var contexts: ContextSource
  /// See `forward`: the call, and the context of whatever request is being passed on. It is never needed afterwards.
  @exclusivity(unchecked) var forwardedCall: UnsafeMutablePointer<ScriptCall>?
  @exclusivity(unchecked) var forwardedContext: Unmanaged<RequestContext>
  /// Ends sleeps.
  private(set) var wheel: TimerWheel!
  @exclusivity(unchecked) var workQueue = WorkQueue()
  private(set) var workTimer: Timer!
  /// The work queue's turn has come.
  @exclusivity(unchecked) var isServingWork = false
  private(set) var sweepTimer: Timer!
  /// Of a service that keeps contexts.
  private(set) var kept: KeptContexts?
  /// No deadline of a call lies before this, in nanoseconds of the loop's clock.
  @exclusivity(unchecked) var nextSweep = Int64.max
  @exclusivity(unchecked) var lastSweep: Int64
  @exclusivity(unchecked) var random: SeededGenerator
  let responseSize: Int
  /// Nanoseconds between two looks through the calls, and how late a deadline may be noticed.
  static let sweepGap: Int64 = 1_000_000
  /// Context entries are counted: only in counting passes, because it costs.
  @exclusivity(unchecked) package var isCounting = false
  /// Nil for the only worker of a node.
  private let place: WorkerPlace?
  /// Set in stage passes only.
  @exclusivity(unchecked) var stageClock: StageClock?
  /// `writeNanoseconds` when the stage clock was set.
  var stageWriteStart: Int64 = 0

  /// - Parameters:
  ///   - counters: a zeroed page that outlives the server; the launcher may map it too.
  ///   - requestCountMax: requests under way at once; the next is answered RESOURCE_EXHAUSTED.
  ///   - keptCountMax: the same of contexts that the service keeps; nil for the program's own limit.
  ///   - contexts: of all workers of the node; nil for contexts of its own.
  ///   - place: nil for the only worker of a node.
  package init(
    loop: EventLoop, configuration: NodeConfiguration, counters: UnsafeMutablePointer<CounterPage>,
    requestCountMax: Int = NodeServer.requestCountMax, keptCountMax: Int? = nil, contexts: NodeContexts? = nil,
    place: WorkerPlace? = nil
  ) throws(NodeError) {
    self.loop = loop
    self.configuration = configuration
    self.counters = counters
    let service = configuration.service
    self.place = place
    let worker = place?.worker ?? 0
    random = SeededGenerator(seed: configuration.seed &+ UInt64(worker) << 32)
    responseSize = service.responseSize
    let contexts = try NodeServer.contexts(contexts, service).source(worker: worker)
    self.contexts = contexts
    script = ServiceScript(service, forgetsContext: contexts.kind.isShared)
    (steps, scriptCalls) = (script.steps, script.calls)
    self.requestCountMax = requestCountMax
    self.keptCountMax = keptCountMax ?? KeptContexts.countMax
    requests = RequestTable(capacity: requestCountMax, contexts: contexts)
    calls = CallTable(capacity: NodeServer.callCountMax(script, requestCountMax))
    forwardedCall = service.gateway == nil ? script.forwardedCall : nil
    forwardedContext = Unmanaged.passRetained(contexts.makeContext())
    ownedGateway = service.gateway.map(Gateway.init)
    gateway = ownedGateway.map(Unmanaged.passUnretained)
    ownedWork = try NodeServer.standardWork(service, layer: configuration.layer)
    work = ownedWork.map(Unmanaged.passUnretained)
    lastSweep = loop.now &- NodeServer.sweepGap
    kept = KeptContexts(
      service, countMax: self.keptCountMax, loop: loop, counters: counters, makeContext: contexts.makeContext)
    wheel = TimerWheel(loop: loop) { [unowned self] token in resume(RequestSlot(bitPattern: UInt(token))!) }
    sweepTimer = Timer(loop: loop) { [unowned self] in sweep() }
    workTimer = Timer(loop: loop) { [unowned self] in serveWork() }
  }

  deinit {
    requests.deallocate()
    calls.deallocate()
    script.deallocate()
    workQueue.deallocate()
    forwardedContext.release()
  }

  var assignments: [ScriptAssignment] { script.assignments }

  /// Starts to listen; returns the port.
  package func listen() throws(EventLoopError) -> UInt16 {
    let listener = try Listener(
      loop: loop, host: configuration.host, port: configuration.port, sharesPort: place != nil,
      didRunOut: { [unowned self] reason in delegate?.server(self, cannotAcceptFor: reason) }
    ) { [unowned self] fd in
      if let place, case let chosen = place.choose(), chosen != place.worker {
        place.handOver(fd, chosen)
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
    let connection = InboundConnection(server: self, fd: fd)
    connections[ObjectIdentifier(connection)] = connection
  }

  /// Callers that come while the server drains find another replica, or try again.
  private func refuse(_ fd: Int32) {
    Glibc.close(fd)
    place?.didLoseConnection()
  }

  /// Callers that connect from here on are not accepted.
  func stopListening() { listener?.close() }

  /// Connects every edge of the script; `serverDidConnect` follows when all are ready.
  package func connect(_ callees: [CalleeAddresses]) throws(NodeError) {
    self.callees = callees
    ownedEdges.forEach { $0.close() }
    ownedEdges = []
    for key in script.edges {
      guard let callee = callees.first(where: { $0.service == key.service }) else {
        throw .missingAddress(service: key.service)
      }
      guard let propagator = PropagatorRegistry.resolve(key.propagator) else {
        throw .unknownPropagator(key.propagator)
      }
      ownedEdges.append(Downstream(server: self, callee: callee, propagator: propagator, index: ownedEdges.count))
    }
    script.connect(ownedEdges)
    isConnecting = true
    ownedEdges.forEach { $0.connect() }
    didConnectEdge()
  }

  /// Takes on another strategy between two slots; no request may be under way. The edges connect anew.
  package func replace(_ service: Service, contexts newContexts: NodeContexts? = nil) throws(NodeError) {
    guard counters.pointee.open == 0 else { throw .busy }
    contexts = try NodeServer.contexts(newContexts, service).source(worker: place?.worker ?? 0)
    ownedWork = try NodeServer.standardWork(service, layer: configuration.layer)
    work = ownedWork.map(Unmanaged.passUnretained)
    requests.deallocate()
    requests = RequestTable(capacity: requestCountMax, contexts: contexts)
    forwardedContext.release()
    forwardedContext = Unmanaged.passRetained(contexts.makeContext())
    connections.values.forEach { $0.storeDidChange() }
    script.deallocate()
    script = ServiceScript(service, forgetsContext: contexts.kind.isShared)
    (steps, scriptCalls) = (script.steps, script.calls)
    forwardedCall = service.gateway == nil ? script.forwardedCall : nil
    ownedGateway = service.gateway.map(Gateway.init)
    gateway = ownedGateway.map(Unmanaged.passUnretained)
    calls.deallocate()
    calls = CallTable(capacity: NodeServer.callCountMax(script, requestCountMax))
    configuration.service = service
    kept?.close()
    kept = KeptContexts(
      service, countMax: keptCountMax, loop: loop, counters: counters, makeContext: contexts.makeContext)
    try connect(callees)
  }

  /// Tells callers that nothing new will be answered, and closes everything. Requests under way are forgotten; see
  /// `drain`.
  package func close() {
    stopListening()
    drainTimer?.close()
    connections.values.forEach { $0.sendGoaway() }
    loop.flush()
    ownedEdges.forEach { $0.close() }
    // Server and edges hold each other until here.
    ownedEdges = []
    for connection in connections.values { connection.close() }
    connections = [:]
    wheel.close()
    sweepTimer.close()
    workTimer.close()
    kept?.close()
  }

  // MARK: What the connections tell

  func count(_ fault: FrameFault) {
    counters.pointee.faults &+= 1
    counters.pointee.faultsByReason[Int(fault.rawValue)] &+= 1
    delegate?.server(self, didCloseConnectionFor: "\(fault)")
  }

  func didLose(_ connection: InboundConnection) {
    abandonRequests(of: connection)
    connections[ObjectIdentifier(connection)] = nil
    place?.didLoseConnection()
  }

  func didConnectEdge() {
    guard isConnecting, ownedEdges.allSatisfy(\.isConnected) else { return }
    isConnecting = false
    delegate?.serverDidConnect(self)
  }

  /// CPU time of the writes of all connections that are open, as far as the loop clocked them.
  var writeNanoseconds: Int64 {
    connections.values.reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds }
      + ownedEdges.flatMap(\.connections).reduce(0) { $0 + $1.connection.ioClock.writeNanoseconds }
  }

  // MARK: Private

  private static func contexts(_ given: NodeContexts?, _ service: Service) throws(NodeError) -> NodeContexts {
    if let given { given } else { try NodeContexts(service) }
  }

  /// The context leaves a shared table with its request; other stores keep theirs for the next one.
  func forgetContext(of request: RequestSlot) {
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.reset() }
  }

  var sharesContexts: Bool { contexts.kind.isShared }

  /// A request that is only passed on takes a call and nothing else: then the calls are bounded as requests are.
  private static func callCountMax(_ script: ServiceScript, _ requestCountMax: Int) -> Int {
    script.forwardedCall == nil ? CallTable.callCountMax : requestCountMax
  }

  private static func standardWork(_ service: Service, layer: Int) throws(NodeError) -> StandardWork? {
    guard let growth = ContextGrowth(rawValue: service.growth) else { throw .unknownGrowth(service.growth) }
    guard service.contextWork, service.store != StoreKind.none.rawValue else { return nil }
    return StandardWork(layer: layer, growth: growth, keysPerLayer: service.keysPerLayer)
  }
}

extension NodeContexts {
  /// Those of a node that runs this service.
  convenience init(_ service: Service) throws(NodeError) {
    guard let kind = StoreKind(rawValue: service.store) else { throw .unknownStore(service.store) }
    let ratio = service.writes ?? .standard
    self.init(kind, workerCount: service.workers, writes: WriteRatio(writes: ratio.writes, reads: ratio.reads))
  }
}
