import Control
import EventLoop
import Metrics
import Testing

@Suite("The server of metrics")
struct MetricsServerTests {
  private let registry = MetricsRegistry(command: "up", version: "1")
  private let server: MetricsServer

  init() throws {
    server = try MetricsServer(MetricsPlan(address: "0", labels: [])!, registry)
  }

  private func once(_ request: String) throws -> RawScraper.Reply? {
    defer { server.stop() }
    let scraper = try RawScraper(port: server.port)
    scraper.send(request)
    return scraper.reply()
  }

  @Test("answers one request after the other on a connection, with type and length")
  func scrapes() throws {
    defer { server.stop() }
    let scraper = try RawScraper(port: server.port)
    for target in ["/metrics", "/metrics?x=1", "http://h:1/metrics", "http://h/metrics?"] {
      scraper.send("GET \(target) HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n")
      let reply = try #require(scraper.reply(), "\(target)")
      #expect(reply.status == "HTTP/1.1 200 OK")
      #expect(reply.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(reply.fields["date"]?.hasSuffix(" GMT") == true && reply.fields["connection"] == nil)
      #expect(reply.body.hasPrefix("# HELP ctxchain_build_info") && reply.body.hasSuffix("\n"))
    }
    scraper.send("HEAD /metrics HTTP/1.1\r\nHost: h\r\n\r\nGET /metrics HTTP/1.0\r\n\r\n")
    let head = try #require(scraper.reply(toHead: true))
    #expect(Int(head.fields["content-length"] ?? "") ?? 0 > 100)
    let last = try #require(scraper.reply())
    #expect(last.fields["connection"] == "close" && last.body.hasPrefix("# HELP"))
    #expect(scraper.reply() == nil)
  }

  @Test("says ready while every node serves, and else why not")
  func readiness() throws {
    defer { server.stop() }
    let scraper = try RawScraper(port: server.port)
    func ask(_ target: String) -> String? {
      scraper.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
      return scraper.reply().map { "\($0.status.split(separator: " ")[1]) \($0.body)" }
    }
    #expect(ask("/healthz") == "200 ok\n")
    #expect(ask("/ready") == "503 no node runs\n")
    let pages = [OwnPage(), OwnPage()]
    let id = registry.add(.of("a"), callees: [], pages: pages.map(\.pointer))
    #expect(ask("/ready") == "503 it has not been told its callees yet, or it ends\n")
    for page in pages { page.pointer.pointee.edges = 2 }
    pages[0].pointer.pointee.connectedEdges = 2
    pages[0].pointer.pointee.isServing = 1
    pages[1].pointer.pointee.connectedEdges = 1
    #expect(ask("/ready") == "503 3 of 4 edges are connected\n")
    pages[1].pointer.pointee.connectedEdges = 2
    pages[1].pointer.pointee.isServing = 1
    #expect(ask("/ready?verbose") == "200 ready\n")
    registry.didEnd(id)
    #expect(ask("/ready") == "503 a node has ended\n")
  }

  @Test(
    "refuses what is no scrape",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "404"), ("GET /metrics/ HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
      ("POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "405"),
      ("OPTIONS /metrics HTTP/1.1\r\nHost: h\r\n\r\n", "405"), ("BREW /metrics HTTP/1.1\r\nHost: h\r\n\r\n", "501"),
      ("GET /metrics HTTP/1.1\r\n\r\n", "400"), ("GET /metrics HTTP/2.0\r\nHost: h\r\n\r\n", "505"),
      ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}hello, this is TLS\r\n\r\n", "400"),
    ])
  func refusals(request: String, status: String) throws {
    let reply = try #require(try once(request))
    #expect(reply.status.hasPrefix("HTTP/1.1 \(status) "))
    if status == "405" { #expect(reply.fields["allow"] == "GET, HEAD") }
  }

  @Test("ends a connection that floods it with header fields or with a body")
  func floods() throws {
    defer { server.stop() }
    for (begin, more) in [
      ("GET /metrics HTTP/1.1\r\nHost: h\r\n", "x-flood: \(String(repeating: "a", count: 1000))\r\n"),
      ("POST /metrics HTTP/1.1\r\nHost: h\r\nContent-Length: 16000000\r\n\r\n", String(repeating: "b", count: 1000)),
      ("GET /", String(repeating: "c", count: 1000)),
    ] {
      let scraper = try RawScraper(port: server.port)
      scraper.send(begin)
      // What comes behind a refusal is dropped, until the connection is closed.
      while scraper.send(more) {}
    }
    #expect(try once("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")?.status == "HTTP/1.1 200 OK")
  }

  @Test("ends a request that is begun and not ended, and one after which nothing is read")
  func stalls() throws {
    defer { server.stop() }
    let scraper = try RawScraper(port: server.port)
    scraper.send("GET /metrics HTTP/1.1\r\nHo")
    #expect(scraper.reply()?.status.hasPrefix("HTTP/1.1 408") == true)
    scraper.awaitEnd()
    let greedy = try RawScraper(port: server.port)
    let requests = String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 100)
    while greedy.send(requests) {}
  }

  @Test("answers however many connections are open that ask nothing, and closes those that were quiet for longest")
  func many() throws {
    defer { server.stop() }
    let idle = try (0..<100).map { _ in try RawScraper(port: server.port) }
    let scraper = try RawScraper(port: server.port)
    scraper.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(scraper.reply()?.status == "HTTP/1.1 200 OK")
    for quiet in idle.prefix(60) { quiet.awaitEnd() }
  }

  @Test("answers while nodes come, count, die and go")
  func changing() throws {
    defer { server.stop() }
    let pages = [OwnPage(), OwnPage()]
    // Another thread counts as a node does; pages are never freed.
    nonisolated(unsafe) let counted = pages.map(\.pointer)
    let writer = try WorkerThread(name: "writer") {
      for _ in 0..<3_000_000 { for page in counted { page.pointee.deliveries &+= 1 } }
    }
    let scraper = try RawScraper(port: server.port)
    var last = 0.0
    for _ in 0..<20 {
      let id = registry.add(.of("a"), callees: ["b"], pages: counted)
      scraper.send("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n")
      #expect(scraper.reply()?.body.contains("ctxchain_up{service=\"a\"") == true)
      registry.didEnd(id)
      let value = registry.value("ctxchain_deliveries_total") ?? -1
      #expect(value >= last)
      last = value
      registry.remove(id)
    }
    writer.join()
  }

  @Test("says in one line why it cannot listen, and leaves its port when it stops")
  func listening() throws {
    let port = server.port
    let second = MetricsPlan(address: "127.0.0.1:\(port)", labels: [])!
    let taken = #expect(throws: EventLoopError.self) { try MetricsServer(second, registry) }
    #expect(taken?.description == "127.0.0.1:\(port): bind: Address already in use")
    server.stop()
    server.stop()
    try MetricsServer(second, registry).stop()
    let foreign = #expect(throws: EventLoopError.self) {
      try MetricsServer(MetricsPlan(address: "192.0.2.1:1", labels: [])!, registry)
    }
    #expect(foreign?.description == "192.0.2.1:1: bind: Cannot assign requested address")
    let unknown = #expect(throws: EventLoopError.self) {
      try MetricsServer(MetricsPlan(address: "nowhere.invalid:1", labels: [])!, registry)
    }
    #expect(unknown?.description == "nowhere.invalid: unknown host")
  }
}
