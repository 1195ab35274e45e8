import Control
import Metrics
import Propagation
import Statistics
import Testing
import Topology
import TransportMessages

@Suite("The text of a scrape")
struct ExpositionTests {
  @Test("escapes quotes, backslashes and line feeds of values, and leaves every other byte as it is")
  func escaping() {
    let registry = MetricsRegistry(command: "say \"hi\"\n\\ \r\n tab\té{},=", version: "")
    #expect(
      registry.text().hasPrefix(
        """
        # HELP ctxchain_build_info The program that answers, and the command that it runs.
        # TYPE ctxchain_build_info gauge
        ctxchain_build_info{command="say \\"hi\\"\\n\\\\ \r\\n tab\té{},="} 1

        """))
  }

  @Test("has the user's labels on every series, in place of those of the same name")
  func constants() {
    let registry = MetricsRegistry(command: "load", version: "1")
    registry.add(TrialProgress(), .closed)
    let text = registry.text([MetricLabel("strategy", "my \"own\""), MetricLabel("run", "a\nb")])
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.contains(#"strategy="my \"own\"",run="a\nb"}"#), "\(line)")
      #expect(!line.contains("packed"))
    }
  }

  @Test("writes nanoseconds as seconds without rounding")
  func seconds() {
    let registry = MetricsRegistry(command: "load", version: "1")
    for (nanoseconds, text) in [
      (0, "0"), (1, "0.000000001"), (999_999_999, "1"), (1_500_000_000, "2.5"), (7_500_011_892, "10.000011892"),
    ] {
      var progress = TrialProgress()
      progress.windowNanoseconds = Int64(nanoseconds)
      registry.add(progress, .closed)
      let line = registry.text().split(separator: "\n").first { $0.hasPrefix("ctxchain_client_window_seconds_total") }
      #expect(line?.hasSuffix("} \(text)") == true, "\(line ?? "")")
    }
  }

  @Test("every family has one HELP and one TYPE before its samples, which stand together and are each there once")
  func families() {
    let registry = MetricsRegistry(command: "up", version: "1")
    let pages = [OwnPage(), OwnPage()]
    for (page, name) in zip(pages, ["a", "b"]) {
      page.pointer.pointee.faultsByReason[3] = 1
      page.pointer.pointee.refusalsByReason[2] = 1
      _ = registry.add(.of(name), callees: ["b", "c"], pages: [page.pointer])
    }
    registry.add(TrialProgress(), .closed)
    var progress = TrialProgress()
    progress.latency = LatencyBuckets()
    progress.failures = [FailureCount(reason: "timed out", requests: 2)]
    registry.set(running: progress, .closed)
    registry.add(
      CostTotals(deliveries: 1, allocations: 2, allocatedSize: 3, systemCalls: 4),
      CostLabels(node: .of("a"), depth: 3))
    var seen: Set<Substring> = []
    var family: Substring = ""
    var samples: Set<Substring> = []
    for line in registry.text().split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# HELP ") {
        #expect(seen.insert(words[2]).inserted, "\(line)")
        family = words[2]
        #expect(family.hasPrefix("ctxchain_"))
      } else if line.hasPrefix("# TYPE ") {
        #expect(words[2] == family && (words[3] == "counter") == family.hasSuffix("_total"), "\(line)")
      } else {
        let name = line.prefix { $0 != "{" && $0 != " " }
        #expect(name == family || ["_bucket", "_sum", "_count"].contains { name == family + $0 }, "\(line)")
        #expect(samples.insert(line[..<line.lastIndex(of: " ")!]).inserted, "\(line)")
      }
    }
    #expect(seen.count > 30)
  }

  @Test("every word of a node's page is in the text, or is named among those that are not, with the reason")
  func everyWord() {
    let page = OwnPage()
    let registry = MetricsRegistry(command: "up", version: "1")
    // Enough callees that every place of the page has one.
    let callees = (0..<CounterPage.edgeCountMax).map { "c\($0)" }
    _ = registry.add(.of("a"), callees: callees, pages: [page.pointer])
    let none = registry.text()
    let size = MemoryLayout<UInt64>.size
    let words = UnsafeMutableRawPointer(page.pointer).bindMemory(
      to: UInt64.self, capacity: MemoryLayout<CounterPage>.size / size)
    var silent: [Int] = []
    for index in 0..<MemoryLayout<CounterPage>.size / size {
      words[index] = 1
      if registry.text() == none { silent.append(index * size) }
      words[index] = 0
    }
    for (offset, name, reason) in NodeWord.unexported { #expect(offset != nil && !reason.isEmpty, "\(name)") }
    // Behind the reasons that there are, their lists have places that nothing counts in.
    func places(_ list: PartialKeyPath<CounterPage>, _ used: Int, of count: Int) -> [Int] {
      (used..<count).map { MemoryLayout<CounterPage>.offset(of: list)! + $0 * size }
    }
    let page0 = CounterPage()
    let empty =
      places(\.faultsByReason, TransportFault.allCases.count, of: page0.faultsByReason.count)
      + places(\.refusalsByReason, GatewayRefusal.allCases.count, of: page0.refusalsByReason.count)
      + places(
        \.extractionDropsByReason, ExtractionDrops.reasons.count + 1, of: page0.extractionDropsByReason.count)
    #expect(Set(silent) == Set(NodeWord.unexported.compactMap(\.offset) + empty))
  }
}

