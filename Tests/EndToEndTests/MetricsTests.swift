// Metrics of processes that run, die and are replaced, scraped meanwhile.

import Foundation
import Testing

@Suite("Metrics", .enabled(if: exists(curl), "curl is missing"))
struct MetricsTests {
  private let chain = """
    version: 1
    entry: a
    defaults: {strategy: map}
    services: [{name: a, script: [call: b]}, {name: b}]
    """

  @Test("`up` tells of every node what it counted, and goes on when one dies: it is down, and edges to it fail")
  func crash() throws {
    let up = try UpProgram(chain, ["--metrics", "0"])
    let url = try up.program.metricsURL()
    // From its first answer on a node is metered.
    try up.program.scrape(url, until: "both nodes are metered") {
      $0.has("ctxchain_metered_deliveries_total", "\"a\"") && $0.has("ctxchain_metered_deliveries_total", "\"b\"")
    }
    let (status, ledger) = try up.load(["--propagator", "json-map", "-n", "500"])
    #expect(status == 0, "\(ledger)")
    let whole = try up.program.scrape(url, until: "both nodes count and are metered") {
      $0.sum("ctxchain_deliveries_total") == 1000
        && $0.sum("ctxchain_metered_deliveries_total", "depth=\"2\"") == 1000
    }
    #expect(whole.sum("ctxchain_responses_total", "service=\"b\"", "strategy=\"map\"", "transport=\"frame\"") == 500)
    #expect(whole.sum("ctxchain_metered_allocations_total") > 1000)
    #expect(whole.sum("ctxchain_up") == 2 && whole.has("ctxchain_failed_calls_total", "caller=\"a\"", "callee=\"b\""))
    #expect(whole.series.keys.contains { $0.hasPrefix("ctxchain_build_info{") && $0.contains("command=\"up\"") })

    let victim = try #require(up.program.children.first { $0.name == "b" })
    kill(victim.pid, SIGKILL)
    let broken = try up.program.scrape(url, until: "b is down") { $0.sum("ctxchain_up", "service=\"b\"") == 0 }
    #expect(broken.sum("ctxchain_up", "service=\"a\"") == 1 && broken.fallen(since: whole).isEmpty)
    #expect(try up.load(["--propagator", "json-map", "-n", "20"]).status == 1)
    try up.program.scrape(url, until: "calls that fail") { $0.sum("ctxchain_failed_calls_total", "callee=\"b\"") == 20 }
    up.program.signal(SIGINT)
    #expect(try up.program.wait() == 1)
    #expect(up.program.error.contains("SIGKILL") && up.program.error.contains("b died before"), "\(up.program.error)")
    #expect(up.program.children.isEmpty)
  }

  @Test("What extraction drops is told by reason")
  func drops() throws {
    let up = try UpProgram(chain, ["--metrics", "0"])
    _ = try up.load(["--propagator", "tracecontext,baggage", "--field", "traceparent=bogus", "-n", "30"])
    try up.program.scrape(try up.program.metricsURL(), until: "30 drops") {
      $0.sum("ctxchain_extraction_drops_total", "reason=\"malformed-span-context\"") == 30
        && $0.sum("ctxchain_extraction_drops_total", "service=\"a\"") == 30
        && $0.sum("ctxchain_dropping_requests_total", "service=\"a\"") == 30
    }
    _ = try up.end()
  }

  @Test("A node by itself tells what it counts")
  func node() throws {
    let node = try Program(
      ["node", "--config", Program.root.appending(path: "docs/node.example.json").path, "--metrics", "127.0.0.1:0"])
    let url = try node.metricsURL()
    try node.until("the address") { node.out.contains("\n") }
    let address = try #require(node.out.split(separator: "\n").first?.split(separator: " ").last)
    #expect(try Program.run("load", String(address), "-n", "100", "--hops", "1").status == 0)
    let scrape = try node.scrape(url, until: "100 deliveries") { $0.sum("ctxchain_deliveries_total") == 100 }
    #expect(scrape.sum("ctxchain_up", "service=\"store\"", "strategy=\"value-chain\"") == 1)
    node.signal(SIGTERM)
    #expect(try node.wait() == 0)
  }

