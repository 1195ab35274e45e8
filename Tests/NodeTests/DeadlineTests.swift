import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

private let millisecond: Int64 = 1_000_000

@Suite("A deadline")
struct DeadlineTests {
  @Test("shrinks by a microsecond at least from hop to hop", arguments: oneCall)
  func shrinking(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    let deadlines: [UInt32] = [0, 2_000_000, 60_000_000, .max]
    for deadline in deadlines { caller.send(.request(id: 1, deadline: deadline)) }
    #expect(bench.loop.turn { bench.callee.requests.count == deadlines.count })
    for (sent, received) in zip(deadlines, bench.callee.requests.map(\.deadline)) {
      #expect(sent == 0 ? received == 0 : received < sent && received > 0)
    }
  }

  @Test("starts when its bytes were read, however long the requests before it work")
  func behindOthers() throws {
    let bench = try NodeBench(script: [.work(.fixed(nanoseconds: millisecond)), .call(call())])
    let caller = try bench.connect()
    let begin = bench.loop.refreshNow()
    caller.send((0..<600).flatMap { FrameBytes.request(id: UInt64($0), deadline: 100_000).bytes })
    // Of 0.6 s of work no more than 0.1 s can be done in time.
    #expect(bench.loop.turn { caller.replies.count >= 500 })
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.deadlineExceeded.rawValue })
    #expect(bench.callee.requests.count <= 100)
    // What was sent on says what was left when it left: no more than a slice of work lies between.
    for request in bench.callee.requests { #expect(request.deadline < 100_000) }
    let late = bench.callee.requests.last.map { Int64($0.deadline) * 1000 } ?? 0
    #expect(late <= 100 * millisecond && bench.loop.now > begin)
    #expect(bench.loop.turn { bench.counters.open == 0 })
  }

  @Test("of requests that wait for CPU is met in the order in which they came, and a cancelled one waits no more")
  func queue() throws {
    let bench = try NodeBench(script: [.work(.fixed(nanoseconds: 2 * millisecond))])
    let caller = try bench.connect()
    caller.send((0..<20).flatMap { FrameBytes.request(id: UInt64($0)).bytes } + FrameBytes.cancel(id: 7).bytes)
    #expect(bench.loop.turn { caller.replies.count == 19 })
    #expect(caller.replies.map(\.id) == (0..<20).filter { $0 != 7 }.map { UInt64($0) })
    #expect(bench.counters.cancelled == 1 && bench.counters.open == 0)
  }

  @Test("that has passed on arrival sends nothing on", arguments: oneCall)
  func expired(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 1))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue)
    #expect(bench.callee.requests.isEmpty && bench.counters.deadlineExceeded == 1)
  }

  @Test("that passes while a call is under way cancels it and answers DEADLINE_EXCEEDED", arguments: oneCall)
  func passing(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 20_000))
    caller.send(.request(id: 2, deadline: 3_600_000_000))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].id == 1 && caller.replies[0].status == StatusCode.deadlineExceeded.rawValue)
    #expect(bench.loop.turn { bench.callee.cancels.count == 1 })
    #expect(bench.callee.cancels[0].id == bench.callee.requests[0].id)
    // The other one still waits, and the late reply to the first finds nothing.
    bench.callee.answer(0)
    bench.callee.answer(1)
    #expect(bench.loop.turn { caller.reply(to: 2)?.type == .response })
    #expect(bench.counters.lateReplies == 1 && bench.counters.open == 0)
  }

  @Test("ends a sleep, and the steps behind it are not done")
  func sleeping() throws {
    let bench = try NodeBench(script: [.sleep(.fixed(nanoseconds: 3_600_000 * millisecond)), .call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 5_000))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue && bench.callee.requests.isEmpty)
  }

  @Test("of the call's own counts when it is earlier, and the call is tried again as often as it says")
  func retries() throws {
    let bench = try NodeBench(script: [.call(call(timeout: 20 * millisecond, retries: 2))])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.deadlineExceeded.rawValue)
    #expect(bench.callee.requests.count == 3 && bench.callee.cancels.count == 3)
    #expect(bench.callee.requests.allSatisfy { $0.deadline > 0 && $0.deadline <= 20_000 })
    #expect(Set(bench.callee.requests.map(\.id)).count == 3 && bench.counters.retries == 2)
  }

  @Test("of the request's own is not tried again")
  func noRetryOfTheRequest() throws {
    let bench = try NodeBench(script: [.call(call(timeout: 3_600_000 * millisecond, retries: 5))])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 10_000))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(bench.callee.requests.count == 1 && bench.counters.retries == 0)
  }

  @Test("is met by a retry whose answer comes, with the context of the first try")
  func retryAnswered() throws {
    let bench = try NodeBench(script: [.call(call(timeout: 20 * millisecond, retries: 1))], store: "packed")
    let caller = try bench.connect()
    caller.send(.request(id: 1, context: PackedImageBytes.image(entryCount: 2, valueSize: 9, byte: 0x62)))
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    bench.callee.answer(1)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    let (first, second) = (bench.callee.requests[0].context, bench.callee.requests[1].context)
    // All but the span id, which is each call's own.
    #expect(first[24...] == second[24...] && first[..<16] == second[..<16] && first[16..<24] != second[16..<24])
  }
}
