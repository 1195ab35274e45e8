// Three nodes and a client on one loop, wired over one transport: what the seam has to carry, whatever carries it.

import Context
import Control
import EventLoop
import LoadClient
import Node
import Propagation
import Statistics
import TestSupport
import Testing
import Topology
import TransportCore

final class LineChain: NodeServerDelegate, LoadRunDelegate, FidelityRunDelegate, LoadConnectionDelegate {
  static let propagator = "tracecontext,baggage"

  let loop: EventLoop
  let topology: Topology
  private let transport: Transport
  private let target: RequestTarget
  private var servers: [NodeServer] = []
  private var pages: [UnsafeMutablePointer<CounterPage>] = []
  private var connectedCount = 0
  private(set) var connections: [LoadConnection] = []
  private(set) var lostReasons: [String] = []
  private var outcome: TrialOutcome?
  private var fidelity: FidelityOutcome?
  private var run: LoadRun?
  private var check: FidelityRun?

  /// - Parameters:
  ///   - steps: of a, b and c, before a and b call the next.
  ///   - timeout: of b's call to c, in nanoseconds; 0 for none.
  init(
    over setting: SeamTests.Case, steps: [[Step]] = [[], [], []], store: String = "value-chain", timeout: Int64 = 0,
    connectionCount: Int
  ) throws {
    loop = try makeLoop()
    let transport = setting.transport
    self.transport = transport
    target = RequestTarget(contextInBody: setting.contextInBody == true)
    var services: [Service] = []
    for (index, name) in ["a", "b", "c"].enumerated() {
      let call = Call(
        service: index + 1, payloadSize: 16, timeoutNanoseconds: index == 1 ? timeout : 0, probability: 1, retries: 0,
        propagator: LineChain.propagator, transport: transport.name, dropsContext: false, pipeline: setting.pipeline,
        contextInBody: setting.contextInBody)
      services.append(
        Service(
          name: name, replicas: 1, workers: 1, strategy: "custom", store: store, contextWork: true, keysPerLayer: 2,
          growth: "distinct", responseSize: 24, errorRate: 0, script: steps[index] + (index < 2 ? [.call(call)] : [])))
    }
    topology = Topology(
      entry: 0, maxDepth: 0,
      client: ClientSide(
        propagator: LineChain.propagator, payloadSize: 32, set: [], transport: transport.name,
        contextInBody: setting.contextInBody), services: services)
    var next: [CalleeAddresses] = []
    for index in services.indices.reversed() {
      let page = UnsafeMutablePointer<CounterPage>.allocate(capacity: 1)
      page.initialize(to: CounterPage())
      pages.insert(page, at: 0)
      let server = try NodeServer(
        loop: loop,
        configuration: NodeConfiguration(
          service: services[index], layer: index + 1, replica: 0, host: "127.0.0.1", port: 0, seed: UInt64(index),
          assumedPropagator: LineChain.propagator),
        counters: page, transports: [.frame, transport])
      servers.insert(server, at: 0)
      server.delegate = self
      let port = try server.listen()
      try server.connect(next)
      next = [
        CalleeAddresses(
          service: index, name: services[index].name, addresses: [ServiceAddress(host: "127.0.0.1", port: port)],
          assumedPropagator: LineChain.propagator)
      ]
    }
    let entry = next[0].addresses[0]
    for _ in 0..<connectionCount {
      connections.append(
        try LoadConnection(
          loop: loop, address: entry, propagator: LineChain.propagator, transport: transport,
          target: target, delegate: self))
    }
    try #require(loop.turn { connectedCount == 3 && connections.allSatisfy(\.isReady) })
  }

  func close() {
    connections.forEach { $0.close() }
    servers.forEach { $0.close() }
    pages.forEach { $0.deallocate() }
  }

  /// Of a, b and c.
  var counters: [CounterPage] { pages.map(\.pointee) }

  private func images(flags: RequestFlags, deadline: Int64, trace: SentTrace) throws -> RequestImages {
    try RequestImages(
      client: topology.client, propagator: PropagatorRegistry.resolve(LineChain.propagator)!, transport: transport,
      deadline: UInt32(deadline / 1000), hopsLeft: 8, flags: flags, seed: 3, trace: trace, target: target)
  }

  /// - Parameter deadline: that requests carry, in nanoseconds; 0 for none.
  func load(_ requestCount: Int, inFlight: Int, timeout: Int64 = 30_000_000_000, deadline: Int64 = 0) throws -> Ledger {
    let order = TrialOrder(
      token: 1, mode: .closed(inFlight: inFlight), connections: connections.count, hopsLeft: 8, settleNanoseconds: 0,
      windowNanoseconds: 0, requestCount: requestCount, timeoutNanoseconds: timeout,
      drainNanoseconds: 30_000_000_000, seed: 1)
    let run = LoadRun(
      order: order, loop: loop, connections: connections,
      images: try images(flags: [], deadline: deadline, trace: SentTrace()), delegate: self)
    self.run = run
    run.start()
    try #require(loop.turn { outcome != nil })
    return outcome!.ledger
  }

  func verify(_ requestCount: Int, inFlight: Int) throws -> FidelityOutcome {
    var propagators: [String: any Propagator] = [:]
    propagators[LineChain.propagator] = PropagatorRegistry.resolve(LineChain.propagator)!
    let check = FidelityRun(
      token: 1, requestCount: requestCount, inFlight: inFlight, hopsLeft: 8, timeoutNanoseconds: 30_000_000_000,
      loop: loop, connection: connections[0], images: try images(flags: .echo, deadline: 0, trace: .whole),
      topology: topology, propagators: propagators, delegate: self)
    self.check = check
    check.start()
    try #require(loop.turn { fidelity != nil })
    return fidelity!
  }

  func serverDidConnect(_ server: NodeServer) { connectedCount += 1 }
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) { Issue.record("closed for \(reason)") }
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {}
  func runDidOpenWindow(_ run: LoadRun) {}
  func runDidCloseWindow(_ run: LoadRun) {}
  func run(_ run: LoadRun, didFinish outcome: TrialOutcome) { self.outcome = outcome }
  func run(_ run: FidelityRun, didFinish outcome: FidelityOutcome, losses: FidelityLosses) { fidelity = outcome }
  func connectionIsReady(_ connection: LoadConnection) {}

  func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply) {
    run?.didReceive(reply)
    check?.didReceive(reply)
  }

  func connection(_ connection: LoadConnection, didFail reason: String) {
    lostReasons.append(reason)
    run?.didLose(connection)
  }
}
