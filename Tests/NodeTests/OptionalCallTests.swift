import Control
import EventLoop
import Node
import Results
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000

@Suite("An optional call")
struct OptionalCallTests {
  private func error(_ status: StatusCode) -> (UInt64) -> FrameBytes { { .error(id: $0, status: status.rawValue) } }

  @Test(
    "that fails keeps no request: its next step comes, whatever the status was",
    arguments: [StatusCode.internal, .unavailable, .deadlineExceeded, .resourceExhausted, .unauthenticated])
  func error(status: StatusCode) throws {
    let bench = try NodeBench(script: [.call(call(isOptional: true)), .call(call(1))], calleeCount: 2)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.answer(0, with: error(status))
    #expect(bench.loop.turn { bench.callees[1].requests.count == 1 })
    bench.callees[1].answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    #expect(bench.counters.toleratedFailures == 1 && bench.counters.errors == 0 && bench.counters.open == 0)
  }

  @Test("that takes too long is cancelled, and one whose callee is gone is not missed")
  func timeoutAndLoss() throws {
    let bench = try NodeBench(script: [.call(call(timeout: 20 * millisecond, isOptional: true))])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    #expect(bench.callee.cancels.count == 1 && bench.counters.toleratedFailures == 1)
    caller.send(.request(id: 2))
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    bench.callee.connections[0].close()
    #expect(bench.loop.turn { caller.reply(to: 2)?.type == .response })
    // There is no connection at all now.
    caller.send(.request(id: 3))
    #expect(bench.loop.turn { caller.reply(to: 3)?.type == .response })
    #expect(bench.counters.toleratedFailures == 3 && bench.counters.unreachedCalls == 1)
  }

  @Test("is tried again as often as it says before it is given up")
  func retries() throws {
    let bench = try NodeBench(script: [.call(call(retries: 2, isOptional: true))])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    for index in 0..<3 {
      #expect(bench.loop.turn { bench.callee.requests.count == index + 1 })
      bench.callee.answer(index, with: error(.unavailable))
    }
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    #expect(bench.counters.retries == 2 && bench.counters.toleratedFailures == 1)
  }

  @Test("beside others is not waited for once it has failed; one that must succeed still fails the request")
  func parallel() throws {
    let bench = try NodeBench(script: [.parallel([call(isOptional: true), call(1)])], calleeCount: 2)
    let caller = try bench.connect()
    for id in 1...2 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callees.allSatisfy { $0.requests.count == 2 } })
    bench.callee.answer(0, with: error(.internal))
    bench.callees[1].answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    bench.callees[1].answer(1, with: error(.internal))
    #expect(bench.loop.turn { caller.reply(to: 2)?.status == StatusCode.internal.rawValue })
    #expect(bench.callee.cancels.count == 1 && bench.counters.toleratedFailures == 1)
  }

  @Test("saves no request whose own deadline is over")
  func deadline() throws {
    let bench = try NodeBench(script: [.call(call(isOptional: true)), .call(call(1))], calleeCount: 2)
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 10_000))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue)
    #expect(bench.callees[1].requests.isEmpty && bench.counters.toleratedFailures == 0)
  }

  @Test("leaves no nanosecond of a request outside of its stages", arguments: [false, true])
  func stages(timesOut: Bool) throws {
    let timeout = timesOut ? 5 * millisecond : 0
    let script: [Step] = [.call(call(timeout: timeout, isOptional: true)), .call(call(1))]
    let bench = try NodeBench(script: script, calleeCount: 2)
    let caller = try bench.connect()
    bench.clockStages(true)
    for id in 1...5 {
      caller.send(.request(id: UInt64(id), flags: FrameFlags.stages))
      #expect(bench.loop.turn { bench.callee.requests.count == id })
      if !timesOut { bench.callee.answer(id - 1, with: error(.internal)) }
      #expect(bench.loop.turn { bench.callees[1].requests.count == id })
      bench.callees[1].answer(id - 1)
      #expect(bench.loop.turn { caller.reply(to: UInt64(id)) != nil })
    }
    let sums = bench.clockStages(false)
    #expect(sums.requests == 5)
    #expect(sums.residence == sums.stages.reduce(0, +) + sums.wait - sums.overlap, "\(sums)")
    #expect(sums.stages.allSatisfy { $0 >= 0 } && sums.overlap == 0, "\(sums)")
  }
}

@Suite("A service that answers errors by its rate")
struct DeclaredErrorTests {
  @Test(
    "says the status that its topology gives",
    arguments: [(nil, 13), (.internal, 13), (.unavailable, 14)] as [(DeclaredError?, UInt16)])
  func status(declared: DeclaredError?, code: UInt16) throws {
    let bench = try NodeBench(errorRate: 1, errorStatus: declared)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].type == .error && caller.replies[0].status == code)
  }
}
