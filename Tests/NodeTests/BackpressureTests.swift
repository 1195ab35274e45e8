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
  /// Requests whose calls together exceed what an edge keeps, so that the node stops to read its callers.
  private func fill(_ bench: NodeBench, _ caller: FrameClient) {
    bench.callee.connections[0].connection.pauseReading()
    // More than one read of the node's.
    let payload = [UInt8](repeating: 0, count: 2 << 10)
    for id in 0..<600 { caller.send(.request(id: UInt64(id), payload: payload)) }
  }

  private let script: [Step] = [.call(call(size: 64 << 10))]

  @Test("holds up the callers, and lets all through once it reads again")
  func holdUp() throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    fill(bench, caller)
    #expect(bench.loop.turn { bench.server.isCongested })
    let held = bench.counters.deliveries
    bench.loop.turn(for: 20 * millisecond)
    #expect(bench.counters.deliveries == held && held < 600)
    bench.callee.connections[0].connection.resumeReading()
    #expect(bench.loop.turn { bench.callee.requests.count == 600 })
    #expect(!bench.server.isCongested)
  }

  @Test("and then leaves, no longer holds them up")
  func leaving() throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    fill(bench, caller)
    #expect(bench.loop.turn { bench.server.isCongested })
    bench.callee.connections[0].close()
    #expect(bench.loop.turn { caller.replies.count == 600 })
    #expect(!bench.server.isCongested)
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.unavailable.rawValue })
  }
}
