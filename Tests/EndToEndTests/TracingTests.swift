// Spans of real services, as a receiver made of OpenTelemetry's own messages gets them, over both transports of OTLP.

import Foundation
import Testing

private let python = Program.root.appending(path: ".build/grpc-venv/bin/python").path
private let noPython = Comment("no opentelemetry-proto: make test-deps")

/// `scripts/otlp-receiver`.
private struct Receiver {
  let url: String
  private let program: Program

  /// - Parameter answers: see the script.
  init(_ kind: String, _ answers: String...) throws {
    let port = try LocalPort.free()
    let script = Program.root.appending(path: "scripts/otlp-receiver").path
    program = try Program([script, kind, "\(port)"] + answers, command: python)
    try program.until("the receiver listens") { LocalPort.isOpen(port) }
    url = "\(kind)://127.0.0.1:\(port)"
  }

  func spans() throws -> [Span] {
    try program.out.split(separator: "\n").map { try JSONDecoder().decode(Span.self, from: Data($0.utf8)) }
  }

  func end() throws {
    program.signal(SIGKILL)
    _ = try program.wait()
  }
}

private struct Span: Decodable {
  let service: String
  let trace: String
  let span: String
  let parent: String
  let name: String
  let kind: Int
  let start: UInt64
  let end: UInt64
  let flags: Int
  let status: Int
  let attributes: [String: Attribute]
  let events: [String]
  let schema: String
  let unknown: Bool

  enum Attribute: Decodable, Equatable {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      self = try (try? .number(container.decode(Int.self))) ?? .text(container.decode(String.self))
    }
  }

  static let server = 2
  static let client = 3
}

/// A topology under `up`, loaded once, with its spans at a receiver.
private struct TracedRun {
  let spans: [Span]
  let said: String

  init(
    _ topology: String, _ receiver: Receiver, requests: Int, ratio: String = "1:1", load: [String] = [],
    up: [String] = []
  ) throws {
    let up = try UpProgram(topology, ["--otlp", receiver.url] + up)
    let loaded = try Program.run(
      ["load", up.address, "-n", "\(requests)", "--in-flight", "8", "--no-save", "--tracing", ratio] + load)
    try #require(loaded.status == 0, "\(loaded.error)\(loaded.out)")
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 130)
    said = up.program.error
    spans = try receiver.spans()
  }
}

@Suite("Tracing", .enabled(if: exists(python), noPython))
struct TracingTests {
  private static func diamond(_ keys: String = "tracing: 1:1") -> String {
    """
    version: 1
    entry: top
    defaults: {\(keys)}
    services:
      - {name: top, script: [{parallel: [call: left, call: {service: right, transport: http1}]}]}
      - {name: left, script: [call: {service: bottom, transport: grpc}]}
      - {name: right, script: [call: bottom]}
      - {name: bottom}
    """
  }

  @Test(
    "At 1:1 every hop of every request is in exactly one span, and the tree is the topology",
    arguments: ["http", "grpc"])
  func tree(kind: String) throws {
    let receiver = try Receiver(kind)
    let requests = 200
    let run = try TracedRun(Self.diamond(), receiver, requests: requests)
    try receiver.end()
    let spans = run.spans
    // Five deliveries and four calls each.
    #expect(spans.count == requests * 9 && Set(spans.map(\.span)).count == spans.count)
    #expect(spans.allSatisfy { !$0.unknown && $0.status == 0 && $0.start <= $0.end && $0.events.isEmpty })
    let traces = Dictionary(grouping: spans, by: \.trace)
    #expect(traces.count == requests)
    let expected = [
      "bottom server < left client", "bottom server < right client", "left client < left server",
      "left server < top client", "right client < right server", "right server < top client",
      "top client < top server", "top client < top server", "top server < load",
    ]
    for trace in traces.values {
      let byID = Dictionary(uniqueKeysWithValues: trace.map { ($0.span, $0) })
      let links = trace.map { span in
        let parent = byID[span.parent].map { "\($0.service) \($0.kind == Span.server ? "server" : "client")" }
        return "\(span.service) \(span.kind == Span.server ? "server" : "client") < \(parent ?? "load")"
      }
      #expect(links.sorted() == expected)
      // A call lies within its delivery, by one clock.
      for span in trace where span.kind == Span.client {
        let parent = try #require(byID[span.parent])
        #expect(parent.start <= span.start && span.end <= parent.end)
      }
    }
    #expect(run.said.contains("spans: at nodes: \(requests * 9) spans"), "\(run.said)")
    #expect(run.said.contains("\(requests * 9) of \(requests * 9) spans exported"), "\(run.said)")
  }

