import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("A call to a later service")
struct CallTests {
  @Test("answers the caller when the callee has answered", arguments: oneCall)
  func reply(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script, responseSize: 24)
    let caller = try bench.connect()
    for id in 1...3 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == 3 })
    #expect(Set(bench.callee.requests.map(\.id)).count == 3)
    // Out of order: each reply finds its own request.
    for index in [2, 0, 1] {
      bench.callee.answer(index)
      #expect(bench.loop.turn { caller.reply(to: UInt64(index + 1)) != nil })
    }
    #expect(caller.replies.map(\.id) == [3, 1, 2] && caller.replies.allSatisfy { $0.payloadSize == 24 })
    #expect(bench.counters.open == 0 && bench.counters.responses == 3)
  }

  @Test("is the same on the wire whether the request is passed on or runs a script", arguments: ["packed", "map"])
  func sameBytes(store: String) throws {
    let frames = try oneCall.map { _, script in
      let bench = try NodeBench(script: script, store: store)
      let caller = try bench.connect(propagator: "tracecontext")
      var request = FrameBytes.request(id: 5, hopsLeft: 9, deadline: 3_000_000, payload: [1, 2, 3])
      request.fields = [
        (Array("traceparent".utf8), Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8))
      ]
      caller.send(request)
      #expect(bench.loop.turn { bench.callee.requests.count == 1 })
      return bench.callee.requests[0]
    }
    #expect(frames[0] == frames[1])
    #expect(frames[0].hopsLeft == 8 && frames[0].deadline == 2_999_999)
    // The trace id goes on, under a span id of this node's own.
    #expect(frames[0].context.prefix(4) == [0x4b, 0xf9, 0x2f, 0x35] && frames[0].context[16] != 0x00)
  }

  @Test("is not made with one hop left", arguments: oneCall)
  func lastHop(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1, hopsLeft: 1))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].type == .response && bench.callee.requests.isEmpty)
  }

  @Test("hands the callee's error on with its status", arguments: oneCall)
  func calleeError(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.answer(0) { .error(id: $0, status: StatusCode.unauthenticated.rawValue) }
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.unauthenticated.rawValue)
    #expect(bench.counters.errors == 1 && bench.counters.open == 0)
  }

  @Test("is UNAVAILABLE once the callee has left, for those under way and those to come", arguments: oneCall)
  func lostCallee(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    for id in 1...2 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    #expect(bench.counters.unreachedCalls == 0)
    bench.callee.connections[0].close()
    #expect(bench.loop.turn { caller.replies.count == 2 })
    let unreached = bench.counters.unreachedCalls
    caller.send(.request(id: 3))
    #expect(bench.loop.turn { caller.replies.count == 3 })
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.unavailable.rawValue })
    #expect(bench.counters.unreachedCalls == unreached + 1)
    #expect(bench.counters.open == 0 && bench.lostCallees == ["callee0"])
  }

  @Test("is RESOURCE_EXHAUSTED when the context has outgrown a frame, and the edge stays open", arguments: oneCall)
  func outgrownContext(name: String, script: [Step]) throws {
    let changed = script.map { step -> Step in
      guard case .call(var call) = step else { return step }
      call.propagator = "json-map"
      return .call(call)
    }
    let bench = try NodeBench(script: changed, store: "map")
    let caller = try bench.connect()
    // Control characters take six bytes each in JSON: 1.6 MiB become 9.6.
    caller.send(.request(id: 1, context: PackedImageBytes.image(entryCount: 200, valueSize: 8_000, byte: 0x01)))
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].status == StatusCode.resourceExhausted.rawValue)
    caller.send(.request(id: 2))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 2)?.type == .response })
  }

  @Test("ignores replies to nobody, and counts them", arguments: oneCall)
  func lateReplies(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    let id = bench.callee.requests[0].id
    let strangers = [id &+ 1, id &+ 1 << 32, id ^ 1 << 63, UInt64.max, 0xffff_ffff]
    for stranger in strangers { bench.callee.connections[0].send(.response(id: stranger)) }
    bench.callee.answer(0)
    bench.callee.answer(0)
    #expect(bench.loop.turn { bench.counters.lateReplies == UInt64(strangers.count) + 1 })
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(bench.counters.responses == 1)
  }

  @Test("in parallel waits for all replies, in whatever order they come")
  func parallel() throws {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
      let bench = try NodeBench(script: [.parallel([call(0), call(1), call(2)])], calleeCount: 3)
      let caller = try bench.connect()
      caller.send(.request(id: 1))
      #expect(bench.loop.turn { bench.callees.allSatisfy { $0.requests.count == 1 } })
      for (count, index) in order.enumerated() {
        #expect(caller.replies.isEmpty)
        bench.callees[index].answer(0)
        if count < 2 { try bench.settle() }
      }
      #expect(bench.loop.turn { caller.replies.count == 1 })
    }
  }

  @Test("in parallel cancels the others when one fails")
  func parallelFailure() throws {
    let bench = try NodeBench(script: [.parallel([call(0), call(1), call(2)])], calleeCount: 3)
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callees.allSatisfy { $0.requests.count == 1 } })
    bench.callees[1].answer(0) { .error(id: $0, status: StatusCode.internal.rawValue) }
    #expect(bench.loop.turn { bench.callees[0].cancels.count == 1 && bench.callees[2].cancels.count == 1 })
    #expect(caller.replies.map(\.status) == [StatusCode.internal.rawValue])
    #expect(bench.callees[1].cancels.isEmpty && bench.counters.open == 0)
    #expect(bench.callees[0].cancels[0].id == bench.callees[0].requests[0].id)
  }

  @Test("in sequence is made when the one before has been answered, with a span id of its own")
  func sequence() throws {
    let bench = try NodeBench(script: [.call(call(0)), .call(call(1))], calleeCount: 2)
    let caller = try bench.connect()
    caller.send(.request(id: 1, context: PackedImageBytes.image(entryCount: 1, valueSize: 3, byte: 0x61)))
    #expect(bench.loop.turn { bench.callees[0].requests.count == 1 })
    try bench.settle()
    #expect(bench.callees[1].requests.isEmpty)
    bench.callees[0].answer(0)
    #expect(bench.loop.turn { bench.callees[1].requests.count == 1 })
    let (first, second) = (bench.callees[0].requests[0].context, bench.callees[1].requests[0].context)
    #expect(first[..<16] == second[..<16] && first[16..<24] != second[16..<24] && first[24...] == second[24...])
    bench.callees[1].answer(0)
    #expect(bench.loop.turn { caller.replies.count == 1 })
  }

  @Test("of probability 0 is never made, one of 0.5 for about half of the requests")
  func probability() throws {
    let bench = try NodeBench(
      script: [.parallel([call(0, probability: 0), call(1, probability: 0.5)])], calleeCount: 2)
    let caller = try bench.connect()
    for id in 0..<1_000 { caller.send(.request(id: UInt64(id))) }
    // The others are answered at once: they have nothing to wait for.
    #expect(bench.loop.turn { caller.replies.count + bench.callees[1].requests.count == 1_000 })
    // Six standard deviations.
    #expect((405...595).contains(bench.callees[1].requests.count))
    #expect(bench.callees[0].requests.isEmpty)
  }

  @Test("carries nothing on an edge that drops the context")
  func droppedContext() throws {
    let bench = try NodeBench(script: [.call(call(dropsContext: true))])
    let caller = try bench.connect()
    caller.send(.request(id: 1, context: PackedImageBytes.image(entryCount: 1, valueSize: 3, byte: 0x61)))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    #expect(bench.callee.requests[0].context.isEmpty)
  }
}
