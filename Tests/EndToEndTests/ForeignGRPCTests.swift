// Programs that are not ours, over gRPC: clients of a chain, servers behind and between its services, and proxies. The
// context that arrives is the one that was sent, or the loss is named at its edge.

import Foundation
import Testing

private let python = Program.root.appending(path: ".build/grpc-venv/bin/python").path
private let noPython = Comment("no grpcio: make test-deps")

/// `scripts/grpc-service`, a server of grpcio that takes any method.
private struct PythonServer {
  let port: UInt16
  private let program: Program

  /// - Parameters:
  ///   - next: where it makes each call again; nil: it answers by itself.
  ///   - dropped: metadata that it leaves out there.
  init(next: UInt16? = nil, dropped: String? = nil) throws {
    port = try LocalPort.free()
    let script = Program.root.appending(path: "scripts/grpc-service").path
    let more = next.map { ["127.0.0.1:\($0)"] + (dropped.map { [$0] } ?? []) } ?? []
    program = try Program([script, "\(port)"] + more, command: python)
    let port = port
    try program.until("the service listens") { LocalPort.isOpen(port) }
  }

  func file(_ name: String) -> String { program.file(name) }

  /// Each call that it has answered: method, message, metadata.
  var calls: [[String]] { program.out.split(separator: "\n").map { $0.split(separator: " ").map(String.init) } }

  func end() throws {
    program.signal(SIGKILL)
    _ = try program.wait()
  }
}

/// Calls that `scripts/grpc-client` makes over one channel.
private struct PythonCalls {
  /// By name of the status.
  let statuses: [String: Int]
  let connected: Int
  /// The last, in hexadecimal digits.
  let answer: String

  static let method = "/ctxchain.v1.Chain/Call"
  static let traceID = "0af7651916cd43dd8448eb211c80319c"
  static let traceparent = "traceparent: 00-\(traceID)-b7ad6b7169203331-01"

  init(_ address: String, _ method: String = Self.method, _ arguments: [String] = []) throws {
    let script = Program.root.appending(path: "scripts/grpc-client").path
    let program = try Program([script, address, method] + arguments, command: python)
    try #require(try program.wait() == 0, "\(program.error)")
    var words: [String: String] = [:]
    for line in program.out.split(separator: "\n") {
      let parts = line.split(separator: " ")
      words[String(parts[0])] = String(parts[1])
    }
    connected = words.removeValue(forKey: "connected").flatMap { Int($0) } ?? 0
    answer = words.removeValue(forKey: "answer") ?? ""
    statuses = words.compactMapValues { Int($0) }
  }
}

@Suite("Programs that are not ours, over gRPC")
struct ForeignGRPCTests {
  private static func chain(_ transport: String, script: String = "[call: b]", more: String = "") -> String {
    """
    version: 1
    entry: a
    defaults: {transport: \(transport)}
    services: [{name: a, script: \(script)}, {name: b\(more)}]
    """
  }

  // MARK: grpcio calls

