// A node beside callers of HTTP/1.1 that are not ours.

import Control
import EventLoop
import TestSupport
import Testing
import Topology
import TransportCore

@Suite("A node that is called over HTTP/1.1")
struct HTTP1ServerTests {
  static let pause = Step.sleep(.fixed(nanoseconds: 3_000_000))
  static let hour = Step.sleep(.fixed(nanoseconds: 3_600_000_000_000))

  private func body(_ text: String) -> Substring { text[(text.range("\r\n\r\n") ?? text.startIndex)...] }

  @Test("answers whatever method and path a client like curl comes with")
  func foreign() throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let peer = try bench.connect()
    for line in ["GET /a/b?c=d", "POST /x", "PUT http://a/y", "DELETE /z", "OPTIONS *"] {
      peer.send("\(line) HTTP/1.1\r\nHost: a:80\r\nUser-Agent: curl/8.0\r\nAccept: */*\r\n\r\n")
      #expect(bench.loop.turn { peer.text.hasSuffix("ctxchain") }, "\(line): \(peer.text)")
      let text = peer.takeText()
      #expect(text.hasPrefix("HTTP/1.1 200 OK\r\ndate: ") && text.contains(" GMT\r\ncontent-length: 8\r\n\r\n"))
    }
    peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(bench.loop.turn { peer.text.hasSuffix("content-length: 8\r\n\r\n") })
    #expect(bench.counters.deliveries == 6 && bench.counters.responses == 6 && peer.closedWith == nil)
  }

  @Test("answers in the order of requests, also what failed first")
  func order() throws {
    let bench = try HTTP1Bench(script: [HTTP1ServerTests.pause, HTTP1ServerTests.pause])
    defer { bench.close() }
    let peer = try bench.connect()
    let hurried = "GET / HTTP/1.1\r\nHost: a\r\nctxchain: hops=1, deadline=500\r\n\r\n"
    peer.send(HTTP1Bench.get + hurried + HTTP1Bench.get + hurried)
    #expect(bench.loop.turn { peer.firstLines.count == 4 })
    #expect(
      peer.firstLines == [
        "HTTP/1.1 200 OK", "HTTP/1.1 504 Gateway Timeout", "HTTP/1.1 200 OK", "HTTP/1.1 504 Gateway Timeout",
      ])
    #expect(peer.text.contains("ctxchain-status: 4\r\n"))
  }

  @Test("takes a pipeline of any length, and reads no more of it than may wait")
  func longPipeline() throws {
    let bench = try HTTP1Bench(script: [HTTP1ServerTests.pause], responseSize: 0)
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send(String(repeating: HTTP1Bench.get, count: 2_000))
    #expect(bench.loop.turn { bench.counters.deliveries > 0 })
    #expect(bench.counters.deliveries <= 256)
    #expect(bench.loop.turn { peer.firstLines.count == 2_000 })
    #expect(bench.counters.responses == 2_000)
  }

  @Test("takes no more from a caller that does not read what it is answered, and goes on when it does")
  func deafCaller() throws {
    let bench = try HTTP1Bench(script: [HTTP1ServerTests.pause], responseSize: 64 << 10)
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send(String(repeating: HTTP1Bench.get, count: 2_000))
    #expect(bench.loop.turn { bench.counters.deliveries > 0 })
    peer.connection.pauseReading()
    bench.loop.turn(for: 500_000_000)
    // What fits in 4 MiB, in the sockets, and 256 more.
    #expect(bench.counters.deliveries < 1_000)
    peer.connection.resumeReading()
    #expect(bench.loop.turn { bench.counters.responses == 2_000 })
  }

  @Test("says 100 to whoever waits for it, and 417 to whoever expects something else")
  func expectations() throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    #expect(bench.loop.turn { !peer.text.isEmpty })
    #expect(peer.takeText() == "HTTP/1.1 100 Continue\r\n\r\n")
    peer.send("abc")
    #expect(bench.loop.turn { peer.text.hasSuffix("ctxchain") })
    #expect(peer.takeText().hasPrefix("HTTP/1.1 200 OK\r\n"))
    peer.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n")
    #expect(bench.loop.turn { peer.closedWith != nil })
    #expect(peer.text.hasPrefix("HTTP/1.1 417 Expectation Failed\r\n"))
  }

  @Test(
    "ends the connection in good order behind the last answer",
    arguments: ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"])
  func close(request: String) throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let peer = try bench.connect()
    // What comes behind is not looked at, and the answer is read all the same.
    peer.send(request + "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 200_000))
    #expect(bench.loop.turn { peer.closedWith != nil })
    #expect(peer.closedWith == 0 && peer.text.hasSuffix("ctxchain") && peer.text.contains("connection: close\r\n"))
    #expect(bench.counters.deliveries == 1 && bench.counters.faults == 0)
  }

  @Test("keeps a connection of HTTP/1.0 that asks for it")
  func keepAlive() throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let peer = try bench.connect()
    for _ in 0..<3 {
      peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(bench.loop.turn { peer.text.hasSuffix("ctxchain") })
      #expect(peer.takeText().contains("connection: keep-alive\r\n"))
    }
    #expect(peer.closedWith == nil)
  }

  @Test("refuses what is no request, says why, counts it, and answers everybody else")
  func refusals() throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let friend = try bench.connect()
    let foes: [(String, String, TransportFault)] = [
      ("hello\r\n\r\n", "400 Bad Request", .malformedStartLine),
      ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505 HTTP Version Not Supported", .unsupported),
      ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "501 Not Implemented", .unsupported),
      ("GET / HTTP/1.1\r\n\r\n", "400 Bad Request", .wrongHost),
      ("GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", "400 Bad Request", .malformedField),
      (
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Bad Request",
        .ambiguousLength
      ),
      ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400 Bad Request", .malformedChunk),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "413 Content Too Large", .tooLarge),
      ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", "414 URI Too Long", .tooLarge),
      ("GET / HTTP/1.1\r\nHost: a\r\nctxchain: hops=0\r\n\r\n", "400 Bad Request", .malformedField),
      (
        "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "a: b\r\n", count: 400))\r\n",
        "431 Request Header Fields Too Large", .tooManyFields
      ),
    ]
    for (bytes, status, fault) in foes {
      let before = bench.count(fault)
      let foe = try bench.connect()
      foe.send(bytes)
      #expect(bench.loop.turn { foe.closedWith != nil }, "\(bytes.prefix(60))")
      #expect(foe.text.hasPrefix("HTTP/1.1 \(status)\r\n") && foe.text.contains("connection: close\r\n"), "\(foe.text)")
      #expect(foe.closedWith == 0 && bench.count(fault) == before + 1)
      friend.send(HTTP1Bench.get)
      #expect(bench.loop.turn { friend.text.hasSuffix("ctxchain") })
      _ = friend.takeText()
    }
    #expect(bench.counters.faults == UInt64(foes.count) && friend.closedWith == nil)
  }

  @Test("answers what came before a request that it refuses, says why behind it, and takes no more")
  func refusalInPipeline() throws {
    let bench = try HTTP1Bench(script: [.sleep(.fixed(nanoseconds: 1_000_000))])
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send(HTTP1Bench.get + HTTP1Bench.get + "GET / HTTP/3.1\r\n\r\n" + HTTP1Bench.get)
    #expect(bench.loop.turn { peer.closedWith != nil })
    #expect(
      peer.firstLines == ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK", "HTTP/1.1 505 HTTP Version Not Supported"])
    #expect(bench.counters.deliveries == 2 && bench.count(.unsupported) == 1 && bench.counters.open == 0)
  }

  @Test("leaves a caller that is refused and goes, as any other")
  func leavingInPipeline() throws {
    let bench = try HTTP1Bench(script: [HTTP1ServerTests.hour])
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send(HTTP1Bench.get + "GET / HTTP/3.1\r\n\r\n")
    #expect(bench.loop.turn { bench.count(.unsupported) == 1 })
    #expect(bench.counters.open == 1 && peer.closedWith == nil)
    peer.close()
    #expect(bench.loop.turn { bench.counters.open == 0 })
    #expect(bench.counters.cancelled == 1)
  }

  @Test("waits so long for the rest of a request, and for ever for the next")
  func stalled() throws {
    let bench = try HTTP1Bench(requestTimeMax: 20_000_000)
    defer { bench.close() }
    let idle = try bench.connect()
    idle.send(HTTP1Bench.get)
    let slow = ["GET", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"]
    let peers = try slow.map { part in
      let peer = try bench.connect()
      peer.send(part)
      return peer
    }
    #expect(bench.loop.turn { peers.allSatisfy { $0.closedWith != nil } })
    for peer in peers { #expect(peer.text.hasPrefix("HTTP/1.1 408 Request Timeout\r\n")) }
    #expect(bench.count(.stalled) == 2 && idle.closedWith == nil)
  }

  @Test("takes frames at the same port, however they come in parts, and refuses what is neither")
  func frames() throws {
    let bench = try HTTP1Bench()
    defer { bench.close() }
    let frames = try FrameClient(loop: bench.loop, port: bench.port)
    defer { frames.close() }
    for byte in FrameBytes.hello().bytes {
      frames.send([byte])
      bench.loop.turn(for: 10_000)
    }
    frames.send(FrameBytes.request(id: 7))
    let peer = try bench.connect()
    for part in ["G", "E", "T", " / HTTP/1.1\r\nHost: a\r\n", "\r\n"] {
      peer.send(part)
      bench.loop.turn(for: 10_000)
    }
    #expect(bench.loop.turn { frames.reply(to: 7) != nil && peer.text.hasSuffix("ctxchain") })
    let foe = try FrameClient(loop: bench.loop, port: bench.port)
    defer { foe.close() }
    foe.send([1, 0, 0, 0, 0, 0])
    #expect(bench.loop.turn { foe.closedWith != nil })
    #expect(bench.count(.tooShort) == 1 && bench.counters.deliveries == 2)
    // One that has said nothing is no request, and ends with the node.
    _ = try bench.connect()
    let silent = try bench.connect()
    silent.send("GE")
    bench.loop.turn(for: 1_000_000)
    #expect(bench.counters.open == 0)
  }

  @Test("gives up the requests of a caller that leaves")
  func leaving() throws {
    let bench = try HTTP1Bench(script: [HTTP1ServerTests.hour])
    defer { bench.close() }
    let peer = try bench.connect()
    peer.send(HTTP1Bench.get + HTTP1Bench.get)
    #expect(bench.loop.turn { bench.counters.open == 2 })
    peer.close()
    #expect(bench.loop.turn { bench.counters.open == 0 })
    #expect(bench.counters.cancelled == 2 && bench.counters.faults == 0)
  }
}

extension String {
  fileprivate func range(_ text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}