  @Test("Spans have the names, attributes and flags of OpenTelemetry's conventions, by transport")
  func conventions() throws {
    let receiver = try Receiver("http")
    let run = try TracedRun(Self.diamond(), receiver, requests: 1)
    try receiver.end()
    func span(_ service: String, _ kind: Int, _ callee: String? = nil) throws -> Span {
      try #require(
        run.spans.first {
          $0.service == service && $0.kind == kind
            && (callee == nil || $0.attributes["server.address"] == .text(callee!))
        })
    }
    let http = try span("right", Span.server)
    #expect(http.name == "POST" && http.schema == "https://opentelemetry.io/schemas/1.44.0")
    #expect(
      http.attributes == [
        "http.request.method": .text("POST"), "url.path": .text("/"), "network.protocol.version": .text("1.1"),
        "http.response.status_code": .number(200),
      ])
    let grpc = try span("left", Span.client)
    #expect(grpc.name == "ctxchain.v1.Chain/Call")
    #expect(
      grpc.attributes == [
        "rpc.system.name": .text("grpc"), "rpc.method": .text("ctxchain.v1.Chain/Call"),
        "rpc.response.status_code": .text("OK"), "server.address": .text("bottom"),
      ])
    let frame = try span("top", Span.server)
    #expect(
      frame.name == "call"
        && frame.attributes == [
          "rpc.system.name": .text("ctxchain"), "rpc.response.status_code": .text("OK"),
        ])
    // Sampled and random; of a delivery the parent is remote.
    #expect(frame.flags == 0x303 && grpc.flags == 0x103)
  }

  @Test("What failed says so, and whose fault it was; what extraction dropped is an event")
  func failures() throws {
    let receiver = try Receiver("grpc")
    let topology = """
      version: 1
      entry: a
      defaults: {tracing: 1:1}
      client: {propagator: "tracecontext,baggage"}
      services:
        - {name: a, script: [call: {service: b, optional: true}]}
        - {name: b, error-rate: 1, error-status: UNAVAILABLE}
      """
    let run = try TracedRun(
      topology, receiver, requests: 1,
      load: ["--propagator", "tracecontext,baggage", "--transport", "http1", "--field", "baggage=a=1,%,b=2"])
    try receiver.end()
    #expect(run.spans.count == 3)
    let called = try #require(run.spans.first { $0.service == "b" })
    let call = try #require(run.spans.first { $0.kind == Span.client })
    let entry = try #require(run.spans.first { $0.service == "a" && $0.kind == Span.server })
    for span in [called, call] {
      #expect(span.status == 2 && span.attributes["error.type"] == .text("UNAVAILABLE"))
      #expect(span.attributes["rpc.response.status_code"] == .text("UNAVAILABLE"))
    }
    #expect(entry.status == 0 && entry.events.count == 1)
    #expect(entry.events.first?.hasPrefix("ctxchain.extraction.dropped ") == true)
  }

  @Test("One of fifty traces is whole, and of the others nothing is recorded")
  func sampled() throws {
    let receiver = try Receiver("http")
    let run = try TracedRun(
      Self.diamond(), receiver, requests: 5_000, ratio: "1:50", up: ["--tracing", "1:50"])
    try receiver.end()
    let traces = Dictionary(grouping: run.spans, by: \.trace)
    #expect(traces.values.allSatisfy { $0.count == 9 })
    // 100 on average, with a standard deviation of 9.9.
    #expect((50...150).contains(traces.count))
    // By the id itself: no smaller than fae14 in the last 56 bits.
    #expect(traces.keys.allSatisfy { $0.suffix(14) >= "fae14" })
  }

  @Test("Where no trace arrives each service begins its own, as its ratio says")
  func roots() throws {
    let receiver = try Receiver("http")
    let run = try TracedRun(
      Self.diamond("tracing: 1:1, strategy: opaque"), receiver, requests: 10, load: ["--propagator", "opaque"])
    try receiver.end()
    #expect(run.spans.count == 90)
    let traces = Dictionary(grouping: run.spans, by: \.trace)
    // A trace for each of the five deliveries.
    #expect(traces.count == 50)
    #expect(run.spans.filter { $0.kind == Span.server }.allSatisfy { $0.parent.isEmpty })
  }

  @Test(
    "A receiver that refuses, is slow, closes or talks nonsense is asked again, and gets every span once",
    arguments: [
      ("http", ["429", "503", "502", "200"]), ("http", ["close", "200"]), ("http", ["garbage", "200"]),
      ("http", ["slow:1"]), ("grpc", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "OK"]), ("grpc", ["slow:1"]),
    ])
  func retried(kind: String, answers: [String]) throws {
    let port = try LocalPort.free()
    let script = Program.root.appending(path: "scripts/otlp-receiver").path
    let program = try Program([script, kind, "\(port)"] + answers, command: python)
    try program.until("the receiver listens") { LocalPort.isOpen(port) }
    let up = try UpProgram(Self.diamond(), ["--otlp", "\(kind)://127.0.0.1:\(port)"])
    #expect(try Program.run("load", up.address, "-n", "20", "--no-save", "--tracing", "1:1").status == 0)
    try program.until("every span") { program.out.split(separator: "\n").count == 180 }
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 130)
    #expect(up.program.error.contains("180 of 180 spans exported"), "\(up.program.error)")
    program.signal(SIGKILL)
    _ = try program.wait()
  }

  @Test("What a receiver says that it has not taken is told; what it cannot take is not sent again")
  func refused() throws {
    for (kind, answer, text) in [
      ("http", "reject:1000", "0 of 180 spans exported, 180 rejected by the receiver"),
      ("grpc", "reject:1000", "0 of 180 spans exported, 180 rejected by the receiver"),
      ("http", "400", "0 of 180 spans exported, 180 given up"),
      ("grpc", "INVALID_ARGUMENT", "0 of 180 spans exported, 180 given up"),
    ] {
      let receiver = try Receiver(kind, answer)
      let up = try UpProgram(Self.diamond("tracing: 1:1"), ["--otlp", receiver.url])
      // However many batches they come in, each is answered so, and is smaller than what is left of it.
      #expect(try Program.run("load", up.address, "-n", "20", "--no-save", "--tracing", "1:1").status == 0)
      up.program.signal(SIGINT)
      #expect(try up.program.wait() == 130)
      try receiver.end()
      #expect(up.program.error.contains("of 180 spans exported"), "\(up.program.error)")
      #expect(up.program.error.contains(text), "\(up.program.error)")
    }
  }

  @Test("Ids are those of one span each, also where a call takes no context along, and where it is asked for by a body")
  func ids() throws {
    let receiver = try Receiver("http")
    let topology = """
      version: 1
      entry: a
      defaults: {tracing: 1:1}
      services:
        - {name: a, script: [call: {service: b, drops-context: true}, call: c, call: {service: d, drops-context: true}]}
        - {name: b, context-work: false, script: [call: {service: c, drops-context: true}, call: d]}
        - {name: c}
        - {name: d}
      """
    let run = try TracedRun(topology, receiver, requests: 20)
    try receiver.end()
    // a, b, c, d, c and d, and the five calls.
    #expect(run.spans.count == 20 * 11 && Set(run.spans.map(\.span)).count == run.spans.count)
    let ids = Set(run.spans.map(\.span))
    let entries = run.spans.filter { $0.service == "a" && $0.kind == Span.server }
    #expect(run.spans.filter { !$0.parent.isEmpty && !ids.contains($0.parent) }.count == entries.count)
  }

  @Test("Two loads of the same services have no trace in common")
  func twoLoads() throws {
    let receiver = try Receiver("grpc")
    let up = try UpProgram(Self.diamond(), ["--otlp", receiver.url])
    for _ in 0..<2 {
      #expect(try Program.run("load", up.address, "-n", "50", "--no-save", "--tracing", "1:1").status == 0)
    }
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 130)
    let spans = try receiver.spans()
    try receiver.end()
    #expect(spans.count == 900 && Set(spans.map(\.trace)).count == 100)
  }

  @Test("An exporter that dies ends nothing but the export, and is told")
  func killed() throws {
    let receiver = try Receiver("http")
    let up = try UpProgram(Self.diamond(), ["--otlp", receiver.url])
    let exporter = try #require(up.program.children.first { $0.name == "exporter" })
    kill(exporter.pid, SIGKILL)
    try up.program.until("it is told") { up.program.error.contains("traces: the exporter died") }
    #expect(try Program.run("load", up.address, "-n", "20", "--no-save", "--tracing", "1:1").status == 0)
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 130)
    try receiver.end()
    #expect(up.program.error.contains("the exporter died"), "\(up.program.error)")
    #expect(up.program.children.isEmpty)
  }

  @Test("A receiver that is not there keeps nobody from ending, and costs no request")
  func dead() throws {
    let port = try LocalPort.free()
    let up = try UpProgram(Self.diamond(), ["--otlp", "http://127.0.0.1:\(port)"])
    #expect(try Program.run("load", up.address, "-n", "20", "--no-save", "--tracing", "1:1").status == 0)
    try up.program.until("it is told") { up.program.error.contains("Connection refused") }
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 130)
    #expect(up.program.error.contains("0 of 180 spans exported, 180 given up"), "\(up.program.error)")
    #expect(up.program.children.isEmpty)
  }

  @Test("A run says what became of the spans of its arms, in its notes and its document")
  func run() throws {
    let receiver = try Receiver("grpc")
    let program = try Program([
      "chain", "-n", "2", "--strategies", "value-chain,packed", "--rounds", "3", "--tracing", "1:50", "--passes",
      "none",
      "--otlp", receiver.url, "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try ResultDocument(path: program.file("out"))
    let counted = document.list("spans").compactMap { $0["spans"] as? Int }.reduce(0, +)
    let notes = try #require(document.root["notes"] as? [String])
    let note = try #require(notes.first { $0.hasPrefix("traces to ") })
    #expect(counted > 0 && note.contains(" of \(counted) spans exported"), "\(note) \(counted)")
    #expect(try receiver.spans().count == counted)
    try receiver.end()
  }

  @Test(
    "Says in one line what is wrong with a ratio or a receiver",
    arguments: [
      (["up", "topologies/chain-1.yaml", "--tracing", "2:3"], "--tracing: expected off or a ratio such as 1:50"),
      (
        ["run", "topologies/chain-1.yaml", "--tracing", "1:1", "--nodes", "none.yaml"],
        "--nodes: nodes that run already record no spans"
      ),
      (["chain", "-n", "2", "--tracing", "1:0"], "--tracing: expected off or a ratio such as 1:50"),
      (
        ["compare", "packed,tracing=1:1", "--against", Program.path],
        "tracing: not beside another program, whose nodes record no spans"
      ),
      (["compare", "packed,tracing=maybe", "packed"], "tracing: expected off or a ratio such as 1:50"),
      (["up", "topologies/chain-1.yaml", "--otlp", "http://127.0.0.1:1"], "--otlp: no service records spans"),
      (["chain", "-n", "2", "--tracing", "off", "--otlp", "grpc://127.0.0.1:1"], "--otlp: no service records spans"),
      (
        ["chain", "-n", "2", "--tracing", "1:1", "--otlp", "https://127.0.0.1:1"],
        "--otlp: expected http://HOST:4318"
      ),
      (
        ["chain", "-n", "2", "--tracing", "1:1", "--otlp", "grpc://127.0.0.1:1/x"], "--otlp: expected http://HOST:4318"
      ),
      (
        ["chain", "-n", "2", "--tracing", "1:1", "--otlp", "127.0.0.1:4318"],
        "--otlp: expected http://HOST:4318"
      ),
    ])
  func wrong(arguments: [String], message: String) throws {
    let arguments = arguments.map { $0.hasPrefix("topologies/") ? Program.root.appending(path: $0).path : $0 }
    let run = try Program.run(arguments)
    // Wrapped, wherever lines end.
    let error = run.error.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(run.status == 2 && run.out.isEmpty && error.contains(message), "\(run.error)")
  }
}
