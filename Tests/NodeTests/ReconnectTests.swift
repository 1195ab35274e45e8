import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("An edge whose callee starts anew")
struct ReconnectTests {
  private func exchange(_ bench: NodeBench, _ caller: FrameClient, id: UInt64) {
    let count = bench.callee.requests.count
    caller.send(.request(id: id))
    #expect(bench.loop.turn { bench.callee.requests.count == count + 1 })
    bench.callee.answer(count)
    #expect(bench.loop.turn { caller.reply(to: id)?.type == .response })
  }

  @Test("is connected again, and both are told once", arguments: ["127.0.0.1", "localhost"])
  func restart(host: String) throws {
    let bench = try NodeBench(script: [.call(call())], host: host)
    let caller = try bench.connect()
    for round in 1...3 {
      exchange(bench, caller, id: UInt64(round))
      try bench.callee.restart()
      #expect(bench.loop.turn { bench.reachedCallees.count == round })
      #expect(bench.lostCallees == Array(repeating: "callee0", count: round))
    }
    exchange(bench, caller, id: 10)
    // The order to connect was obeyed once.
    #expect(bench.connectedCount == 1)
  }

  @Test("is UNAVAILABLE until then, however often it cannot be connected, and that is told once")
  func refused() throws {
    let bench = try NodeBench(script: [.call(call())])
    let port = bench.callee.port
    let caller = try bench.connect()
    bench.callee.close()
    #expect(bench.loop.turn { bench.lostCallees.count == 1 })
    bench.loop.turn(for: 500_000_000)
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { caller.reply(to: 1)?.status == StatusCode.unavailable.rawValue })
    #expect(bench.lostCallees.count == 1 && bench.reachedCallees.isEmpty)
    let callee = try FakeCallee(loop: bench.loop, port: port)
    defer { callee.close() }
    #expect(bench.loop.turn { bench.reachedCallees.count == 1 })
  }

  @Test("gets replies from the old connection after goaway, and requests go to the new one")
  func goaway() throws {
    let bench = try NodeBench(script: [.call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    let old = bench.callee.connections[0]
    old.send(FrameBytes(type: 6))
    #expect(bench.loop.turn { bench.reachedCallees.count == 1 && bench.callee.connections.count == 2 })
    #expect(old.closedWith == nil)
    caller.send(.request(id: 2))
    #expect(bench.loop.turn { bench.callee.connections[1].replies.count == 1 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    // Nothing is owed on it any more.
    #expect(bench.loop.turn { old.closedWith == 0 })
    #expect(bench.lostCallees.count == 1 && bench.counters.errors == 0)
  }

  @Test("shows in the counters, with which a node says whether it serves")
  func readiness() throws {
    let bench = try NodeBench(script: [.parallel([call(0), call(1)])], calleeCount: 2)
    func shows(_ connected: UInt64, isServing: UInt64) -> Bool {
      let page = bench.counters
      return page.edges == 2 && page.connectedEdges == connected && page.isServing == isServing
    }
    #expect(bench.loop.turn { shows(2, isServing: 1) })
    let port = bench.callee.port
    bench.callee.close()
    #expect(bench.loop.turn { shows(1, isServing: 0) })
    let callee = try FakeCallee(loop: bench.loop, port: port)
    defer { callee.close() }
    #expect(bench.loop.turn { shows(2, isServing: 1) })
    bench.server.drain(within: 1) { _ in }
    #expect(shows(2, isServing: 0))
  }

  @Test("A node that drains says goaway, finishes what it has, and takes nobody new")
  func drain() throws {
    let bench = try NodeBench(script: [.call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    var isDrained = false
    bench.server.drain(within: 3_600_000_000_000) { isDrained = $0 }
    #expect(bench.loop.turn { caller.replies.contains { $0.type == .goaway } })
    let late = try bench.connectSilently()
    #expect(bench.loop.turn { late.closedWith != nil })
    // Sent before the caller read that.
    caller.send(.request(id: 2))
    #expect(bench.loop.turn { bench.callee.requests.count == 2 })
    bench.callee.answer(0)
    #expect(bench.loop.turn { caller.reply(to: 1)?.type == .response })
    bench.loop.turn(for: 200_000_000)
    #expect(!isDrained)
    bench.callee.answer(1)
    #expect(bench.loop.turn { isDrained })
    #expect(caller.reply(to: 2)?.type == .response)
  }

  @Test("A node that cannot finish in time ends nevertheless")
  func grace() throws {
    let bench = try NodeBench(script: [.call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    var isComplete: Bool?
    bench.server.drain(within: 50_000_000) { isComplete = $0 }
    #expect(bench.loop.turn { isComplete == false })
    #expect(bench.counters.open == 1)
  }
}
