// A node that is called over three transports at one port, and what every worker does with what comes there.

import Control
import EventLoop
import Glibc
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// A node process of one or more workers, and a server that calls it over frames, HTTP/1.1 and lines.
private final class ThreeWays: LineChannelDelegate, NodeServerDelegate {
  static let transports = [Transport.frame, .http1, Transport(LineTransport())]
  private static let propagator = "tracecontext,baggage"

  let loop: EventLoop
  let pages: [UnsafeMutablePointer<CounterPage>]
  private let memory: UnsafeMutableRawPointer
  private let ownPage = UnsafeMutablePointer<CounterPage>.allocate(capacity: 1)
  private var node: NodeProcess!
  private var channel: LineChannel!
  private(set) var reports: [NodeReport] = []
  private(set) var port: UInt16 = 0
  private var server: NodeServer!
  private var isConnected = false

  init(workers: Int) throws {
    loop = try makeLoop()
    memory = .allocate(byteCount: workers * CounterPage.size, alignment: CounterPage.size)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: workers * CounterPage.size)
    pages = CounterPage.pages(at: memory, count: workers)
    ownPage.initialize(to: CounterPage())
    var fds: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &fds) == 0)
    channel = LineChannel(loop: loop, fd: fds[0], delegate: self)
    node = NodeProcess(
      loop: loop, controlFD: fds[1], counters: pages, readMeter: { MeterReading() }, transports: ThreeWays.transports)
    var configuration = NodeConfiguration(
      service: ThreeWays.service("leaf", workers: workers, []), layer: 2, replica: 0, host: "127.0.0.1", port: 0,
      seed: 7)
    configuration.assumedPropagator = ThreeWays.propagator
    order(.configure(configuration))
    guard case .listening(let port)? = try answer() else { return }
    self.port = port
    order(.connect([]))
    #expect(try answer() == .connected)
  }

  private static func service(_ name: String, workers: Int, _ script: [Step]) -> Service {
    Service(
      name: name, replicas: 1, workers: workers, strategy: "custom", store: "value-chain", contextWork: true,
      keysPerLayer: 2, growth: "distinct", responseSize: 24, errorRate: 0, script: script)
  }

  private static func call(_ transport: String) -> Call {
    Call(
      service: 1, payloadSize: 16, timeoutNanoseconds: 0, probability: 1, retries: 0, propagator: propagator,
      transport: transport, dropsContext: false)
  }

  /// Starts a server whose every request calls the node over each transport; the port at which it listens.
  func startCaller() throws -> UInt16 {
    let script = ThreeWays.transports.map { Step.call(ThreeWays.call($0.name)) }
    server = try NodeServer(
      loop: loop,
      configuration: NodeConfiguration(
        service: ThreeWays.service("caller", workers: 1, script), layer: 1, replica: 0, host: "127.0.0.1", port: 0,
        seed: 3), counters: ownPage, transports: ThreeWays.transports)
    server.delegate = self
    let port = try server.listen()
    try server.connect(
      [
        CalleeAddresses(
          service: 1, name: "leaf", addresses: [ServiceAddress(host: "127.0.0.1", port: self.port)],
          workers: pages.count, assumedPropagator: ThreeWays.propagator)
      ])
    try #require(loop.turn { isConnected })
    return port
  }

  func close() {
    server?.close()
    order(.stop)
    loop.turn(for: 20_000_000)
    memory.deallocate()
    ownPage.deallocate()
  }

  func order(_ command: NodeCommand) { channel.send(ControlCodec.encode(command)) }

  func answer() throws -> NodeReport? {
    try #require(loop.turn { !reports.isEmpty })
    return reports.removeFirst()
  }

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    reports.append(ControlCodec.decode(NodeReport.self, from: line) ?? .failed("no report"))
  }

  func channelDidClose(_ channel: LineChannel) {}
  func serverDidConnect(_ server: NodeServer) { isConnected = true }
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) { Issue.record("closed for \(reason)") }
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) { Issue.record("lost for \(reason)") }
}

@Suite("The port of a node")
struct ListenerTests {
  @Test("takes every transport, and each worker knows what a connection speaks", arguments: [1, 3])
  func ways(workers: Int) throws {
    let bench = try ThreeWays(workers: workers)
    defer { bench.close() }
    let caller = try FrameClient(loop: bench.loop, port: bench.startCaller())
    caller.send(.hello(propagator: "none"))
    #expect(bench.loop.turn { !caller.received.isEmpty })
    for id in 1...60 { caller.send(.request(id: UInt64(id), hopsLeft: 2)) }
    #expect(bench.loop.turn { caller.replies.count == 60 })
    #expect(caller.replies.allSatisfy { $0.type == .response })
    let sum = CounterPage.sum(bench.pages.map(\.pointee))
    #expect(sum.deliveries == 180 && sum.responses == 180 && sum.faults == 0)
    #expect(bench.pages.allSatisfy { $0.pointee.deliveries > 0 })
    caller.close()
  }

  @Test("a propagator that the node does not know fails its start")
  func unknown() throws {
    let bench = try ThreeWays(workers: 1)
    defer { bench.close() }
    var configuration = NodeConfiguration(
      service: Service(
        name: "x", replicas: 1, workers: 1, strategy: "custom", store: "none", contextWork: false, keysPerLayer: 0,
        growth: "shadow", responseSize: 0, errorRate: 0, script: []), layer: 1, replica: 0, host: "127.0.0.1", port: 0,
      seed: 1)
    configuration.assumedPropagator = "pigeon"
    bench.order(.configure(configuration))
    guard case .failed(let reason)? = try bench.answer() else {
      Issue.record("it started")
      return
    }
    #expect(reason.contains("pigeon"))
  }
}
