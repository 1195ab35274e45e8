import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000
private let hour = 3_600_000 * millisecond

@Suite("An edge that ignores deadlines")
struct IgnoredDeadlineTests {
  @Test("carries no deadline, though the request has one and the call a timeout")
  func noDeadline() throws {
    let bench = try NodeBench(script: [.call(call(timeout: hour, ignoresDeadline: true))])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 60_000_000))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    #expect(bench.callee.requests[0].deadline == 0 && bench.callee.requests[0].flags == 0)
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
  }

  @Test("does not hide the request's own deadline from the service: it answers, and its callee is only told")
  func passing() throws {
    let bench = try NodeBench(script: [.call(call(ignoresDeadline: true))])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 20_000))
    #expect(bench.loop.turn { caller.replies.count == 1 && bench.callee.cancels.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue)
    #expect(bench.callee.cancels[0].flags == FrameFlags.abandoned && bench.callee.cancels[0].deadline != 0)
  }

  @Test("is told that its caller gave up with a flag that says: go on; other edges of the request are cancelled")
  func twoEdges() throws {
    let bench = try NodeBench(
      script: [.parallel([call(0, ignoresDeadline: true), call(1)])], calleeCount: 2)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callees.allSatisfy { $0.requests.count == 1 } })
    caller.send(.cancel(id: 1, at: 77))
    #expect(bench.loop.turn { bench.callees.allSatisfy { $0.cancels.count == 1 } })
    #expect(bench.callees.map { $0.cancels[0].flags } == [FrameFlags.abandoned, 0])
    // The time at which the first caller gave up goes with it.
    #expect(bench.callees.map { $0.cancels[0].deadline } == [77, 77])
    #expect(bench.counters.cancelled == 1 && bench.counters.abandoned == 0 && bench.counters.open == 0)
  }
}

@Suite("A request that nobody waits for and that goes on")
struct OrphanTests {
  @Test("is answered all the same, and its callee is told to go on too", arguments: oneCall)
  func passedOn(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    caller.send(.cancel(id: 1, at: 99, continues: true))
    #expect(bench.loop.turn { bench.callee.cancels.count == 1 })
    #expect(bench.callee.cancels[0].flags == FrameFlags.abandoned && bench.callee.cancels[0].deadline == 99)
    #expect(bench.callee.cancels[0].id == bench.callee.requests[0].id)
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    #expect(bench.counters.abandoned == 1 && bench.counters.cancelled == 0 && bench.counters.open == 0)
    #expect(bench.counters.lateSlices + bench.counters.lateSleeps + bench.counters.lateCalls == 0)
  }

  @Test("has every slice, sleep and call counted that comes after it was given up, and those before it not")
  func counted() throws {
    let bench = try NodeBench(script: [
      .call(call()), .work(.fixed(nanoseconds: 3 * millisecond)), .sleep(.fixed(nanoseconds: millisecond)),
      .parallel([call(), call()]), .work(.fixed(nanoseconds: 1000)),
    ])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    caller.send(.cancel(id: 1, continues: true))
    #expect(bench.loop.turn { bench.counters.abandoned == 1 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { bench.callee.requests.count == 3 })
    // Whom it calls from now on knows it from the start.
    #expect(bench.callee.requests.map(\.flags) == [0, FrameFlags.abandoned, FrameFlags.abandoned])
    bench.callee.answer(1)
    bench.callee.answer(2)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    #expect(bench.counters.lateSlices == 4 && bench.counters.lateSleeps == 1 && bench.counters.lateCalls == 2)
  }

  @Test("is counted as such where it arrives, and told apart from the next request in its place")
  func arriving() throws {
    let bench = try NodeBench(script: [.work(.fixed(nanoseconds: 1000)), .call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1, flags: FrameFlags.abandoned))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    caller.send(.request(id: 2))
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    #expect(bench.callee.requests.map(\.flags) == [FrameFlags.abandoned, 0])
    #expect(bench.counters.abandoned == 1 && bench.counters.lateSlices == 1 && bench.counters.lateCalls == 1)
  }

  @Test("has the sleep counted that it was in, once, however often it is given up")
  func sleeping() throws {
    let bench = try NodeBench(script: [.sleep(.fixed(nanoseconds: hour))])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.counters.deliveries == 1 })
    caller.send(.cancel(id: 1, continues: true))
    caller.send(.cancel(id: 1, continues: true))
    #expect(bench.loop.turn { bench.counters.abandoned == 1 })
    bench.loop.turn(for: 5 * millisecond)
    #expect(bench.counters.abandoned == 1 && bench.counters.lateSleeps == 1 && bench.counters.open == 1)
    // And one that is really cancelled ends.
    caller.send(.cancel(id: 1))
    #expect(bench.loop.turn { bench.counters.cancelled == 1 })
    #expect(bench.counters.open == 0 && caller.replies.isEmpty)
  }

  /// Of the machine's clock, as every process on it reads it.
  private func microseconds(_ bench: NodeBench, ago: Int64 = 0) -> UInt32 {
    CancelTime(nanoseconds: bench.loop.refreshNow() - ago).rawValue
  }

  @Test("that stops at once has what it began counted between the caller's giving up and the cancel's arrival")
  func between() throws {
    let bench = try NodeBench(script: [.call(call()), .sleep(.fixed(nanoseconds: hour))])
    let caller = try bench.connect()
    let before = microseconds(bench, ago: millisecond)
    for id in 1...3 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == 3 })
    // The first was given up before its call was sent, the second a day of another machine's ago, the third just now.
    caller.send(.cancel(id: 1, at: before))
    caller.send(.cancel(id: 2, at: microseconds(bench, ago: 61_000_000_000)))
    bench.loop.turn(for: 2 * millisecond)
    caller.send(.cancel(id: 3, at: microseconds(bench, ago: millisecond)))
    #expect(bench.loop.turn { bench.counters.cancelled == 3 })
    #expect(bench.counters.lateCalls == 1 && bench.counters.lateSleeps == 0 && bench.counters.abandoned == 0)
    #expect(bench.counters.stopDurationMax >= 1_000_000 && bench.counters.stopDurationMax < 60_000_000_000)
  }
}

@Suite("Work past the deadline")
struct LateWorkTests {
  @Test("is not begun: neither the next slice nor the next step", arguments: [true, false])
  func notBegun(burns: Bool) throws {
    let long = DurationDistribution.fixed(nanoseconds: 30 * millisecond)
    let bench = try NodeBench(script: [.work(long), burns ? .work(long) : .sleep(long), .call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 10_000))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue && bench.callee.requests.isEmpty)
    #expect(bench.counters.lateSlices + bench.counters.lateSleeps + bench.counters.lateCalls == 0)
  }
}