  @Test(
    "grpcio calls a chain, over gRPC or over frames, at its one port, and the trace that it sends arrives behind the last hop",
    .enabled(if: exists(python), noPython), arguments: ["grpc", "frame"])
  func pythonClient(transport: String) throws {
    let up = try UpProgram(Self.chain(transport))
    let calls = try PythonCalls(up.address, PythonCalls.method, ["--count", "300", PythonCalls.traceparent])
    #expect(calls.statuses == ["OK": 300] && calls.connected == 1)
    try up.until("has heard of all", "b") { $0.deliveries >= 300 }
    // What each node saw comes back with an echo: its path, and the context as a packed image.
    let echo = try PythonCalls(
      up.address, PythonCalls.method, [PythonCalls.traceparent, "baggage: tenant=acme", "ctxchain: hops=5, echo"])
    let behind = try #require(echo.answer.range(of: Self.hex("a>b")), "\(echo.answer)")
    #expect(echo.answer[behind.upperBound...].contains(PythonCalls.traceID), "\(echo.answer)")
    #expect(echo.answer[behind.upperBound...].contains(Self.hex("acme")), "\(echo.answer)")
    #expect(try PythonCalls(up.address, "/shop.v1.Cart/Get").statuses == ["UNIMPLEMENTED": 1])
    // `HealthCheckResponse{status: SERVING}`.
    let health = try PythonCalls(up.address, "/grpc.health.v1.Health/Check")
    #expect(health.statuses == ["OK": 1] && health.answer == "0801")
    let error = try up.end()
    #expect(!error.contains("closed"), "\(error)")
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test("grpcio hears the status of what failed", .enabled(if: exists(python), noPython))
  func pythonHearsStatuses() throws {
    let up = try UpProgram(Self.chain("grpc", more: ", error-rate: 100%, error-status: UNAVAILABLE"))
    #expect(try PythonCalls(up.address, PythonCalls.method, ["--count", "20"]).statuses == ["UNAVAILABLE": 20])
    _ = try up.end()
  }

  @Test(
    "grpcio gives up thousands of calls after 2 ms each over one connection, and is not cut off",
    .enabled(if: exists(python), noPython))
  func pythonGivesUp() throws {
    let up = try UpProgram(Self.chain("grpc", script: "[sleep: 50ms]").replacing(", {name: b}", with: ""))
    let calls = try PythonCalls(
      up.address, PythonCalls.method, ["--count", "5000", "--in-flight", "100", "--timeout", "0.002"])
    #expect(calls.statuses == ["DEADLINE_EXCEEDED": 5000] && calls.connected == 1)
    #expect(try PythonCalls(up.address).statuses == ["OK": 1])
    let error = try up.end()
    #expect(!error.contains("closed"), "\(error)")
  }

  // MARK: grpcio is called

  @Test(
    "A service of grpcio behind ours is called by its method with its message, the context and what is left of the deadline; its status is ours",
    .enabled(if: exists(python), noPython))
  func pythonIsCalled() throws {
    let server = try PythonServer()
    func topology(_ message: String) -> String {
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(server.port)", method: /shop.v1.Cart/Get, message: "\(message)"}
      """
    }
    let up = try UpProgram(topology("0a03616263"))
    let load = try up.load(["-n", "200", "--in-flight", "8"])
    #expect(load.status == 0 && load.ledger["completed"] == 200, "\(load)")
    let calls = server.calls
    #expect(calls.count == 200)
    for call in calls {
      #expect(call.prefix(2) == ["/shop.v1.Cart/Get", "0a03616263"])
      #expect(
        call.contains { $0.hasPrefix("traceparent=00-") } && call.contains { $0.hasPrefix("baggage=") }, "\(call)")
      // Words of this program's own are for its own services.
      #expect(!call.contains { $0.hasPrefix("ctxchain=") }, "\(call)")
    }
    _ = try up.end()
    let failing = try UpProgram(topology("05"))
    let failed = try Program.run([
      "load", "grpc://\(failing.address)", "-n", "20", "--in-flight", "2", "--expect", "not_found,OK",
    ])
    #expect(failed.status == 0 && failed.out.contains("20 × NOT_FOUND"), "\(failed)")
    _ = try failing.end()
    try server.end()
  }

  @Test(
    "A server of gRPC is loaded by its URL: statuses are counted by name, those that are not expected have failed, and metadata is sent",
    .enabled(if: exists(python), noPython))
  func load() throws {
    let server = try PythonServer()
    func load(_ arguments: [String]) throws -> (status: Int32, statuses: [[String: Any]], text: String) {
      let json = FileManager.default.temporaryDirectory.appending(path: "grpc-\(UUID().uuidString).json").path
      defer { try? FileManager.default.removeItem(atPath: json) }
      let run = try Program.run(
        ["load", "grpc://127.0.0.1:\(server.port)/shop.v1.Cart/Get", "--json", json] + arguments)
      let result = try ResultDocument(path: json).root
      return (run.status, result["statuses"] as? [[String: Any]] ?? [], run.out + run.error)
    }
    let known = try load(["-n", "400", "--message-hex", "0a03616263", "-H", "X-Tenant: acme", "--propagator", "none"])
    #expect(known.status == 0 && known.text.contains("400 × OK"), "\(known.text)")
    #expect(known.statuses.count == 1 && known.statuses.first?["name"] as? String == "OK")
    #expect(known.statuses.first?["requests"] as? Int == 400 && known.statuses.first?["status"] as? Int == 0)
    #expect(server.calls.count == 400)
    #expect(server.calls.allSatisfy { $0 == ["/shop.v1.Cart/Get", "0a03616263", "x-tenant=acme"] })
    let missing = try load(["-n", "20", "--message-hex", "05"])
    #expect(missing.status == 1 && missing.text.contains("20 NOT_FOUND"), "\(missing.text)")
    let expected = try load(["-n", "20", "--message-hex", "05", "--expect", "5"])
    #expect(expected.status == 0 && expected.text.contains("20 × NOT_FOUND"), "\(expected.text)")
    let file = server.file("message.bin")
    try Data([0x0a, 1, 0x62]).write(to: URL(filePath: file))
    let fromFile = try load(["-n", "3", "--message", "@\(file)", "-R", "1000", "--deadline", "5s"])
    #expect(
      fromFile.status == 0 && server.calls.last?.prefix(2) == ["/shop.v1.Cart/Get", "0a0162"], "\(fromFile.text)")
    try server.end()
  }

  // MARK: Between two services

  /// - Parameters:
  ///   - hop: where it listens.
  ///   - next: where it finds the service behind it.
  private func run(through hop: UInt16, to next: UInt16, _ strategies: String) throws -> TopologyRun {
    try TopologyRun(
      """
      version: 1
      entry: a
      defaults: {transport: grpc}
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(hop)", script: [call: b]}
        - {name: b, port: \(next), script: [call: c]}
        - {name: c}
      """, ["--rounds", "1", "--passes", "fidelity", "--strategies", strategies])
  }

  /// - Parameter dropped: it leaves the baggage out, and says so by nothing.
  private func check(_ run: TopologyRun, dropped: Bool) throws {
    let arms = run.document.list("fidelity")
    if dropped {
      #expect(run.status == 1 && run.error.contains("NOT as declared in value-chain"), "\(run.error)")
      #expect(arms.first?["firstDifferingEdge"] as? String == "a → theirs → b")
      #expect(arms.first?["found"] as? String == "request-id absent")
      return
    }
    #expect(run.status == 0 && run.error.contains("checked what arrives: as declared in every arm"), "\(run.error)")
    #expect(arms.count >= 2)
    for fidelity in arms {
      // a, b and c of each request.
      #expect(fidelity["views"] as? Int == 3 * (fidelity["requests"] as? Int ?? 0), "\(fidelity)")
      #expect(fidelity["failed"] as? Int == 0, "\(fidelity)")
    }
  }

  @Test(
    "nginx hands on over gRPC what was sent, as metadata and as bytes, though it ends connections after 50 calls; what it drops is named at its edge",
    .enabled(if: exists(Nginx.path), "nginx is missing"), arguments: [false, true])
  func nginx(drops: Bool) throws {
    let next = try LocalPort.free()
    let proxy = try Nginx(
      upstream: next, isHTTP2: true,
      """
      keepalive_requests 50;
      location / { grpc_pass grpc://next; \(drops ? "grpc_set_header baggage \"\";" : "") }
      """)
    let run = try run(through: proxy.port, to: next, drops ? "value-chain" : "value-chain,packed")
    try check(run, dropped: drops)
    try proxy.end()
  }

  @Test(
    "Envoy hands on over gRPC what was sent, as metadata and as bytes; what it is told to remove is named at its edge",
    .enabled(if: exists(Envoy.path), "no Envoy: make test-deps"), arguments: [false, true])
  func envoy(drops: Bool) throws {
    let next = try LocalPort.free()
    let proxy = try Envoy(
      upstream: next, isHTTP2: true, routes: drops ? "request_headers_to_remove: [baggage]" : "")
    let run = try run(through: proxy.port, to: next, drops ? "value-chain" : "value-chain,packed")
    try check(run, dropped: drops)
    try proxy.end()
  }

  @Test(
    "A service of grpcio that makes each call again hands on what was sent; what it drops is named at its edge",
    .enabled(if: exists(python), noPython), arguments: [false, true])
  func pythonBetween(drops: Bool) throws {
    let next = try LocalPort.free()
    let server = try PythonServer(next: next, dropped: drops ? "baggage" : nil)
    let run = try run(through: server.port, to: next, drops ? "value-chain" : "value-chain,packed")
    try check(run, dropped: drops)
    try server.end()
  }

  // MARK: Ends of connections, and loaders

  @Test(
    "A proxy that says goaway after every 50 calls loses none, between two services and before the load client",
    .enabled(if: exists(Nginx.path), "nginx is missing"))
  func goaway() throws {
    let next = try LocalPort.free()
    let proxy = try Nginx(
      upstream: next, isHTTP2: true, "keepalive_requests 50; location / { grpc_pass grpc://next; }")
    let up = try UpProgram(
      """
      version: 1
      entry: a
      defaults: {transport: grpc}
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(proxy.port)", script: [call: b]}
        - {name: b, port: \(next)}
      """)
    // Also where more is sent to a connection at once than it will take.
    for inFlight in ["1", "32", "200"] {
      let load = try up.load(["--transport", "grpc", "-n", "5000", "--in-flight", inFlight])
      #expect(load.status == 0 && load.ledger["completed"] == 5000, "\(inFlight) in flight: \(load)")
      let direct = try Program.run(
        ["load", "grpc://127.0.0.1:\(proxy.port)", "-n", "5000", "--in-flight", inFlight])
      #expect(direct.status == 0 && direct.out.contains("5000 × OK"), "\(inFlight) in flight: \(direct)")
      #expect(!direct.out.contains("lost"), "\(direct.out)")
    }
    _ = try up.end()
    try proxy.end()
  }

  @Test(
    "h2load loads a chain over gRPC, and one over frames, at the port of its entry",
    .enabled(if: exists(h2load), "h2load is missing"), arguments: ["grpc", "frame"])
  func loader(transport: String) throws {
    let up = try UpProgram(Self.chain(transport))
    let body = up.program.file("body.bin")
    // A message without a byte.
    try Data(count: 5).write(to: URL(filePath: body))
    let run = try Program(
      [
        "-p", "h2c", "-n", "4000", "-c", "2", "-m", "32", "-d", body, "-H", "content-type: application/grpc", "-H",
        "te: trailers", "http://\(up.address)\(PythonCalls.method)",
      ], command: h2load)
    #expect(try run.wait() == 0)
    #expect(
      run.out.contains("4000 done, 4000 succeeded, 0 failed") && run.out.contains("status codes: 4000 2xx"),
      "\(run.out)")
    // h2load looks at HTTP's status alone.
    try up.until("has answered all", "b") { $0.responses >= 4000 }
    let error = try up.end()
    #expect(!error.contains("closed"), "\(error)")
  }
}
