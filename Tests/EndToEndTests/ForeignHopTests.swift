// A proxy and a service that are not ours, each between two services: what arrives behind it is what was sent, or the loss
// is named at its edge.

import Foundation
import Testing

/// `scripts/opentelemetry-service.go` between two services, built of Debian's sources: nothing is downloaded.
private struct GoService {
  private static let (go, sources) = ("/usr/bin/go", "/usr/share/gocode")
  static var isThere: Bool { exists(go) && exists(sources + "/src/go.opentelemetry.io/otel/propagation.go") }

  private let program: Program
  /// A topology with it in the middle.
  let chain: String

  init() throws {
    let built = FileManager.default.temporaryDirectory.appending(path: "service-\(UUID().uuidString)").path
    let build = try Program(
      [
        "GO111MODULE=off", "GOPATH=\(Self.sources)", "GOCACHE=\(Program.root.appending(path: ".build/go").path)",
        Self.go, "build", "-o", built, Program.root.appending(path: "scripts/opentelemetry-service.go").path,
      ], command: "/usr/bin/env")
    try #require(try build.wait(seconds: 600) == 0, "\(build.error)")
    defer { try? FileManager.default.removeItem(atPath: built) }
    let (own, next) = (try LocalPort.free(), try LocalPort.free())
    program = try Program(["\(own)", "127.0.0.1:\(next)"], command: built)
    try program.until("the service listens") { LocalPort.isOpen(own) }
    chain = """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(own)", script: [call: b]}
        - {name: b, port: \(next)}
      """
  }

  func end() throws {
    program.signal(SIGKILL)
    _ = try program.wait()
  }
}

@Suite("Between two services one that is not ours")
struct ForeignHopTests {
  /// - Parameters:
  ///   - hop: where it listens.
  ///   - next: where it finds the service behind it.
  private func run(through hop: UInt16, to next: UInt16, _ arguments: [String]) throws -> TopologyRun {
    try TopologyRun(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(hop)", path: /api, script: [call: b]}
        - {name: b, port: \(next), script: [call: c]}
        - {name: c}
      """, ["--rounds", "1", "--passes", "fidelity"] + arguments)
  }

  /// What is carried as one long line passes as well.
  @Test(
    "Envoy: the context that arrives is the one that was sent, as headers and as bytes",
    .enabled(if: exists(Envoy.path), "no Envoy: make test-deps"))
  func envoyForwards() throws {
    let next = try LocalPort.free()
    let proxy = try Envoy(upstream: next)
    let run = try run(through: proxy.port, to: next, ["--strategies", "value-chain,packed"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("checked what arrives: as declared in every arm"), "\(run.error)")
    let arms = run.document.list("fidelity")
    #expect(arms.count >= 2)
    for fidelity in arms {
      // a, b and c of each request.
      #expect(fidelity["views"] as? Int == 3 * (fidelity["requests"] as? Int ?? 0), "\(fidelity)")
      #expect(fidelity["failed"] as? Int == 0, "\(fidelity)")
    }
    try proxy.end()
  }

  @Test(
    "Envoy that is told to remove baggage: its edge is named",
    .enabled(if: exists(Envoy.path), "no Envoy: make test-deps"))
  func envoyRemoves() throws {
    let next = try LocalPort.free()
    let proxy = try Envoy(upstream: next, routes: "request_headers_to_remove: [baggage]")
    let run = try run(through: proxy.port, to: next, ["--strategies", "value-chain"])
    #expect(run.status == 1 && run.error.contains("NOT as declared in value-chain"), "\(run.error)")
    let fidelity = try #require(run.document.list("fidelity").first)
    #expect(fidelity["firstDifferingEdge"] as? String == "a → theirs → b")
    #expect(fidelity["found"] as? String == "request-id absent")
    try proxy.end()
  }

  /// A run's requests have both flags that W3C specifies. OpenTelemetry-Go 1.1, which is Debian's, takes such a traceparent
  /// for none, and later ones clear the second flag.
  @Test(
    "A Go service with OpenTelemetry's propagators: baggage arrives as it was sent, and a flag that it does not know is named with its edge",
    .enabled(if: GoService.isThere, "Debian's Go or its OpenTelemetry is missing: make test-deps"),
    arguments: ["baggage", "tracecontext,baggage"])
  func goService(propagator: String) throws {
    let service = try GoService()
    let run = try TopologyRun(
      "\(service.chain)\ndefaults: {store: value-chain, propagator: \"\(propagator)\"}",
      ["--rounds", "1", "--passes", "fidelity"])
    let arms = run.document.list("fidelity")
    let fidelity = try #require(arms.first { !(($0["arm"] as? String) ?? "").hasPrefix("baseline") })
    // a and b of each request.
    #expect(fidelity["views"] as? Int == 2 * (fidelity["requests"] as? Int ?? 0), "\(fidelity)")
    if propagator == "baggage" {
      #expect(run.status == 0 && fidelity["verdict"] as? String == "lost-as-declared", "\(run.error)")
    } else {
      #expect(run.status == 1 && fidelity["firstDifferingEdge"] as? String == "a → theirs → b", "\(run.error)")
    }
    try service.end()
  }

  @Test(
    "A Go service with OpenTelemetry's propagators hands on a sampled trace, its tracestate and its baggage as they were sent",
    .enabled(
      if: GoService.isThere && exists(curl), "Debian's Go, its OpenTelemetry or curl is missing: make test-deps"))
  func goServiceOfASampledTrace() throws {
    let service = try GoService()
    let up = try UpProgram(service.chain)
    // What each node saw comes back with an echo: its path, and the context as a packed image.
    let fields = [
      "ctxchain: echo", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "tracestate: ctxchain=t61rcWkgMzE,vendor=00f067aa0ba902b7",
      "baggage: tenant=acme,note=plain",
    ]
    let asked = try Program(["-s", "http://\(up.address)/"] + fields.flatMap { ["-H", $0] }, command: curl)
    #expect(try asked.wait() == 0)
    let reply = try Data(contentsOf: URL(filePath: asked.file("out")))
    let traceID = Data([0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c])
    let behind = try #require(reply.range(of: Data("a>b".utf8)), "\(asked.error)")
    let image = reply[behind.upperBound...].dropFirst(4)
    #expect(image.prefix(16) == traceID)
    // The span is another's, and the trace is sampled.
    #expect(image.dropFirst(16).prefix(8) != Data([0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31]))
    #expect(image.dropFirst(24).first == 1)
    for text in ["ctxchain=t61rcWkgMzE,vendor=00f067aa0ba902b7", "acme", "noteplain"] {
      #expect(image.range(of: Data(text.utf8)) != nil, "\(text)")
    }
    _ = try up.end()
    try service.end()
  }
}
