// Programs that are not ours, as clients of a chain, as servers that are loaded, and between two services.

import Foundation
import Testing

private let python = Program.root.appending(path: ".build/service-venv/bin/python").path
private let wrk = "/usr/bin/wrk"

@Suite("Programs that are not ours")
struct ForeignPartyTests {
  private let chain = """
    version: 1
    entry: a
    services: [{name: a, script: [call: b]}, {name: b}]
    """

  @Test(
    "wrk and h2load, which pipelines, load a topology over frames at the port of its entry",
    .enabled(if: exists(wrk) && exists(h2load), "wrk or h2load is missing"))
  func loaders() throws {
    let up = try UpProgram(chain)
    let url = "http://\(up.address)/"
    let wrkRun = try Program(["-t1", "-c8", "-d1s", url], command: wrk)
    #expect(try wrkRun.wait() == 0)
    #expect(wrkRun.out.contains(" requests in ") && !wrkRun.out.contains("Non-2xx"), "\(wrkRun.out)")
    let piped = try Program(["--h1", "-n", "2000", "-c", "4", "-m", "16", url], command: h2load)
    #expect(try piped.wait() == 0)
    #expect(
      piped.out.contains("2000 done, 2000 succeeded, 0 failed") && piped.out.contains("status codes: 2000 2xx"),
      "\(piped.out)")
    try up.until("has heard of all", "b") { $0.deliveries >= 2000 }
    #expect(!(try up.end()).contains("closed"))
  }

  @Test(
    "any server is loaded by its URL: statuses are counted, those that are not expected have failed, and connections that it ends are no loss",
    .enabled(if: exists(Nginx.path), "nginx is missing"))
  func server() throws {
    let server = try Nginx(
      """
      keepalive_requests 50;
      location / { return 200 "hello"; } location /missing { return 404; }
      location /posted { if ($request_method != POST) { return 405; } return 201; }
      """)
    func load(_ path: String, _ arguments: [String]) throws -> (status: Int32, result: [String: Any], text: String) {
      let json = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString).json").path
      defer { try? FileManager.default.removeItem(atPath: json) }
      let run = try Program.run(["load", "http://127.0.0.1:\(server.port)\(path)", "--json", json] + arguments)
      return (run.status, try ResultDocument(path: json).root, run.out + run.error)
    }
    func statuses(_ result: [String: Any]) -> [[Int]] {
      (result["statuses"] as? [[String: Int]] ?? []).map { [$0["status"] ?? 0, $0["requests"] ?? 0] }
    }
    for arguments in [
      ["-n", "1000", "--in-flight", "1"], ["-n", "1000", "--in-flight", "16"], ["-n", "500", "-R", "5000"],
    ] {
      let (status, result, text) = try load("/", arguments)
      #expect(status == 0, "\(arguments): \(text)")
      #expect(statuses(result) == [[200, Int(arguments[1])!]], "\(text)")
      #expect((result["trial"] as? [String: Any])?["lostConnections"] == nil, "\(text)")
    }
    let missing = try load("/missing", ["-n", "20", "--in-flight", "2"])
    #expect(missing.status == 1 && statuses(missing.result) == [[404, 20]], "\(missing.text)")
    #expect(missing.text.contains("20 HTTP 404") && missing.text.contains("20 × 404"), "\(missing.text)")
    let expected = try load("/missing", ["-n", "20", "--in-flight", "2", "--expect", "404,2xx", "--method", "HEAD"])
    #expect(expected.status == 0 && statuses(expected.result) == [[404, 20]], "\(expected.text)")
    let posted = try load(
      "/posted", ["-n", "20", "--in-flight", "2", "--body", "x=1", "-H", "Content-Type: text/plain"])
    #expect(posted.status == 0 && statuses(posted.result) == [[201, 20]], "\(posted.text)")
    try server.end()
  }

  @Test(
    "nginx between two services: the context that arrives is the one that was sent, and a header that it drops is named at its edge",
    .enabled(if: exists(Nginx.path), "nginx is missing"), arguments: [false, true])
  func between(drops: Bool) throws {
    let port = try LocalPort.free()
    let proxy = try Nginx(
      upstream: port,
      """
      location / { proxy_pass http://next; proxy_http_version 1.1; proxy_set_header Connection "";
        \(drops ? "proxy_set_header baggage \"\";" : "") }
      """)
    let run = try TopologyRun(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: proxy]}
        - {name: proxy, external: "127.0.0.1:\(proxy.port)", path: /api, script: [call: b]}
        - {name: b, port: \(port), script: [call: c]}
        - {name: c}
      """, ["--strategies", "value-chain", "--rounds", "1", "--passes", "fidelity"])
    let fidelity = try #require(run.document.list("fidelity").first)
    if drops {
      #expect(run.status == 1 && run.error.contains("NOT as declared in value-chain"), "\(run.error)")
      #expect(fidelity["firstDifferingEdge"] as? String == "a → proxy → b")
    } else {
      #expect(run.status == 0, "\(run.error)")
      #expect(run.error.contains("checked what arrives: as declared in every arm"), "\(run.error)")
      // a, b and c of each request.
      #expect(fidelity["views"] as? Int == 3 * (fidelity["requests"] as? Int ?? 0))
    }
    try proxy.end()
  }

  /// Its instrumentation of aiohttp's server begins a span under what came and leaves the baggage behind.
  @Test(
    "a Python service with OpenTelemetry's own instrumentation between two services: the trace arrives whole, and baggage that it loses is named at its edge",
    .enabled(if: exists(python), "no Python environment: make test-deps"),
    arguments: ["tracecontext", "tracecontext,baggage"])
  func openTelemetry(propagator: String) throws {
    let (own, next) = (try LocalPort.free(), try LocalPort.free())
    let service = try Program(
      [Program.root.appending(path: "scripts/opentelemetry-service").path, "\(own)", "127.0.0.1:\(next)"],
      command: python)
    var isMissing = false
    try service.until("the service listens") {
      isMissing = service.error.contains("No module named")
      return isMissing || LocalPort.isOpen(own)
    }
    // PyPI could not be reached.
    if isMissing { return }
    let run = try TopologyRun(
      """
      version: 1
      entry: a
      defaults: {store: value-chain, propagator: "\(propagator)"}
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(own)", script: [call: b]}
        - {name: b, port: \(next)}
      """, ["--rounds", "1", "--passes", "fidelity"])
    let arms = run.document.list("fidelity")
    let fidelity = try #require(arms.first { !(($0["arm"] as? String) ?? "").hasPrefix("baseline") })
    if propagator.contains("baggage") {
      #expect(run.status == 1 && fidelity["firstDifferingEdge"] as? String == "a → theirs → b", "\(run.error)")
      #expect(fidelity["found"] as? String == "request-id absent")
    } else {
      #expect(fidelity["verdict"] as? String == "lost-as-declared", "\(run.error)")
      // a and b of each request: trace id, flags and tracestate, through another's hands.
      #expect(fidelity["views"] as? Int == 512 && fidelity["failed"] as? Int == 0)
    }
    // It would wait a minute for whoever is connected.
    service.signal(SIGKILL)
    _ = try service.wait()
  }

  @Test(
    "A server behind which nobody of ours is heard is no failure, and the report says what is unknown",
    .enabled(if: exists(Nginx.path), "nginx is missing"))
  func silent() throws {
    let server = try Nginx("location / { return 200; }")
    let run = try TopologyRun(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [call: theirs]}
        - {name: theirs, external: "127.0.0.1:\(server.port)", script: [call: b]}
        - {name: b, port: \(try LocalPort.free())}
      """, ["--strategies", "value-chain", "--rounds", "1", "--passes", "fidelity"])
    #expect(run.status == 0, "\(run.error)")
    let notes = try #require(run.document.root["notes"] as? [String])
    #expect(
      notes.contains("value-chain: no view came from b, behind an external service: what arrives there is unknown"),
      "\(notes)")
    try server.end()
  }
}
