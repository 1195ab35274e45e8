// Debian's Prometheus and promtool over what this program serves, and over the rules and the dashboard that come with it.

import Foundation
import Testing

private let folder = Program.root.appending(path: ".build/prometheus/usr/bin").path
private let promtool = folder + "/promtool"
private let shipped = Program.root.appending(path: "prometheus").path

/// A Prometheus of the test's own, in the foreground, that scrapes and evaluates once a second.
private final class Prometheus {
  static let path = folder + "/prometheus"

  let port: UInt16
  let program: Program
  private let place: String

  init(targets: [String]) throws {
    port = try LocalPort.free()
    place = FileManager.default.temporaryDirectory.appending(path: "prometheus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let list = targets.map { "\"\($0)\"" }.joined(separator: ", ")
    try """
    global: {scrape_interval: 1s, evaluation_interval: 1s}
    rule_files: ["\(shipped)/rules.yaml"]
    scrape_configs: [{job_name: ctxchain, static_configs: [{targets: [\(list)]}]}]
    """.write(toFile: place + "/prometheus.yaml", atomically: true, encoding: .utf8)
    program = try Program(
      [
        "--config.file=\(place)/prometheus.yaml", "--storage.tsdb.path=\(place)/data",
        "--web.listen-address=127.0.0.1:\(port)",
      ], command: Self.path)
    let port = port
    try program.until("Prometheus listens", seconds: 60) { LocalPort.isOpen(port) }
  }

  deinit {
    program.signal(SIGTERM)
    _ = try? program.wait()
    try? FileManager.default.removeItem(atPath: place)
  }

  /// What it answers, as far as it does.
  func get(_ path: String, _ arguments: [String] = []) throws -> [String: Any] {
    let run = try Program(["-sG", "http://127.0.0.1:\(port)/api/v1/\(path)"] + arguments, command: curl)
    _ = try run.wait()
    let answer = try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any]
    return try #require(answer, "\(run.out)")
  }

  /// Series of an expression; nil when it is none.
  func count(_ expression: String) throws -> Int? {
    let answer = try get("query", ["--data-urlencode", "query=\(expression)"])
    guard answer["status"] as? String == "success" else { return nil }
    return ((answer["data"] as? [String: Any])?["result"] as? [Any])?.count
  }

  var rules: [[String: Any]] {
    get throws {
      let data = try get("rules")["data"] as? [String: Any]
      return (data?["groups"] as? [[String: Any]] ?? []).flatMap { $0["rules"] as? [[String: Any]] ?? [] }
    }
  }
}

@Suite(
  "Prometheus",
  .enabled(if: exists(Prometheus.path) && exists(promtool) && exists(curl), "prometheus or curl is missing"))
struct PrometheusTests {
  private func chain(_ depth: Int) -> String {
    let services = (1...depth).map { $0 < depth ? "{name: s\($0), script: [call: s\($0 + 1)]}" : "{name: s\($0)}" }
    return """
      version: 1
      entry: s1
      defaults: {strategy: map}
      services: [\(services.joined(separator: ", "))]
      """
  }

  private func promtool(_ arguments: String...) throws -> (status: Int32, text: String) {
    let run = try Program(arguments, command: folder + "/promtool")
    return (try run.wait(), run.out + run.error)
  }

  @Test("promtool takes the rules and the example of a configuration, and the rules do what their tests say")
  func shippedFiles() throws {
    for arguments in [
      ["check", "rules", shipped + "/rules.yaml"], ["check", "config", shipped + "/prometheus.yaml"],
      ["test", "rules", shipped + "/rules-test.yaml"],
    ] {
      let (status, text) = try promtool(arguments[0], arguments[1], arguments[2])
      #expect(status == 0 && text.contains("SUCCESS"), "\(text)")
    }
  }

  @Test("promtool finds nothing wrong with what `up` and `load` serve")
  func lint() throws {
    let up = try UpProgram(chain(2), ["--metrics", "0"])
    let load = try Program([
      "load", up.address, "--propagator", "json-map", "-R", "100", "--duration", "10m", "--metrics", "0",
      "--metrics-label", "strategy=a \"b\"\nc\\",
    ])
    let urls = [try up.program.metricsURL(), try load.metricsURL()]
    try load.scrape(urls[1], until: "latencies") { $0.sum("ctxchain_client_latency_seconds_count") > 0 }
    for url in urls {
      let check = try Program(["-c", "\(curl) -sf \(url) | \(folder)/promtool check metrics"], command: "/bin/sh")
      #expect(try check.wait() == 0, "\(url): \(check.out)\(check.error)")
      #expect(check.out.isEmpty && check.error.isEmpty, "\(check.out)\(check.error)")
    }
    load.signal(SIGINT)
    _ = try load.wait()
    _ = try up.end()
  }

  @Test("A Prometheus evaluates every rule and every expression of the dashboard without an error, and finds data")
  func evaluates() throws {
    let python = Program.root.appending(path: ".build/grafana-venv/bin/python").path
    let check = try Program(
      [Program.root.appending(path: "scripts/check-dashboard").path, shipped + "/dashboard.json"],
      command: exists(python) ? python : "/usr/bin/python3")
    // 3: without grafana-foundation-sdk, whose reading is one check more.
    #expect(try check.wait() == (exists(python) ? 0 : 3), "\(check.error)")
    let expressions = check.out.split(separator: "\n").map(String.init)
    #expect(expressions.count > 10)

    let ups = try [1, 2].map { try UpProgram(chain($0), ["--metrics", "0"]) }
    let loads = try [("baseline", 1), ("map", 1), ("baseline", 2), ("map", 2)].map { strategy, depth in
      try Program([
        "load", ups[depth - 1].address, "--propagator", "json-map", "-R", "50", "--duration", "10m", "--metrics", "0",
        "--metrics-label", "strategy=\(strategy)", "--metrics-label", "depth=\(depth)",
      ])
    }
    let targets = try (ups.map(\.program) + loads).map {
      try $0.metricsURL().replacing("http://", with: "").replacing("/metrics", with: "")
    }
    let prometheus = try Prometheus(targets: targets)
    // Nothing fails here, and without a failure there is no reason.
    let mayBeEmpty = ["sum by (strategy, reason) (rate(ctxchain_client_failures_total[1m]))"]
    var missing: [String] = []
    try prometheus.program.until("data of every expression and rule", seconds: 120) {
      usleep(500_000)
      let records = ((try? prometheus.rules) ?? []).filter { $0["type"] as? String == "recording" }
      missing = (expressions + records.compactMap { $0["name"] as? String })
        .filter { !mayBeEmpty.contains($0) && ((try? prometheus.count($0)) ?? 0) == 0 }
      return records.count >= 10 && missing.isEmpty
    }
    #expect(missing.isEmpty)
    for expression in mayBeEmpty { #expect(try prometheus.count(expression) != nil, "\(expression)") }
    let rules = try prometheus.rules
    #expect(rules.count { $0["type"] as? String == "alerting" } == 6)
    for rule in rules {
      #expect(rule["health"] as? String == "ok" && rule["lastError"] == nil, "\(rule)")
    }
    #expect(try prometheus.count("up == 1") == targets.count)
    for load in loads {
      load.signal(SIGINT)
      _ = try load.wait()
    }
    for up in ups { _ = try up.end() }
  }
}
