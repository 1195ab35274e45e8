// A node beside a callee of HTTP/1.1 that is not ours.

import Control
import EventLoop
import TestSupport
import Testing
import Topology
import TransportCore

@Suite("A node that calls over HTTP/1.1")
struct HTTP1EdgeTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

  /// A request goes to the node and on to the callee; returns who sent it, and the callee's end.
  private func begin(_ bench: HTTP1Bench, hops: Int = 5) throws -> (caller: TextPeer, end: TextPeer) {
    let caller = try bench.connect()
    let callee = bench.callee!
    let before = callee.busy.count
    caller.send(
      "POST / HTTP/1.1\r\nHost: a\r\nctxchain: hops=\(hops)\r\n"
        + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nContent-Length: 0\r\n\r\n")
    try #require(bench.loop.turn { callee.busy.count > before })
    return (caller, callee.busy.last!)
  }

  @Test("sends a request that any server understands")
  func request() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let (caller, end) = try begin(bench)
    let text = end.takeText()
    #expect(
      text.hasPrefix(
        "POST / HTTP/1.1\r\nhost: leaf\r\nctxchain: hops=4\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-"))
    #expect(text.hasSuffix("\r\ncontent-length: 4\r\n\r\nctxc"))
    end.send(HTTP1EdgeTests.answer)
    #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") })
  }

  @Test("reads a context as its request says, and as it assumes where the request does not say")
  func saidPropagator() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let caller = try bench.connect()
    let cases = [
      ("traceparent: 00-\(String(repeating: "a", count: 32))-b7ad6b7169203331-01\r\n", "a"),
      ("ctxchain-propagator: b3\r\nb3: \(String(repeating: "b", count: 32))-b7ad6b7169203331-1\r\n", "b"),
      ("ctxchain-propagator: b3\r\nb3: \(String(repeating: "c", count: 32))-b7ad6b7169203331-1\r\n", "c"),
      ("traceparent: 00-\(String(repeating: "d", count: 32))-b7ad6b7169203331-01\r\n", "d"),
    ]
    for (field, digit) in cases {
      caller.send("POST / HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 0\r\n\r\n")
      try #require(bench.loop.turn { !bench.callee!.busy.isEmpty })
      let end = bench.callee!.busy[0]
      #expect(end.takeText().contains("traceparent: 00-\(String(repeating: digit, count: 32))-"))
      end.send(HTTP1EdgeTests.answer)
      #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") })
      _ = caller.takeText()
    }
    caller.send("POST / HTTP/1.1\r\nHost: a\r\nctxchain-propagator: smoke\r\nContent-Length: 0\r\n\r\n")
    #expect(bench.loop.turn { caller.text.hasPrefix("HTTP/1.1 400 ") })
    #expect(bench.count(.malformedField) == 1 && bench.counters.deliveries == 4)
  }

  @Test(
    "takes every form of a body, and passes over what comes before the answer",
    arguments: [
      answer, "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + answer,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
    ])
  func bodies(answer: String) throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    for _ in 0..<3 {
      let (caller, end) = try begin(bench)
      _ = end.takeText()
      // In two parts.
      end.send(String(answer.prefix(20)))
      bench.loop.turn(for: 1_000_000)
      end.send(String(answer.dropFirst(20)))
      #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") })
    }
    #expect(bench.counters.responses == 3 && bench.counters.faults == 0)
  }

  @Test("takes a body that ends with the connection")
  func untilClose() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    for _ in 0..<3 {
      let (caller, end) = try begin(bench)
      end.send("HTTP/1.1 200 OK\r\n\r\nhello")
      bench.loop.turn(for: 1_000_000)
      #expect(caller.text.isEmpty)
      end.close()
      #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") })
    }
  }

  @Test("does not take a body for whole whose connection was reset")
  func reset() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let (caller, end) = try begin(bench)
    end.send("HTTP/1.1 200 OK\r\n\r\nhello")
    bench.loop.turn(for: 1_000_000)
    end.reset()
    #expect(bench.loop.turn { caller.text.hasSuffix("\r\n\r\n") })
    #expect(caller.firstLines == ["HTTP/1.1 503 Service Unavailable"])
  }

  @Test("tells what a foreign status means")
  func statuses() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    for (status, told) in [
      ("503 X", "503 Service Unavailable"), ("404 X", "501 Not Implemented"), ("302 X", "500 Internal Server Error"),
    ] {
      let (caller, end) = try begin(bench)
      _ = end.takeText()
      end.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
      #expect(bench.loop.turn { caller.text.hasSuffix("\r\n\r\n") })
      #expect(caller.firstLines == ["HTTP/1.1 \(told)"])
    }
  }

  @Test("makes as many connections as there are calls at once, and uses them again")
  func pool() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let callee = bench.callee!
    for _ in 0..<3 {
      let callers = try (0..<20).map { _ in try bench.connect() }
      callers.forEach { $0.send(HTTP1Bench.get) }
      #expect(bench.loop.turn { callee.busy.count == 20 })
      #expect(callee.busy.allSatisfy { $0.firstLines.count == 1 })
      for end in callee.busy {
        _ = end.takeText()
        end.send(HTTP1EdgeTests.answer)
      }
      #expect(bench.loop.turn { callers.allSatisfy { $0.text.hasSuffix("ctxchain") } })
    }
    #expect(callee.peers.count <= 21)
  }

  @Test("sends a request once more when a connection that was used before dies without a byte of an answer")
  func onceMore() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let callee = bench.callee!
    let (first, end) = try begin(bench)
    _ = end.takeText()
    end.send(HTTP1EdgeTests.answer)
    #expect(bench.loop.turn { first.text.hasSuffix("ctxchain") })
    let (second, again) = try begin(bench)
    #expect(again === end)
    let request = again.text
    again.close()
    #expect(bench.loop.turn { callee.busy.count == 1 })
    let other = callee.busy[0]
    #expect(other !== end && other.takeText() == request)
    other.send(HTTP1EdgeTests.answer)
    #expect(bench.loop.turn { second.text.hasSuffix("ctxchain") })
    #expect(bench.lostReasons.isEmpty)
  }

  @Test("does not send it again when the connection is new, or when an answer has begun", arguments: [false, true])
  func notAgain(hasBegun: Bool) throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    if hasBegun {
      let (caller, end) = try begin(bench)
      _ = end.takeText()
      end.send(HTTP1EdgeTests.answer)
      #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") })
    }
    let (caller, end) = try begin(bench)
    if hasBegun { end.send("HTTP/1.1 20") }
    bench.loop.turn(for: 1_000_000)
    end.close()
    #expect(bench.loop.turn { caller.text.hasSuffix("\r\n\r\n") })
    #expect(caller.firstLines == ["HTTP/1.1 503 Service Unavailable"])
  }

  @Test("closes to cancel, and another connection takes its place", arguments: [nil, 4])
  func cancel(pipeline: Int?) throws {
    let bench = try HTTP1Bench(calls: true, timeout: 5_000_000, pipeline: pipeline)
    defer { bench.close() }
    for _ in 0..<3 {
      let (caller, end) = try begin(bench)
      #expect(bench.loop.turn { end.closedWith != nil && caller.text.hasSuffix("\r\n\r\n") })
      #expect(caller.firstLines == ["HTTP/1.1 504 Gateway Timeout"])
    }
    #expect(bench.lostReasons.isEmpty)
  }

  @Test("closes on what is no reply, counts it, and tells its caller")
  func refusals() throws {
    let foes: [(String, TransportFault)] = [
      ("hello, this is no HTTP\r\n\r\n", .malformedStartLine), ("HTTP/2.0 200 OK\r\n\r\n", .unsupported),
      ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .unsupported),
      ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nhi", .ambiguousLength),
      ("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", .tooLarge),
      ("HTTP/1.1 200 OK\r\nA b\r\n\r\n", .malformedField),
    ]
    for (bytes, fault) in foes {
      let bench = try HTTP1Bench(calls: true)
      defer { bench.close() }
      let (caller, end) = try begin(bench)
      end.send(bytes)
      #expect(bench.loop.turn { caller.text.hasSuffix("\r\n\r\n") })
      #expect(caller.firstLines == ["HTTP/1.1 503 Service Unavailable"], "\(bytes)")
      #expect(bench.count(fault) == 1, "\(bytes)")
    }
  }

  @Test("closes on a reply that nobody asked for")
  func unasked() throws {
    let bench = try HTTP1Bench(calls: true)
    defer { bench.close() }
    let (caller, end) = try begin(bench)
    end.send(HTTP1EdgeTests.answer + HTTP1EdgeTests.answer)
    #expect(bench.loop.turn { caller.text.hasSuffix("ctxchain") && end.closedWith != nil })
    #expect(bench.count(.unexpectedType) == 1)
  }
}
