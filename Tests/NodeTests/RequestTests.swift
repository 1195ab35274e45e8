import Control
import Node
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("A node answers")
struct RequestTests {
  @Test("a request with a response of its size, under the caller's id")
  func response() throws {
    let bench = try NodeBench(responseSize: 100)
    let caller = try bench.connect()
    for id in [1, UInt64.max, 0] { caller.send(.request(id: id)) }
    #expect(bench.loop.turn { caller.replies.count == 3 })
    #expect(caller.replies.map(\.id) == [1, .max, 0])
    #expect(caller.replies.allSatisfy { $0.type == .response && $0.payloadSize == 100 && $0.context.isEmpty })
    #expect(bench.counters.deliveries == 3 && bench.counters.responses == 3 && bench.counters.open == 0)
  }

  @Test("whatever pieces the bytes arrive in")
  func pieces() throws {
    let bench = try NodeBench()
    let caller = try bench.connect()
    for byte in FrameBytes.request(id: 1).bytes + FrameBytes.request(id: 2).bytes {
      caller.send([byte])
      bench.loop.turn(for: 100_000)
    }
    #expect(bench.loop.turn { caller.replies.map(\.id) == [1, 2] })
  }

  @Test("INTERNAL at an error rate of 1, and never at 0")
  func errorRate() throws {
    for (rate, type) in [(1.0, FrameType.error), (0, .response)] {
      let bench = try NodeBench(errorRate: rate)
      let caller = try bench.connect()
      for id in 0..<50 { caller.send(.request(id: UInt64(id))) }
      #expect(bench.loop.turn { caller.replies.count == 50 })
      #expect(caller.replies.allSatisfy { $0.type == type })
      #expect(rate == 0 || caller.replies.allSatisfy { $0.status == StatusCode.internal.rawValue })
      #expect(bench.counters.errors == (rate == 0 ? 0 : 50))
    }
  }

  @Test("about as many errors as its error rate says, the same ones under the same seed")
  func partialErrorRate() throws {
    let failed = try (0..<2).map { _ in
      let bench = try NodeBench(errorRate: 0.3)
      let caller = try bench.connect()
      for id in 0..<1_000 { caller.send(.request(id: UInt64(id))) }
      #expect(bench.loop.turn { caller.replies.count == 1_000 })
      return caller.replies.filter { $0.type == .error }.map(\.id)
    }
    // Six standard deviations of a binomial with p = 0.3.
    #expect((213...387).contains(failed[0].count))
    #expect(failed[0] == failed[1])
  }

  @Test("RESOURCE_EXHAUSTED above the number of requests it may hold, and goes on below", arguments: oneCall)
  func exhaustion(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script, requestCountMax: 3)
    let caller = try bench.connect()
    for id in 1...5 { caller.send(.request(id: UInt64(id))) }
    #expect(bench.loop.turn { caller.replies.count == 2 && bench.callee.requests.count == 3 })
    #expect(caller.replies.map(\.id) == [4, 5])
    #expect(caller.replies.allSatisfy { $0.status == StatusCode.resourceExhausted.rawValue })
    #expect(bench.counters.shed == 2 && bench.counters.open == 3)
    bench.callee.answer(1)
    #expect(bench.loop.turn { caller.reply(to: 2) != nil })
    caller.send(.request(id: 6))
    #expect(bench.loop.turn { bench.callee.requests.count == 4 })
  }

  @Test("with what every node on the path saw when a request asks for it", arguments: oneCall)
  func echo(name: String, script: [Step]) throws {
    let bench = try NodeBench(script: script, store: "map")
    let caller = try bench.connect()
    caller.send(.request(id: 1, flags: FrameFlags.echo))
    #expect(bench.loop.turn { bench.callee.requests.count == 1 })
    #expect(bench.callee.requests[0].flags == FrameFlags.echo)
    let path = Array("callee".utf8)
    let image = [UInt8](repeating: 0xab, count: 5)
    let view = littleEndian(UInt16(path.count)) + path + littleEndian(UInt32(image.count)) + image
    bench.callee.answer(0) { .response(id: $0, context: view) }
    #expect(bench.loop.turn { caller.reply(to: 1) != nil })
    var paths: [String] = []
    try #require(caller.reply(to: 1)).context.withUnsafeBytes { bytes in
      let isWhole = ViewRecords.forEach(bytes) { path, _ in paths.append(String(decoding: path, as: UTF8.self)) }
      #expect(isWhole)
    }
    #expect(paths == ["middle", "middle>callee"])
  }

  @Test(
    "nobody before the hello, and nobody whose bytes are no frame, but all the others",
    arguments: [
      ("a request before the hello", FrameBytes.request(id: 1).bytes, false, TransportFault.unexpectedType),
      ("a response", FrameBytes.response(id: 1).bytes, true, .unexpectedType),
      ("no hops left", FrameBytes.request(id: 1, hopsLeft: 0).bytes, true, .noHopsLeft),
      ("a hello of another version", FrameBytes.hello(version: "2").bytes, false, .unexpectedHello),
      ("an unknown propagator", FrameBytes.hello(propagator: "smoke").bytes, false, .unexpectedHello),
      ("noise", [UInt8](repeating: 0xff, count: 64), true, .tooLarge),
    ])
  func foes(name: String, bytes: [UInt8], afterHello: Bool, fault: TransportFault) throws {
    let bench = try NodeBench()
    let friend = try bench.connect()
    let foe = try afterHello ? bench.connect() : bench.connectSilently()
    foe.send(bytes)
    #expect(bench.loop.turn { foe.closedWith != nil })
    #expect(foe.replies.isEmpty)
    #expect(bench.counters.faults == 1 && bench.counters.faultsByReason[Int(fault.rawValue)] == 1)
    #expect(bench.reasons == ["\(fault)"])
    friend.send(.request(id: 1))
    #expect(bench.loop.turn { friend.replies.count == 1 })
  }
}
