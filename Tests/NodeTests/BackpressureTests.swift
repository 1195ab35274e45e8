import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000

@Suite("A callee that does not read")
struct BackpressureTests {
  private let script: [Step] = [.call(call(size: 64 << 10))]

  /// Requests whose calls together exceed what an edge writes at once, by far.
  private func fill(_ bench: NodeBench, _ caller: FrameClient, count: Int) {
    bench.callee.connections[0].connection.pauseReading()
    for id in 0..<count { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.counters.deliveries >= UInt64(count) })
  }

  @Test("holds up no caller, and gets all that waits for it once it reads again")
  func wait() throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    fill(bench, caller, count: 600)
    // Whoever needs no callee is served meanwhile, over the same connection and over others.
    caller.send(.request(id: 10_000, hopsLeft: 1))
    #expect(bench.loop.turn { caller.reply(to: 10_000)?.type == .response })
    try bench.settle()
    bench.callee.connections[0].connection.resumeReading()
    #expect(bench.loop.turn { bench.callee.requests.count == 600 })
    #expect(bench.counters.shed == 0 && bench.counters.errors == 0)
  }

  @Test("is sent no more than its edge keeps: what comes beyond is RESOURCE_EXHAUSTED", arguments: oneCall)
  func exhausted(name: String, script: [Step]) throws {
    let bench = try NodeBench(
      script: script.map { step in
        guard case .call(var call) = step else { return step }
        call.payloadSize = 1 << 20
        return .call(call)
      })
    let caller = try bench.connect()
    fill(bench, caller, count: 100)
    #expect(bench.loop.turn { !caller.replies.isEmpty })
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.resourceExhausted.rawValue })
    // Of 100 MiB, 64 and what the kernel holds.
    #expect((20...36).contains(caller.replies.count))
    #expect(bench.counters.shed == UInt64(caller.replies.count))
    bench.callee.connections[0].connection.resumeReading()
    #expect(bench.loop.turn { bench.callee.requests.count + caller.replies.count == 100 })
  }

  @Test("and then leaves, fails what waited for it")
  func leaving() throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    fill(bench, caller, count: 600)
    bench.callee.connections[0].close()
    #expect(bench.loop.turn { caller.replies.count == 600 })
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.unavailable.rawValue })
  }

  @Test("is passed by where another replica reads")
  func replicas() throws {
    let bench = try NodeBench(script: script, replicaCount: 2)
    let caller = try bench.connect()
    bench.callees[0].connections[0].connection.pauseReading()
    for id in 0..<400 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callees[1].requests.count > 300 })
    #expect(bench.counters.shed == 0)
  }

  @Test("a caller that does not read its answers is not read from, and nobody else minds")
  func slowCaller() throws {
    let bench = try NodeBench(responseSize: 64 << 10)
    let (slow, other) = (try bench.connect(), try bench.connect())
    slow.connection.pauseReading()
    // More than one read of the node's.
    let payload = [UInt8](repeating: 0, count: 2 << 10)
    for id in 0..<600 { slow.send(.request(id: UInt64(id), payload: payload)) }
    bench.loop.turn(for: 20 * millisecond)
    other.send(.request(id: 1))
    #expect(bench.loop.turn { other.reply(to: 1) != nil })
    #expect(bench.counters.deliveries < 600)
    slow.connection.resumeReading()
    #expect(bench.loop.turn { slow.replies.count == 600 })
  }
}

/// Counts the servers whose edges are all connected.
private final class ConnectedServers: NodeServerDelegate {
  private(set) var count = 0

  func serverDidConnect(_ server: NodeServer) { count += 1 }
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) {}
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {}
}

@Suite("Two services that call each other")
struct CycleTests {
  @Test("finish what fills both of their edges")
  func cycle() throws {
    let loop = try makeLoop()
    let pages = (0..<2).map { _ in UnsafeMutablePointer<CounterPage>.allocate(capacity: 1) }
    pages.forEach { $0.initialize(to: CounterPage()) }
    defer { pages.forEach { $0.deallocate() } }
    let servers = try (0..<2).map { index in
      let service = Service(
        name: "s\(index)", replicas: 1, workers: 1, strategy: "custom", store: "packed", contextWork: true,
        keysPerLayer: 3, growth: "shadow", responseSize: 8, errorRate: 0,
        script: [.call(call(1 - index, size: 8 << 10))])
      return try NodeServer(
        loop: loop,
        configuration: NodeConfiguration(service: service, layer: 1, replica: 0, host: "127.0.0.1", port: 0, seed: 7),
        counters: pages[index])
    }
    defer { servers.forEach { $0.close() } }
    let ports = try servers.map { try $0.listen() }
    let connected = ConnectedServers()
    for (index, server) in servers.enumerated() {
      server.delegate = connected
      let other = ServiceAddress(host: "127.0.0.1", port: ports[1 - index])
      try server.connect([CalleeAddresses(service: 1 - index, name: "s\(1 - index)", addresses: [other])])
    }
    #expect(loop.turn { connected.count == 2 })
    let caller = try FrameClient(loop: loop, port: ports[0])
    defer { caller.close() }
    caller.send(.hello(propagator: "packed"))
    let payload = [UInt8](repeating: 0, count: 16 << 10)
    // 32 MiB of calls on each edge at once.
    for id in 0..<4096 { caller.send(.request(id: UInt64(id), hopsLeft: 6, payload: payload)) }
    #expect(loop.turn { caller.replies.count == 4096 })
    #expect(caller.replies.allSatisfy { $0.type == .response })
    #expect(pages.map(\.pointee.open) == [0, 0] && pages.map(\.pointee.shed) == [0, 0])
  }
}
