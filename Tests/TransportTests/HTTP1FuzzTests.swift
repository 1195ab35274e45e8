// Random and mutated messages of HTTP/1.1 against a living node, from both sides of it. CTXCHAIN_FUZZ_SEED and
// CTXCHAIN_FUZZ_FRAMES override seed and amount.

import Bytes
import Control
import EventLoop
import Statistics
import TestSupport
import Testing
import TransportCore

@Suite("A node among hostile messages of HTTP/1.1")
struct HTTP1FuzzTests {
  private static let seed = TestSeed.value("CTXCHAIN_FUZZ_SEED", standard: 20_261_201)
  private static let messageCount = Int(TestSeed.number("CTXCHAIN_FUZZ_FRAMES") ?? 20_000) / 4

  @Test("It closes what is no request, counts it, and goes on answering everybody else")
  func callers() throws {
    var generator = MessageGenerator(seed: HTTP1FuzzTests.seed)
    var random = SeededGenerator(seed: HTTP1FuzzTests.seed &+ 1)
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let friend = try bench.connect()
    var sentCount = 0
    while sentCount < HTTP1FuzzTests.messageCount {
      let foe = try bench.connect()
      for _ in 0..<(1 + random.next(below: 20)) {
        foe.send(random.chance(0.05) ? random.bytes(random.next(below: 100)) : generator.request())
        sentCount += 1
      }
      #expect(bench.loop.turn { foe.connection.output.isEmpty || !foe.connection.isOpen })
      foe.close()
      friend.send(HTTP1Bench.get)
      try #require(bench.loop.turn { friend.text.hasSuffix("ctxchain") }, "no answer after \(sentCount) messages")
      _ = friend.takeText()
    }
    #expect(bench.loop.turn { bench.counters.open == 0 })
    #expect(bench.counters.faults > 0 && bench.counters.responses > UInt64(HTTP1FuzzTests.messageCount / 20))
    #expect(
      bench.counters.faultsByReason.indices.reduce(UInt64(0)) { $0 + bench.counters.faultsByReason[$1] }
        == bench.counters.faults)
  }

  @Test("It answers its caller, whatever its callee says")
  func callees() throws {
    var generator = MessageGenerator(seed: HTTP1FuzzTests.seed &+ 2)
    var random = SeededGenerator(seed: HTTP1FuzzTests.seed &+ 3)
    for _ in 0..<max(5, HTTP1FuzzTests.messageCount / 1_000) {
      let bench = try HTTP1Bench(calls: true)
      defer { bench.close() }
      for _ in 0..<40 {
        let caller = try bench.connect()
        caller.send(HTTP1Bench.get)
        var end: TextPeer?
        // Until there is a connection again, calls fail at once.
        #expect(
          bench.loop.turn {
            end = bench.callee!.busy.first
            return end != nil || caller.text.hasSuffix("\r\n\r\n")
          })
        for _ in 0..<(1 + random.next(below: 3)) { end?.send(generator.reply()) }
        bench.loop.turn(for: 20_000)
        end?.close()
        #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") || caller.text.hasSuffix("\r\n\r\n") })
        caller.close()
      }
      #expect(bench.loop.turn { bench.counters.open == 0 })
    }
  }
}
