import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000

@Suite("A cancel")
struct CancelTests {
  @Test("goes on to the callee, and nothing is answered", arguments: oneCall)
  func cancel(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    for id in 1...3 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == 3 })
    caller.send(.cancel(id: 2))
    #expect(bench.loop.turn { bench.callee.cancels.count == 1 })
    #expect(bench.callee.cancels[0].id == bench.callee.requests[1].id)
    try bench.settle()
    #expect(caller.replies.isEmpty && bench.counters.cancelled == 1)
    for index in 0..<3 { bench.callee.answer(index) }
    #expect(bench.loop.turn { caller.replies.count == 2 && bench.counters.lateReplies == 1 })
    #expect(caller.replies.map(\.id) == [1, 3] && bench.counters.open == 0)
  }

  @Test("of a request that is unknown, answered or somebody else's changes nothing", arguments: oneCall)
  func unknown(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let (caller, other) = (try bench.connect(), try bench.connect())
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    other.send(.cancel(id: 1))
    caller.send(.cancel(id: 7))
    try bench.settle()
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.replies.count == 1 })
    caller.send(.cancel(id: 1))
    try bench.settle()
    #expect(bench.callee.cancels.isEmpty && bench.counters.cancelled == 0)
  }

  @Test("is what happens to everything that a caller who leaves had asked for, and to nobody else", arguments: oneCall)
  func leaving(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let (caller, other) = (try bench.connect(), try bench.connect())
    for id in 1...3 { caller.send(.request(id: UInt64(id))) }
    other.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 4 })
    caller.close()
    #expect(bench.loop.turn { bench.callee.cancels.count == 3 })
    #expect(bench.counters.cancelled == 3 && bench.counters.open == 1)
    for index in 0..<4 { bench.callee.answer(index) }
    #expect(bench.loop.turn { other.replies.count == 1 && bench.counters.lateReplies == 3 })
  }

  @Test(
    "ends a sleep and a request between two slices of work",
    arguments: [
      Step.sleep(.fixed(nanoseconds: 3_600_000 * millisecond)), .work(.fixed(nanoseconds: 3_600_000 * millisecond)),
      .countedWork(iterations: 10_000_000_000),
    ])
  func local(step: Step) throws {
    let bench = try NodeBench(script: [step])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.counters.deliveries == 1 })
    caller.send(.cancel(id: 1))
    #expect(bench.loop.turn { bench.counters.cancelled == 1 })
    #expect(bench.counters.open == 0 && caller.replies.isEmpty)
  }
}