  @Test("`load` tells its ledger and its latencies while it runs, under labels of the user's own, whatever is in them")
  func load() throws {
    let up = try UpProgram(chain)
    let load = try Program([
      "load", up.address, "--duration", "10m", "-R", "200", "--metrics", "0", "--metrics-label",
      "strategy=a \"b\"\nc\\",
      "--metrics-label", "depth=2",
    ])
    let url = try load.metricsURL()
    let early = try load.scrape(url, until: "some requests") {
      $0.sum("ctxchain_client_latency_seconds_count", "phase=\"open\"") > 10
    }
    let labels = #"strategy="a \"b\"\nc\\",depth="2""#
    #expect(early.series.keys.allSatisfy { $0.contains(labels) })
    let late = try load.scrape(url, until: "more requests") {
      $0.sum("ctxchain_client_latency_seconds_count") > early.sum("ctxchain_client_latency_seconds_count")
    }
    #expect(late.fallen(since: early).isEmpty)
    #expect(late.sum("ctxchain_client_window_seconds_total") > 0)
    #expect(late.sum("ctxchain_client_requests_total", "outcome=\"completed\"") > 10)
    load.signal(SIGINT)
    _ = try load.wait()
    _ = try up.end()
  }

  @Test("`chain` tells of every strategy and depth, and no counter falls when new processes take the place of old ones")
  func rounds() throws {
    let program = try Program([
      "chain", "-n", "2", "--strategies", "baseline,packed", "--rounds", "3", "--passes", "counting", "--metrics", "0",
    ])
    let url = try program.metricsURL()
    var scrapes: [Scrape] = []
    try program.until("the run's end", seconds: 120) {
      guard let scrape = try? Scrape.of(url) else { return true }
      scrapes.append(scrape)
      return false
    }
    #expect(try program.wait() == 0, "\(program.error)")
    let last = try #require(scrapes.last)
    for (earlier, later) in zip(scrapes, scrapes.dropFirst()) { #expect(later.fallen(since: earlier).isEmpty) }
    for strategy in ["baseline", "packed", "baseline′"] {
      #expect(last.sum("ctxchain_deliveries_total", "strategy=\"\(strategy)\"", "service=\"s2\"") > 0, "\(strategy)")
      for depth in 1...2 {
        let parts = ("strategy=\"\(strategy)\"", "depth=\"\(depth)\"")
        #expect(last.sum("ctxchain_client_latency_seconds_count", parts.0, parts.1, "phase=\"closed\"") > 0, "\(parts)")
        #expect(last.sum("ctxchain_metered_deliveries_total", parts.0, parts.1) > 0, "\(parts)")
      }
    }
    #expect(last.series.count < 3000)
  }

  @Test("A port that is taken and an address that is another machine's are one line and status 1, of every command")
  func busy() throws {
    let up = try UpProgram(chain)
    let taken = up.address
    for arguments in [
      ["up", Program.root.appending(path: "topologies/chain-1.yaml").path], ["load", up.address],
      ["chain", "-n", "1", "--strategies", "packed", "--rounds", "1"],
      ["run", Program.root.appending(path: "topologies/chain-1.yaml").path, "--rounds", "1"],
      ["node", "--config", Program.root.appending(path: "docs/node.example.json").path],
    ] {
      for (address, problem) in [
        (taken, "\(taken): bind: Address already in use"), ("192.0.2.1:9", "192.0.2.1:9: bind: Cannot assign"),
      ] {
        let run = try Program.run(arguments + ["--metrics", address])
        #expect(run.status == 1, "\(arguments)")
        let lines = run.error.split(separator: "\n").filter { $0.contains("metrics: \(problem)") }
        #expect(lines.count == 1, "\(arguments): \(run.error)")
      }
    }
    _ = try up.end()
  }
}
