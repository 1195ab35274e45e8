// Contexts that a service keeps beyond their requests, and what a node says is under way.

import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000

@Suite("A kept context")
struct KeptContextTests {
  private static func kept(_ milliseconds: Int64, isReleased: Bool) -> KeptContext {
    KeptContext(deadlineNanoseconds: milliseconds * millisecond, isReleased: isReleased)
  }

  /// Sends requests, which are answered, and waits for the replies.
  private func answer(_ bench: NodeBench, _ count: Int) throws {
    let caller = try bench.connect()
    for id in 1...count { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == count })
    for index in 0..<count { bench.callee.answer(index) }
    #expect(bench.loop.turn { caller.replies.count == count })
  }

  @Test(
    "stays in the table when its request ends, and its timer until the deadline; released, both go",
    arguments: [false, true])
  func answered(isReleased: Bool) throws {
    let bench = try NodeBench(
      script: [.call(call())], keepsContext: KeptContextTests.kept(3_600_000, isReleased: isReleased))
    try answer(bench, 5)
    #expect(bench.counters.open == 0)
    #expect(bench.counters.keptContexts == (isReleased ? 0 : 5))
    #expect(bench.counters.keptTimers == (isReleased ? 0 : 5))
    #expect(bench.live.contexts == (isReleased ? 0 : 5) && bench.live.timers == (isReleased ? 0 : 5))
    #expect(bench.live.requests == 0 && bench.live.calls == 0)
    #expect(bench.live.isNothing == isReleased)
  }

  @Test("A table that is full refuses the next request, and takes one again where contexts are released")
  func full() throws {
    for isReleased in [false, true] {
      let bench = try NodeBench(
        script: [.call(call())], keepsContext: KeptContextTests.kept(3_600_000, isReleased: isReleased), keptCountMax: 3
      )
      let caller = try bench.connect()
      for id in 1...4 { caller.send(.request(id: UInt64(id))) }
      #expect(bench.loop.turn { caller.replies.count == 1 })
      #expect(caller.replies[0].id == 4 && caller.replies[0].status == StatusCode.resourceExhausted.rawValue)
      #expect(bench.callee.requests.count == 3 && bench.counters.keptContexts == 3 && bench.counters.shed == 1)
      for index in 0..<3 { bench.callee.answer(index) }
      #expect(bench.loop.turn { caller.replies.count == 4 })
      caller.send(.request(id: 5))
      #expect(bench.loop.turn { isReleased ? bench.callee.requests.count == 4 : caller.replies.count == 5 })
    }
  }

  @Test("has no timer any more when its deadline has passed, and is still there")
  func expired() throws {
    let bench = try NodeBench(script: [.call(call())], keepsContext: KeptContextTests.kept(5, isReleased: false))
    try answer(bench, 3)
    #expect(bench.loop.turn { bench.counters.keptTimers == 0 })
    #expect(bench.counters.keptContexts == 3)
  }

  @Test("is released when its request is cancelled or its caller leaves", arguments: [false, true])
  func cancelled(isLeaving: Bool) throws {
    let bench = try NodeBench(
      script: [.call(call())], keepsContext: KeptContextTests.kept(3_600_000, isReleased: true))
    let caller = try bench.connect()
    for id in 1...3 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.counters.keptContexts == 3 })
    #expect(bench.live.requests == 3 && bench.live.calls == 3 && bench.live.timers == 3)
    if isLeaving { caller.close() } else { for id in 1...3 { caller.send(.cancel(id: UInt64(id))) } }
    #expect(bench.loop.turn { bench.counters.cancelled == 3 })
    #expect(bench.counters.keptContexts == 0 && bench.live.isNothing)
  }

  @Test("A node without kept contexts has nothing under way when everything is answered", arguments: oneCall)
  func live(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    for id in 1...4 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == 4 })
    #expect(bench.live.requests == 4 && bench.live.calls == 4)
    // One that is forwarded has no slot of its own.
    #expect(bench.live.contexts == (name == "forwarded" ? 0 : 4))
    for index in 0..<4 { bench.callee.answer(index) }
    #expect(bench.loop.turn { caller.replies.count == 4 })
    #expect(bench.live.isNothing)
  }

  @Test("A sleeping request has a timer until it is given up")
  func sleeping() throws {
    let bench = try NodeBench(script: [.sleep(.fixed(nanoseconds: 3_600_000 * millisecond))])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.live.timers == 1 })
    caller.send(.cancel(id: 1))
    #expect(bench.loop.turn { bench.live.isNothing })
  }

  @Test("The deadline of a request with an echo flag is noted as it arrived")
  func echoDeadline() throws {
    let bench = try NodeBench()
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 5_000, flags: FrameFlags.echo))
    #expect(bench.loop.turn { caller.reply(to: 1) != nil })
    #expect(bench.counters.echoDeadline == 5_000)
    caller.send(.request(id: 2, deadline: 7_000))
    #expect(bench.loop.turn { caller.reply(to: 2) != nil })
    #expect(bench.counters.echoDeadline == 5_000)
  }
}
