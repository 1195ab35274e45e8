import Foundation
import Report
import Results
import Statistics
import Testing
import Topology

/// Every figure of the page is held against the result itself, by formulas written out here.
@Suite("The page")
struct ReportPageTests {
  static let examples: [@Sendable () -> RunResult] = [
    { ExampleRun.withOpenTrials(rounds: 3) }, { ExampleRun.withOpenTrials(rounds: 8, depths: [1, 2, 5]) },
    { ExampleRun.withOpenTrials(rounds: 7, depths: [3], kinds: [ExampleRun.kinds[0], ExampleRun.kinds[2]]) },
  ]

  /// Made once: three pages for all tests.
  private static let pages = examples.map { PageReader(html: ReportPage($0()).html) }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int64(value)) : String(value)
  }

  /// As it must read: the value, and the range or, from 6 rounds on, the sign test's interval.
  private func cells(_ value: Double, _ rounds: [Double]) -> [String] {
    guard rounds.count > 1 else { return [number(value), "–", "–", "\(rounds.count)"] }
    let rank = [6: 1, 7: 1, 8: 1][rounds.count] ?? 1
    let sorted = rounds.sorted()
    return [number(value), number(sorted[rank - 1]), number(sorted[sorted.count - rank]), "\(rounds.count)"]
  }

  /// The same of differences by round: the signed-rank test's interval.
  private func cells(ofDifferences rounds: [Double]) throws -> [String] {
    let ends = try #require(ByHand.ends(rounds))
    return [try #require(ByHand.estimate(rounds)), ends.low, ends.high].map(number) + ["\(rounds.count)"]
  }

  private func trials(_ result: RunResult, _ phase: Trial.Phase, _ row: [String]) -> [Trial] {
    result.trials.filter { $0.phase == phase && $0.arm == row[0] && "\($0.depth)" == row[1] && !$0.superseded }
      .sorted { $0.round < $1.round }
  }

  @Test("has the throughput and CPU of the closed-loop trials", arguments: examples.indices)
  func closedLoop(example: Int) throws {
    let result = Self.examples[example]()
    let page = Self.pages[example]
    let formulas: [(id: String, value: (Trial) -> Double)] = [
      ("figure-throughput", { $0.throughput }),
      ("figure-cpu-per-hop", { ByHand.cpuPerHop([$0]) }),
      ("figure-cpu-per-request", { ByHand.cpuPerRequest(result, [$0]) }),
    ]
    for (id, value) in formulas {
      let rows = try page.table(id).rows
      #expect(rows.count == result.arms.count * result.settings.depths.count)
      for row in rows {
        let rounds = trials(result, .closed, row).map(value)
        #expect(Array(row.dropFirst(2)) == cells(try #require(ByHand.median(rounds)), rounds), "\(id) \(row)")
      }
    }
  }

  @Test("has the percentiles of the merged histograms, in the band of the trials' own", arguments: examples.indices)
  func openLoop(example: Int) throws {
    let result = Self.examples[example]()
    let page = Self.pages[example]
    for (id, percentile, ofTrial) in [
      ("figure-p50", 50.0, { (summary: LatencySummary) in summary.p50 }),
      ("figure-p99", 99.0, { (summary: LatencySummary) in summary.p99 }),
    ] {
      let rows = try page.table(id).rows
      #expect(rows.count == result.arms.count * result.settings.depths.count)
      for row in rows {
        let merged = try #require(
          result.histograms.first { $0.phase == .open && $0.arm == row[0] && "\($0.depth)" == row[1] })
        let rounds = trials(result, .open, row).compactMap(\.responseTime).map { Double(ofTrial($0)) }
        let value = Double(merged.responseTime.percentile(percentile))
        #expect(Array(row.dropFirst(2)) == cells(value, rounds), "\(id) \(row)")
      }
    }
  }

  @Test("has the counts of the counting pass", arguments: examples.indices)
  func counts(example: Int) throws {
    let result = Self.examples[example]()
    let page = Self.pages[example]
    for row in try page.table("figure-allocations").rows {
      let pass = try #require(result.counts.first { $0.arm == row[0] && "\($0.depth)" == row[1] })
      #expect(row[2] == number(pass.nodes.reduce(0) { $0 + ($1.allocationsPerRequest ?? .nan) }))
    }
    for row in try page.table("figure-context-bytes-per-hop").rows {
      let bytes = try #require(result.hopBytes.first { $0.arm == row[0] && "\($0.depth)" == row[1] })
      #expect(row[2] == number(bytes.contextBytesPerHop))
    }
  }

  @Test("has what each strategy adds, round by round against all trials of the baseline", arguments: examples.indices)
  func added(example: Int) throws {
    let result = Self.examples[example]()
    let depth = result.settings.depths.last ?? 0
    let page = Self.pages[example]
    for (id, rounds) in [("figure-added-cpu", ByHand.addedPerHop), ("figure-drop", ByHand.drops)] {
      let rows = try page.table(id).rows
      #expect(rows.map { $0[0] } == result.arms.map(\.name).filter { $0 != "baseline" })
      for row in rows {
        #expect(try Array(row.dropFirst(2)) == cells(ofDifferences: rounds(result, row[0], depth)), "\(id) \(row)")
      }
    }
  }

  @Test("has three signs of decay, divided by their limits", arguments: [0, 1])
  func thresholds(example: Int) throws {
    let result = Self.examples[example]()
    let page = Self.pages[example]
    func p99(_ arm: String, _ depth: String) -> Double {
      let found = result.histograms.first { $0.phase == .open && $0.arm == arm && "\($0.depth)" == depth }
      return Double(found?.responseTime.percentile(99) ?? 0)
    }
    func allocations(_ arm: String, _ depth: String) -> Double {
      let nodes = result.counts.first { $0.arm == arm && "\($0.depth)" == depth }?.nodes ?? []
      return nodes.reduce(0) { $0 + ($1.allocationsPerRequest ?? 0) } / Double(nodes.count)
    }
    for row in try page.table("figure-thresholds").rows {
      let (arm, depth) = (row[0], row[1])
      if arm == "baseline" {
        #expect(row[2] == "–" && row[3] == "–")
      } else {
        let drops = ByHand.drops(result, arm, try #require(Int(depth)))
        let drop = try #require(ByHand.estimate(drops))
        #expect(row[2] == number(drop) && row[3] == number(drop / 0.15))
      }
      let growth = p99(arm, depth) / p99(arm, "1")
      #expect(row[4] == number(growth) && row[5] == number(growth / 2.5))
      let (here, first) = (allocations(arm, depth), allocations(arm, "1"))
      let grown = here == first ? 1 : here / first
      #expect(row[6] == number(grown) && row[7] == number(grown / 4.5), "\(row)")
    }
  }

  @Test("has the latency at every percentile that it draws", arguments: examples.indices)
  func percentiles(example: Int) throws {
    let result = Self.examples[example]()
    let table = try Self.pages[example].table("figure-percentiles")
    let depth = result.settings.depths.last
    #expect(table.columns.count == result.arms.count + 2)
    for row in table.rows.dropLast() {
      let percentile = try #require(Double(row[0]))
      #expect(abs(1 / (1 - percentile / 100) / (Double(row[1]) ?? 0) - 1) < 1e-6)
      for (column, cell) in zip(table.columns, row).dropFirst(2) where cell != "–" {
        let histogram = try #require(
          result.histograms.first { "\($0.arm), ns" == column && $0.phase == .open && $0.depth == depth })
        #expect(cell == "\(histogram.responseTime.percentile(percentile))")
      }
    }
  }

  @Test("has each service's share of the CPU time", arguments: examples.indices)
  func shares(example: Int) throws {
    let result = Self.examples[example]()
    let rows = try Self.pages[example].table("figure-topology").rows
    #expect(rows.count == result.topology.services.count * result.arms.count)
    for row in rows {
      let nodes = trials(result, .closed, [row[1], "\(result.settings.depths.last ?? 0)"]).flatMap(\.nodes)
      let amount = nodes.filter { $0.service == row[0] }.reduce(0) { $0 + $1.cpuNanoseconds }
      let sum = nodes.reduce(0) { $0 + $1.cpuNanoseconds }
      #expect(row[2] == "\(amount)" && row[3] == number(Double(amount) / Double(sum)))
    }
  }

  @Test(
    "draws 16 services with every arm, 150 with one, and more only as a table",
    arguments: [(16, 3, true), (17, 1, true), (150, 1, true), (151, 0, false)])
  func largeTopologies(serviceCount: Int, armCount: Int, isDrawn: Bool) throws {
    var result = ExampleRun.typical(rounds: 1, depths: [2], kinds: Array(ExampleRun.kinds[0..<3]))
    result.topology = ExampleRun.chain(serviceCount)
    let page = PageReader(html: ReportPage(result).html)
    let figure = try page.figure("figure-topology")
    #expect(figure.contains("<svg") == isDrawn)
    #expect(figure.ranges(of: /class="service"/).count == (isDrawn ? serviceCount : 0))
    #expect(figure.ranges(of: /class="share"/).count == serviceCount * armCount)
    #expect(try page.table("figure-topology").rows.count == 6)
  }

  @Test("has the verdict, the finding, the settings and what each arm lost")
  func words() throws {
    let html = ReportPage(TextReportTests.troubled()).html
    let text = PageReader.unescaped(html)
    for part in [
      "Invalid", "interrupted after 2 of 5 rounds", "killed by SIGKILL", "not steady after the warm-up",
      "unbalanced: 1 ledger", "the host took 3.1 %", "map did not carry the context as declared", "Trust: suspect.",
      "user, tenant", "first differs at gateway → cart", ">seed<", ">42<",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test("is whole and says so when nothing was measured, and for a graph of one depth")
  func sparse() throws {
    let nothing = ReportPage(ExampleRun.sparse()).html
    #expect(nothing.contains("Nothing was measured") && nothing.contains("Found nothing: no trial was measured."))
    let graph = ReportPage(TextReportTests.graph()).html
    #expect(graph.contains("All arms side by side") && !graph.contains("figure-thresholds"))
    for html in [nothing, graph, ReportPage(ExampleRun.full()).html] { try expectWhole(html) }
  }

  @Test("obeys nothing that the result says, and loads nothing")
  func hostile() throws {
    let html = ReportPage(ExampleRun.hostile()).html
    try expectWhole(html)
    #expect(html.ranges(of: "<script").count == 1 && html.contains("&lt;script&gt;"))
    #expect(html.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
    let loads = html.ranges(
      of: /(?i)(?:src|srcset|action|xlink:href)=|@import|url\((?!#)|<(?:iframe|object|embed|img|base)\b/)
    #expect(loads.isEmpty)
    for link in html.matches(of: /href="([^"]*)"/) {
      let link = String(link.1)
      let isFile = ReportFolder(ExampleRun.sparse(), document: []).files.contains { $0.name == link }
      #expect(link.hasPrefix("data:") || link.wholeMatch(of: /#[a-z-]+/) != nil || isFile, "\(link)")
    }
    #expect(html.contains("default-src 'none'") || html.contains("default-src &#39;none&#39;"))
  }

  /// Every element that is opened is closed, in order, and no coordinate is not a number.
  private func expectWhole(_ html: String) throws {
    var open: [Substring] = []
    for tag in html.matches(of: /<(\/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s[^>]*)?>/) {
      let name = tag.2
      if ["meta", "link", "input", "br"].contains(name) { continue }
      if tag.1.isEmpty {
        open.append(name)
      } else {
        #expect(open.popLast() == name)
      }
    }
    #expect(open.isEmpty)
    let coordinates = html.matches(of: /<(?:path|line|circle|rect|text|svg) [^>]*>/)
    #expect(coordinates.allSatisfy { !$0.output.contains("nan") && !$0.output.contains("inf") })
  }
}
