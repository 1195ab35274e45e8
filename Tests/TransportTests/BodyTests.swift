// Bodies that somebody reads: handed on, or a list of calls to make.

import Control
import EventLoop
import TestSupport
import Testing
import Topology
import TransportCore

@Suite("The body of a request")
struct BodyTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

  private func post(_ body: String, fields: String = "") -> String {
    "POST / HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  /// The next request that has come to the callee, answered.
  private func take(_ bench: HTTP1Bench) throws -> String {
    try #require(bench.loop.turn { !bench.callee!.busy.isEmpty })
    let end = bench.callee!.busy[0]
    defer { end.send(BodyTests.answer) }
    return end.takeText()
  }

  @Test("is handed on whole where the call says so, also when the call has to wait for a connection or is made again")
  func forwarded() throws {
    let bench = try HTTP1Bench(script: [.sleep(.fixed(nanoseconds: 1_000_000))], calls: true, forwardsBody: true)
    defer { bench.close() }
    let bodies = ["x", "", String(repeating: "0123456789", count: 20_000)] + (0..<20).map { "body \($0)" }
    let callers = try bodies.map { _ in try bench.connect() }
    for (caller, body) in zip(callers, bodies) { caller.send(post(body)) }
    var found: [String] = []
    while found.count < bodies.count {
      let text = try take(bench)
      let parts = try #require(text.range("\r\n\r\n"))
      let size = try #require(text.firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) })
      let bodyStart = text.utf8.distance(from: text.startIndex, to: parts) + 4
      // The largest comes in parts: what is there so far tells which it is.
      found.append(String(decoding: Array(text.utf8).dropFirst(bodyStart).prefix(4), as: UTF8.self) + " of \(size)")
    }
    #expect(found.sorted() == bodies.map { "\($0.prefix(4)) of \($0.utf8.count)" }.sorted())
    #expect(bench.loop.turn { callers.allSatisfy { $0.text.hasPrefix("HTTP/1.1 200 OK") } })
  }

  @Test("is a list of calls, which are made in order, each with a span id of its own and the same trace")
  func scripted() throws {
    let bench = try HTTP1Bench(calls: true, scripted: true)
    defer { bench.close() }
    let port = bench.callee!.port
    let caller = try bench.connect()
    let trace = String(repeating: "a", count: 32)
    caller.send(
      post(
        """
        [{"url": "http://127.0.0.1:\(port)/x?y=%20", "arguments": [{"b": [1, 2.5, null, true, "\\u00e4"]}]},
         {"url": "http://localhost:\(port)"}]
        """, fields: "traceparent: 00-\(trace)-b7ad6b7169203331-01\r\ntracestate: a=1\r\n"))
    let first = try take(bench)
    #expect(first.hasPrefix("POST /x?y=%20 HTTP/1.1\r\nhost: 127.0.0.1:\(port)\r\ncontent-type: application/json\r\n"))
    #expect(first.hasSuffix("\r\n\r\n[{\"b\":[1,2.5,null,true,\"ä\"]}]"))
    let second = try take(bench)
    #expect(second.hasPrefix("POST / HTTP/1.1\r\nhost: localhost:\(port)\r\n") && second.hasSuffix("\r\n\r\nnull"))
    let spans = [first, second].compactMap { $0.firstMatch(of: /traceparent: 00-a{32}-([0-9a-f]{16})-01\r\n/)?.1 }
    #expect(Set(spans).count == 2 && !spans.contains("b7ad6b7169203331"))
    #expect([first, second].allSatisfy { $0.contains("\r\ntracestate: a=1\r\n") })
    #expect(bench.loop.turn { caller.text.hasPrefix("HTTP/1.1 200 OK") })
  }

  @Test("without a trace begins one")
  func newTrace() throws {
    let bench = try HTTP1Bench(calls: true, scripted: true)
    defer { bench.close() }
    let caller = try bench.connect()
    for _ in 0..<2 { caller.send(post("[{\"url\": \"http://127.0.0.1:\(bench.callee!.port)/\"}]")) }
    let traces = try (0..<2).compactMap { _ in
      try take(bench).firstMatch(of: /traceparent: 00-([0-9a-f]{32})-[0-9a-f]{16}-03\r\n/).map { String($0.1) }
    }
    #expect(Set(traces).count == 2 && !traces.contains(String(repeating: "0", count: 32)))
  }

  @Test(
    "that asks for what cannot be done is refused before anything is called",
    arguments: [
      ("", 400), ("hello", 400), ("{}", 400), ("[{}]", 400), ("[{\"url\": 1}]", 400), ("[{\"url\": \"\"}]", 400),
      ("[{\"url\": \"ftp://127.0.0.1/\"}]", 400), ("[{\"url\": \"http:///x\"}]", 400),
      ("[{\"url\": \"http://a:b@127.0.0.1/\"}]", 400), ("[{\"url\": \"http://127.0.0.1:0/\"}]", 400),
      ("[{\"url\": \"http://127.0.0.1:65536/\"}]", 400), ("[{\"url\": \"http://192.168.0.1/\"}]", 403),
      ("[{\"url\": \"http://example.org/\"}]", 403), ("[{\"url\": \"http://127.0.0.1.example.org/\"}]", 403),
      ("[{\"url\": \"http://127.0.0.1:1/\"}, {\"url\": \"http://example.org/\"}]", 403),
      ("[\(Array(repeating: "{\"url\": \"http://127.0.0.1/\"}", count: 1025).joined(separator: ","))]", 400),
      ("[]" + String(repeating: " ", count: 1 << 20), 400), ("[]", 200),
    ])
  func refused(body: String, status: Int) throws {
    let bench = try HTTP1Bench(calls: true, scripted: true)
    defer { bench.close() }
    let caller = try bench.connect()
    caller.send(post(body))
    #expect(bench.loop.turn { caller.text.hasPrefix("HTTP/1.1 \(status) ") }, "\(caller.text)")
    #expect(bench.callee!.peers.isEmpty && caller.closedWith == nil)
  }

  @Test("that asks for a call nobody takes is answered so, and the next finds its callee")
  func unreachable() throws {
    let bench = try HTTP1Bench(calls: true, scripted: true)
    defer { bench.close() }
    let free = try Listener(loop: bench.loop, host: "127.0.0.1", port: 0) { _ in }
    let port = free.port
    free.close()
    let caller = try bench.connect()
    for _ in 0..<2 {
      caller.send(post("[{\"url\": \"http://127.0.0.1:\(port)/\"}]"))
      #expect(bench.loop.turn { caller.text.contains("HTTP/1.1 503 ") })
      _ = caller.takeText()
    }
    caller.send(post("[{\"url\": \"http://127.0.0.1:\(bench.callee!.port)/\"}]"))
    _ = try take(bench)
    #expect(bench.loop.turn { caller.text.hasPrefix("HTTP/1.1 200 ") })
  }
}

extension String {
  fileprivate func range(_ text: String) -> String.Index? { self.firstRange(of: text)?.lowerBound }
}
