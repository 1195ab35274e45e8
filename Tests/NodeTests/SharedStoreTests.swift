// A node with a shared store: the context of a request lies in the table as long as the request is under way, however it
// ends.

import Context
import Control
import EventLoop
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("In a node with a shared store, the context of a request")
struct SharedStoreTests {
  private static let kinds = StoreKind.allCases.filter(\.isShared)
  private static let image = PackedImageBytes.image(entryCount: 1, valueSize: 3, byte: 0x61)

  private func bench(_ kind: StoreKind, script: [Step], errorRate: Double = 0) throws -> (NodeBench, () -> Int) {
    let contexts = NodeContexts(kind)
    let bench = try NodeBench(script: script, store: kind.rawValue, errorRate: errorRate, contexts: contexts)
    let table = try #require(contexts.table)
    return (bench, { table.count - Int(SharedEntries.count) })
  }

  @Test("is there while its call is under way, and gone with the reply", arguments: kinds)
  func reply(kind: StoreKind) throws {
    let (bench, count) = try bench(kind, script: [.call(call())])
    let caller = try bench.connect()
    for id in 1...3 as ClosedRange<UInt64> { caller.send(.request(id: id, context: Self.image)) }
    #expect(bench.loop.turn { bench.callee.requests.count == 3 })
    #expect(count() == 3)
    bench.callee.answer(1)
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(count() == 2)
    bench.callee.answer(0)
    bench.callee.answer(2)
    #expect(bench.loop.turn { caller.replies.count == 3 })
    #expect(count() == 0 && bench.counters.open == 0)
  }

  @Test("is gone with an error, of the service or of its callee", arguments: kinds)
  func error(kind: StoreKind) throws {
    let (failing, failingCount) = try bench(kind, script: [], errorRate: 1)
    let caller = try failing.connect()
    caller.send(.request(id: 1, context: Self.image))
    #expect(failing.loop.turn { caller.replies.count == 1 })
    #expect(caller.replies[0].type == .error && failingCount() == 0)
    let (calling, count) = try bench(kind, script: [.call(call())])
    let other = try calling.connect()
    other.send(.request(id: 1, context: Self.image))
    #expect(calling.loop.turn { calling.callee.requests.count == 1 })
    calling.callee.answer(0) { .error(id: $0, status: 13) }
    #expect(calling.loop.turn { other.replies.count == 1 })
    #expect(count() == 0)
  }

  @Test("is gone with its deadline", arguments: kinds)
  func deadline(kind: StoreKind) throws {
    let (bench, count) = try bench(kind, script: [.call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1, deadline: 5_000, context: Self.image))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(bench.counters.deadlineExceeded == 1 && count() == 0)
  }

  @Test("is gone when its caller cancels it or leaves, and those of other callers stay", arguments: kinds)
  func cancel(kind: StoreKind) throws {
    let (bench, count) = try bench(kind, script: [.call(call())])
    let (caller, other) = (try bench.connect(), try bench.connect())
    for id in 1...3 as ClosedRange<UInt64> { caller.send(.request(id: id, context: Self.image)) }
    other.send(.request(id: 1, context: Self.image))
    #expect(bench.loop.turn { bench.callee.requests.count == 4 })
    caller.send(.cancel(id: 2))
    #expect(bench.loop.turn { bench.counters.cancelled == 1 })
    #expect(count() == 3)
    caller.close()
    #expect(bench.loop.turn { bench.counters.cancelled == 3 })
    #expect(count() == 1)
  }

  @Test("is gone when the callee is", arguments: kinds)
  func lostCallee(kind: StoreKind) throws {
    let (bench, count) = try bench(kind, script: [.call(call())])
    let caller = try bench.connect()
    caller.send(.request(id: 1, context: Self.image))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    bench.callee.close()
    #expect(bench.loop.turn { caller.replies.count == 1 })
    #expect(count() == 0)
  }
}
