// An edge over HTTP/1.1 whose connections carry several requests at once.

import Control
import TestSupport
import Testing

@Suite("An edge over HTTP/1.1 with a pipeline")
struct HTTP1PipelineTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
  private static let last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"

  private let bench: HTTP1Bench
  private var callee: TextCallee { bench.callee! }

  init() throws { bench = try HTTP1Bench(calls: true, pipeline: 4) }

  /// Callers whose requests have come to the callee.
  private func begin(_ count: Int, _ fields: String = "") throws -> [TextPeer] {
    let before = requestCount
    let callers = try (0..<count).map { _ in try bench.connect() }
    callers.forEach { $0.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") }
    #expect(bench.loop.turn { requestCount == before + count })
    return callers
  }

  private var requestCount: Int { callee.peers.map(\.firstLines.count).reduce(0, +) }

  private func expectAnswers(_ callers: [TextPeer]) {
    #expect(bench.loop.turn { callers.allSatisfy { $0.text.hasSuffix("ctxchain") } })
    #expect(callers.allSatisfy { $0.firstLines == ["HTTP/1.1 200 OK"] })
  }

  @Test("fills a connection before it makes another")
  func fills() throws {
    defer { bench.close() }
    let callers = try begin(6)
    #expect(callee.busy.map(\.firstLines.count) == [4, 2])
    for end in callee.busy { end.send(String(repeating: HTTP1PipelineTests.answer, count: end.firstLines.count)) }
    expectAnswers(callers)
    let before = callee.peers.map(\.firstLines.count)
    let more = try begin(4)
    #expect(zip(callee.peers, before).map { $0.firstLines.count - $1 }.sorted() == [0, 4])
    for (end, count) in zip(callee.peers, before) {
      end.send(String(repeating: HTTP1PipelineTests.answer, count: end.firstLines.count - count))
    }
    expectAnswers(more)
    #expect(callee.peers.count == 2 && bench.counters.faults == 0)
  }

  @Test("sends what a connection left unanswered over the next: one request, and behind its answer the others")
  func resends() throws {
    defer { bench.close() }
    let callers = try begin(4)
    let first = callee.busy[0]
    let requests = first.takeText().split(separator: "POST ").map { "POST \($0)" }
    #expect(requests.count == 4)
    first.send(HTTP1PipelineTests.last)
    #expect(bench.loop.turn { callee.peers.last!.firstLines.count == 1 })
    let second = callee.peers.last!
    bench.loop.turn(for: 1_000_000)
    #expect(second.takeText() == requests[1])
    second.send(HTTP1PipelineTests.answer)
    #expect(bench.loop.turn { second.firstLines.count == 2 })
    #expect(second.takeText() == requests[2] + requests[3])
    // What dies without a word has answered something, so the rest goes on.
    second.close()
    #expect(bench.loop.turn { callee.peers.last!.firstLines.count == 1 })
    let third = callee.peers.last!
    third.send(HTTP1PipelineTests.answer)
    #expect(bench.loop.turn { third.firstLines.count == 2 })
    third.send(HTTP1PipelineTests.answer)
    expectAnswers(callers)
    #expect(bench.lostReasons.isEmpty)
  }

  @Test("does not send again what a connection has answered nothing before")
  func newConnection() throws {
    defer { bench.close() }
    let callers = try begin(3)
    callee.busy[0].close()
    #expect(bench.loop.turn { callers.allSatisfy { $0.text.hasSuffix("\r\n\r\n") } })
    #expect(callers.allSatisfy { $0.firstLines == ["HTTP/1.1 503 Service Unavailable"] })
  }

  @Test("drops the answer to a request that was given up, and keeps the connection for the others")
  func givesUp() throws {
    defer { bench.close() }
    let impatient = try begin(1, "ctxchain: hops=5, deadline=50000\r\n")
    let patient = try begin(2)
    let end = callee.busy[0]
    #expect(bench.loop.turn { impatient[0].text.hasSuffix("\r\n\r\n") })
    #expect(impatient[0].firstLines == ["HTTP/1.1 504 Gateway Timeout"])
    end.send(String(repeating: HTTP1PipelineTests.answer, count: 3))
    expectAnswers(patient)
    #expect(end.closedWith == nil && callee.peers.count == 1)
    #expect(impatient[0].firstLines.count == 1)
  }

  @Test("sends nothing behind a request that was given up, until that is answered")
  func stuck() throws {
    defer { bench.close() }
    let impatient = try begin(1, "ctxchain: hops=5, deadline=50000\r\n")
    let patient = try begin(1)
    let stuck = callee.busy[0]
    #expect(bench.loop.turn { impatient[0].text.hasSuffix("\r\n\r\n") })
    let late = try begin(1)
    let other = callee.peers.last!
    #expect(stuck.firstLines.count == 2 && other !== stuck)
    other.send(HTTP1PipelineTests.answer)
    expectAnswers(late)
    stuck.send(String(repeating: HTTP1PipelineTests.answer, count: 2))
    expectAnswers(patient)
    _ = try begin(4)
    #expect(stuck.firstLines.count == 6)
  }

  @Test("closes what answers nothing once nobody waits for what went out, nor for what waits behind that")
  func silent() throws {
    defer { bench.close() }
    let callers = try begin(3, "ctxchain: hops=5, deadline=100000\r\n")
    callee.busy[0].send(HTTP1PipelineTests.last)
    #expect(bench.loop.turn { callee.peers.last!.firstLines.count == 1 })
    let second = callee.peers.last!
    #expect(bench.loop.turn { second.closedWith != nil })
    #expect(bench.loop.turn { callers.allSatisfy { !$0.firstLines.isEmpty } })
    #expect(callers.count { $0.firstLines == ["HTTP/1.1 200 OK"] } == 1)
    #expect(callers.count { $0.firstLines == ["HTTP/1.1 504 Gateway Timeout"] } == 2)
    #expect(bench.lostReasons.isEmpty)
  }

  @Test("loses the request whose answer had begun, and no other")
  func begun() throws {
    defer { bench.close() }
    let callers = try begin(3)
    let first = callee.busy[0]
    first.send(HTTP1PipelineTests.answer + "HTTP/1.1 20")
    #expect(bench.loop.turn { callers.contains { $0.text.hasSuffix("ctxchain") } })
    first.close()
    #expect(bench.loop.turn { callee.peers.last!.firstLines.count == 1 && callee.peers.last! !== first })
    callee.peers.last!.send(HTTP1PipelineTests.answer)
    #expect(bench.loop.turn { callers.allSatisfy { !$0.firstLines.isEmpty } })
    #expect(callers.count { $0.firstLines == ["HTTP/1.1 200 OK"] } == 2)
    #expect(callers.count { $0.firstLines == ["HTTP/1.1 503 Service Unavailable"] } == 1)
  }

  @Test("does not send again what was given up meanwhile")
  func forgets() throws {
    defer { bench.close() }
    let patient = try begin(2)
    let impatient = try begin(1, "ctxchain: hops=5, deadline=100000\r\n")
    let first = callee.busy[0]
    first.send(HTTP1PipelineTests.last)
    #expect(bench.loop.turn { callee.peers.last!.firstLines.count == 1 })
    let second = callee.peers.last!
    #expect(bench.loop.turn { impatient[0].text.hasSuffix("\r\n\r\n") })
    second.send(HTTP1PipelineTests.answer)
    expectAnswers(patient)
    bench.loop.turn(for: 1_000_000)
    #expect(second.firstLines.count == 1)
  }
}