@Suite("Buckets of latency")
struct LatencyBucketTests {
  @Test("have bounds from 10 µs to 10.5 s whose ratio is the fourth root of two")
  func bounds() {
    let bounds = LatencyBuckets.bounds
    #expect(bounds.count == 81 && bounds.first == 10_000 && bounds.last == 10_485_760_000)
    for (low, high) in zip(bounds, bounds.dropFirst()) {
      #expect(abs(Double(high) / Double(low) - 1.189_207_115) < 1e-4)
    }
  }

  @Test("hold every value of a histogram once, at most 0.1 % beside its place")
  func counting() {
    var histogram = LatencyHistogram()
    let values: [Int64] = [0, 1, 9_999, 10_000, 15_000, 1_000_000, 2_000_000_000, 60_000_000_000]
    for (index, value) in values.enumerated() { histogram.record(nanoseconds: value, count: UInt64(index + 1)) }
    let buckets = LatencyBuckets(histogram)
    #expect(buckets.counts.reduce(0, +) == histogram.count)
    #expect(buckets.counts.first == 10 && buckets.counts.last == 8)
    for (index, bound) in LatencyBuckets.bounds.enumerated() {
      let below = buckets.counts[...index].reduce(0, +)
      let least = values.enumerated().filter { Double($1) <= Double(bound) }.map { UInt64($0.offset + 1) }.reduce(0, +)
      let most = values.enumerated().filter { Double($1) <= Double(bound) * 1.001 }.map { UInt64($0.offset + 1) }
        .reduce(0, +)
      #expect((least...most).contains(below), "\(bound)")
    }
    let sum = values.enumerated().reduce(0.0) { $0 + Double($1.element) * Double($1.offset + 1) }
    #expect(abs(buckets.sumNanoseconds / sum - 1) < 0.001)
  }

  @Test("are cumulative and never fall in the text, and end with the count of all")
  func cumulative() throws {
    let registry = MetricsRegistry(command: "load", version: "1")
    var histogram = LatencyHistogram()
    var random = SeededGenerator(seed: 7)
    for _ in 0..<1000 { histogram.record(nanoseconds: Int64(random.next() % 20_000_000_000)) }
    var progress = TrialProgress()
    progress.latency = LatencyBuckets(histogram)
    registry.add(progress, .closed)
    registry.add(progress, .closed)
    let counts = registry.text().split(separator: "\n").filter { $0.contains("_bucket{") }
      .compactMap { UInt64($0.split(separator: " ").last!) }
    #expect(counts.count == 82 && counts.last == 2000)
    #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(registry.value("ctxchain_client_latency_seconds_count") == 2000)
  }
}
