// A node on a loop of the test's own, with callers and callees written by hand on both sides of it.

import Context
import Control
import EventLoop
import Glibc
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// A callee that answers hellos and keeps what it receives. It answers requests only when a test says so.
final class FakeCallee {
  let loop: EventLoop
  private var listener: Listener!
  private(set) var connections: [FrameClient] = []

  /// - Parameter port: 0 takes a free one.
  init(loop: EventLoop, port: UInt16 = 0) throws {
    self.loop = loop
    try listen(port)
  }

  private func listen(_ port: UInt16) throws {
    listener = try Listener(loop: loop, host: "127.0.0.1", port: port) { [unowned self] fd in
      let connection = FrameClient(loop: loop, fd: fd)
      connection.send(.hello())
      connections.append(connection)
    }
  }

  /// Ends, and starts anew at the same port.
  func restart() throws {
    let port = port
    close()
    connections = []
    try listen(port)
  }

  var port: UInt16 { listener.port }
  var frames: [ReceivedFrame] { connections.flatMap(\.replies) }
  var requests: [ReceivedFrame] { frames.filter { $0.type == .request } }
  var cancels: [ReceivedFrame] { frames.filter { $0.type == .cancel } }

  /// Answers the request at that place among all received.
  func answer(_ index: Int, with frame: (UInt64) -> FrameBytes = { .response(id: $0) }) {
    let request = requests[index]
    connections.first { $0.replies.contains(request) }?.send(frame(request.id))
  }

  func close() {
    listener.close()
    connections.forEach { $0.close() }
  }
}

/// One node, its callees, and callers that connect to it.
final class NodeBench: NodeServerDelegate {
  let loop: EventLoop
  let callees: [FakeCallee]
  /// Gone before its page is.
  private(set) var server: NodeServer!
  private let page: UnsafeMutablePointer<CounterPage>
  private let port: UInt16
  private var isConnected = false
  private(set) var connectedCount = 0
  private(set) var reasons: [String] = []
  private(set) var lostCallees: [String] = []
  private(set) var reachedCallees: [String] = []
  private var callers: [FrameClient] = []

  init(
    script: [Step] = [], store: String = "packed", errorRate: Double = 0, contextWork: Bool = true,
    responseSize: Int = 8, requestCountMax: Int = NodeServer.requestCountMax, calleeCount: Int = 1,
    replicaCount: Int? = nil,
    keepsContext: KeptContext? = nil, keptCountMax: Int? = nil, contexts: NodeContexts? = nil,
    gateway: GatewayRules? = nil, host: String = "127.0.0.1", errorStatus: DeclaredError? = nil
  ) throws {
    loop = try makeLoop()
    page = .allocate(capacity: 1)
    page.initialize(to: CounterPage())
    let loop = loop
    callees = try (0..<(replicaCount ?? calleeCount)).map { _ in try FakeCallee(loop: loop) }
    var service = Service(
      name: "middle", replicas: 1, workers: 1, strategy: "custom", store: store, contextWork: contextWork,
      keysPerLayer: 3, growth: "shadow", responseSize: responseSize, errorRate: errorRate, script: script,
      gateway: gateway, errorStatus: errorStatus)
    service.keepsContext = keepsContext
    server = try NodeServer(
      loop: loop,
      configuration: NodeConfiguration(
        service: service, layer: 2, replica: 0, host: "127.0.0.1", port: 0, seed: 7),
      counters: page, limits: NodeServer.Limits(requestCount: requestCountMax, keptCount: keptCountMax),
      contexts: contexts)
    port = try server.listen()
    server.delegate = self
    let addresses = callees.map { ServiceAddress(host: host, port: $0.port) }
    try server.connect(
      replicaCount == nil
        ? addresses.enumerated().map { index, address in
          CalleeAddresses(service: index, name: "callee\(index)", addresses: [address])
        } : [CalleeAddresses(service: 0, name: "callee", addresses: addresses)])
    #expect(loop.turn { isConnected })
  }

  deinit {
    callers.forEach { $0.close() }
    server.close()
    callees.forEach { $0.close() }
    server = nil
    page.deallocate()
  }

  var counters: CounterPage { page.pointee }
  var live: LiveFigures { server.liveFigures(token: 1) }

  /// Turns the stage clocks on or off; what they have added up.
  @discardableResult
  func clockStages(_ isOn: Bool) -> StageSums { server.clockStages(isOn) }
  var callee: FakeCallee { callees[0] }

  /// A caller that has exchanged its hello.
  func connect(propagator: String = "packed") throws -> FrameClient {
    let caller = try FrameClient(loop: loop, port: port)
    callers.append(caller)
    caller.send(.hello(propagator: propagator))
    #expect(loop.turn { caller.received.contains { $0.type == .hello } })
    return caller
  }

  /// A connection that has said nothing yet.
  func connectSilently() throws -> FrameClient {
    let caller = try FrameClient(loop: loop, port: port)
    callers.append(caller)
    return caller
  }

  /// Everything that was on its way has arrived: a request of its own has been there and back.
  func settle() throws {
    let caller = try connect(propagator: "none")
    caller.send(.request(id: 99, hopsLeft: 1))
    #expect(loop.turn { caller.reply(to: 99) != nil })
    loop.turn(for: 2_000_000)
  }

  func serverDidConnect(_ server: NodeServer) {
    isConnected = true
    connectedCount += 1
  }
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) { reasons.append(reason) }
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) { lostCallees.append(name) }
  func server(_ server: NodeServer, didReachCallee name: String) { reachedCallees.append(name) }
}

/// A call with nothing to decide unless the test says so.
func call(
  _ service: Int = 0, size: Int = 0, timeout: Int64 = 0, probability: Double = 1, retries: Int = 0,
  propagator: String = "packed", dropsContext: Bool = false, ignoresDeadline: Bool? = nil, isOptional: Bool? = nil
) -> Call {
  Call(
    service: service, payloadSize: size, timeoutNanoseconds: timeout, probability: probability, retries: retries,
    propagator: propagator, transport: "frame", dropsContext: dropsContext, ignoresDeadline: ignoresDeadline,
    isOptional: isOptional)
}

/// The scripts of one call under which a request is passed on, and under which it runs as a script: what the world sees
/// must be the same.
let oneCall: [(name: String, script: [Step])] = [
  ("forwarded", [.call(call())]),
  ("a script", [.call(call(retries: 1))]),
]
