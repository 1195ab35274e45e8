import Report
import Results
import Statistics
import Testing

@Suite("What is compared by round")
struct RoundTableTests {
  static let arms = [RunSummaryTests.base, RunSummaryTests.control, RunSummaryTests.map]

  static func result(rounds: Int) -> RunResult {
    var result = ExampleRun.empty(rounds: rounds, depths: [1, 4], arms: arms)
    result.roundLatencies = []
    return result
  }

  static func latency(_ nanoseconds: Int64, _ count: UInt64) -> LatencySummary {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: nanoseconds, count: count)
    return LatencySummary(histogram)!
  }

  /// Open trials whose latency is `nanoseconds` at depth 1 and scatters by up to 2 % from round to round.
  static func withLatencies(rounds: Int, count: UInt64, map: Double) -> RunResult {
    var result = result(rounds: rounds)
    for round in 0..<rounds {
      for (place, arm) in arms.enumerated() {
        for depth in [1, 4] {
          var trial = RunSummaryTests.trial(arm, depth: depth, round: round, perSecond: 1_000, cpu: 1, phase: .open)
          trial.inFlight = nil
          result.trials += [trial, trial]
          var generator = SeededGenerator(seed: UInt64(round), stream: UInt64(place * 8 + depth))
          let scatter = 1 + 0.02 * (2 * generator.nextUnit() - 1)
          let value = 100_000 * Double(depth) * scatter * (arm.name == "map" ? map : 1)
          result.roundLatencies?.append(
            RoundLatency(round: round, arm: arm.name, depth: depth, responseTime: latency(Int64(value), count)))
        }
      }
    }
    return result
  }

  @Test("a P99 that is twice the baseline's in every round is a difference, one that is the same is none")
  func percentileVerdicts() throws {
    func row(_ map: Double) throws -> RunSummary.Row {
      let summary = RunSummary(Self.withLatencies(rounds: 12, count: 1_000, map: map))
      return try #require(summary.arm(named: "map")?.row(depth: 4))
    }
    let twice = try row(2)
    #expect(twice.p99Comparison?.verdict == .difference && twice.p50Comparison?.verdict == .difference)
    let effect = try #require(twice.p99Effect)
    #expect(effect.roundCount == 12 && abs(effect.effect - 2) < 0.1)
    let same = try row(1)
    #expect(same.p99Comparison?.verdict == .noDifferenceSeen && same.p50Comparison?.verdict == .noDifferenceSeen)
  }

  @Test("an arm whose P99 is a lower bound in every round is not seen to be faster, and text marks it")
  func lowerBounds() throws {
    var result = Self.withLatencies(rounds: 12, count: 1_000, map: 0.5)
    let faster = try #require(RunSummary(result).arm(named: "map")?.row(depth: 4))
    #expect(faster.p99Comparison?.verdict == .difference && faster.p99Effect?.effect ?? 1 < 0.9)
    for index in result.roundLatencies!.indices where result.roundLatencies![index].arm == "map" {
      result.roundLatencies![index].responseTime.unfinishedCount = 20
      result.roundLatencies![index].responseTime.leastUnfinished = result.roundLatencies![index].responseTime.p99
    }
    var open = LatencyHistogram()
    open.record(nanoseconds: 50_000, count: 980)
    open.recordUnfinished(nanoseconds: 70_000_000, count: 20)
    result.histograms = [MergedHistogram(arm: "map", depth: 4, phase: .open, responseTime: open)]
    let summary = RunSummary(result)
    let bounded = try #require(summary.arm(named: "map")?.row(depth: 4))
    #expect(bounded.p99Comparison?.verdict == .noDifferenceSeen && bounded.p99Effect?.effect == 1)
    #expect(bounded.leastUnfinished == 70_000_000)
    let text = TextReport.render(result)
    #expect(text.contains("≥70") && !text.contains("≥50"), "\(text)")
    #expect(MarkdownReport.render(result).contains("≥70"))
    #expect(NumberFiles.summary(result).contains(",70000000,"))
  }

  @Test("of two sides, a lower bound below the other is as good as equal, and what is known stays")
  func pairs() {
    func pair(_ left: Double, _ isLeftBound: Bool, _ right: Double, _ isRightBound: Bool) -> [Double] {
      let pair = BoundedValue.pair(
        BoundedValue(left, isLowerBound: isLeftBound), BoundedValue(right, isLowerBound: isRightBound))
      return [pair.reference, pair.value]
    }
    #expect(pair(1, false, 2, false) == [1, 2] && pair(2, false, 1, false) == [2, 1])
    #expect(pair(1, true, 2, false) == [2, 2] && pair(2, false, 1, true) == [2, 2])
    #expect(pair(2, true, 1, false) == [2, 1] && pair(1, false, 2, true) == [1, 2])
    #expect(pair(1, true, 2, true) == [2, 2])
  }

  @Test("rounds of less than 1000 requests have no P99 to compare, but a P50")
  func tooFew() throws {
    let result = Self.withLatencies(rounds: 12, count: 999, map: 2)
    let row = try #require(RunSummary(result).arm(named: "map")?.row(depth: 4))
    #expect(row.p99Comparison?.verdict == .tooFew && row.p99Effect == nil)
    #expect(row.p50Comparison?.verdict == .difference)
    #expect(TextReport.render(result).contains("n too small"))
  }

  @Test("a document without percentiles of rounds has those of a round's only trial, and none where it has two")
  func olderDocument() throws {
    var result = Self.result(rounds: 6)
    result.roundLatencies = nil
    for round in 0..<6 {
      for arm in [RunSummaryTests.base, RunSummaryTests.map] {
        var trial = RunSummaryTests.trial(arm, depth: 4, round: round, perSecond: 1, cpu: 1, phase: .open)
        trial.responseTime = Self.latency(arm.name == "map" ? 3_000 : 1_000, 1_000)
        result.trials += round == 5 ? [trial, trial] : [trial]
      }
    }
    let row = try #require(RunSummary(result).arm(named: "map")?.row(depth: 4))
    #expect(row.p99Effect?.roundCount == 5 && abs((row.p99Effect?.effect ?? 0) - 3) < 0.01)
  }

  // MARK: The reference

  /// A of 1000/s in 0.5 s and A′ of 200/s in 1.5 s, in the first of two rounds; in the second A alone.
  private static func measuredTwice() -> RunResult {
    var result = result(rounds: 2)
    let base = RunSummaryTests.trial(RunSummaryTests.base, depth: 4, round: 0, perSecond: 1_000, cpu: 4_000_000)
    var repeated = RunSummaryTests.trial(RunSummaryTests.control, depth: 4, round: 0, perSecond: 200, cpu: 3_600_000)
    repeated.windowNanoseconds = 1_500_000_000
    repeated.deliveries = 1_200
    var later = base
    later.round = 1
    result.trials = [
      base, repeated, later, RunSummaryTests.trial(RunSummaryTests.map, depth: 4, round: 0, perSecond: 100, cpu: 9),
    ]
    return result
  }

  @Test("an arm is held against all trials of the baseline and of the arm that repeats it, added up")
  func reference() {
    let table = RoundTable(Self.measuredTwice())
    func value(_ metric: Metric, for arm: String, round: Int = 0) -> Double? {
      table.reference(metric, for: arm, "baseline", depth: 4, round: round)?.value
    }
    // 500 and 300 completions in 2 s; 7.6 ms of CPU for 2000 and 1200 deliveries.
    #expect(value(.throughput, for: "map") == 400 && value(.cpuPerHop, for: "map") == 2_375)
    #expect(value(.cpuPerRequest, for: "map") == 9_500 && value(.secondsPerRequest, for: "map") == 1 / 400.0)
    // What repeats the baseline, and the baseline at another depth, are held against the baseline alone.
    for arm in ["baseline", "baseline′"] {
      #expect(value(.throughput, for: arm) == 1_000 && value(.cpuPerHop, for: arm) == 2_000)
    }
    #expect(value(.throughput, for: "map", round: 1) == 1_000, "A′ has no trial in this round")
    #expect(value(.throughput, for: "map", round: 2) == nil)
    let pairs = table.pairs(.throughput, arm: "map", depth: 4, against: ("baseline", 4))
    #expect(pairs.map(\.reference) == [400] && pairs.map(\.value) == [100])
    let noise = table.pairs(.throughput, arm: "baseline′", depth: 4, against: ("baseline", 4))
    #expect(noise.map(\.reference) == [1_000] && noise.map(\.value) == [200])
    #expect(table.values(.throughput, arm: "baseline", depth: 4) == [1_000, 1_000], "its own figures stay its own")
  }

  @Test("each concurrency has its own reference, and an arm that nothing repeats is one alone")
  func otherReferences() {
    var result = Self.measuredTwice()
    for index in 0..<2 {
      var trial = result.trials[index]
      (trial.phase, trial.inFlight, trial.throughput) = (.single, 1, trial.throughput / 10)
      result.trials.append(trial)
    }
    let one = Concurrency(inFlight: 1)
    func value(at concurrency: Concurrency?, _ reference: String = "baseline") -> Double? {
      RoundTable(result).reference(.throughput, for: "x", reference, depth: 4, round: 0, at: concurrency)?.value
    }
    #expect(value(at: nil) == 400 && value(at: one) == 40 && value(at: nil, "map") == 100)
    result.trials[1].superseded = true
    #expect(value(at: nil) == 1_000 && value(at: one) == 40)
    result.arms[1].controlOf = nil
    #expect(value(at: one) == 100)
  }

  @Test("a percentile is held against the baseline's own")
  func percentileReference() {
    var result = Self.measuredTwice()
    for (arm, nanoseconds) in [("baseline", 2_000), ("baseline′", 6_000)] as [(String, Int64)] {
      result.roundLatencies?.append(
        RoundLatency(round: 0, arm: arm, depth: 4, responseTime: Self.latency(nanoseconds, 1_000)))
    }
    let table = RoundTable(result)
    #expect(table.reference(.p99, for: "map", "baseline", depth: 4, round: 0)?.value == 2_000)
  }

  @Test("CPU per request is CPU per hop for so many deliveries as were counted, where these are whole numbers")
  func cpuPerRequest() {
    var result = Self.measuredTwice()
    // As the client counts it, which is not what the nodes' counters say: 500 completions, 2000 deliveries.
    for index in result.trials.indices { result.trials[index].throughput *= 1.1 }
    func value() -> [Double] {
      RoundTable(result).values(.cpuPerRequest, arm: "baseline", depth: 4).map { ($0 * 1e6).rounded() / 1e6 }
    }
    func counted(_ deliveries: [Double], arm: String = "baseline", depth: Int = 4) -> CountingPass {
      CountingPass(
        arm: arm, depth: depth, requests: 64, method: .mallocInterposition,
        nodes: deliveries.map { count in
          NodeCounts(
            service: "s", replica: 0, deliveriesPerRequest: count, allocationsPerRequest: nil,
            allocatedBytesPerRequest: nil, systemCallsPerRequest: nil, contextBytesInPerDelivery: 1,
            payloadBytesInPerDelivery: 1, contextKeysPerDelivery: 1)
        }, client: ClientCounts(allocationsPerRequest: nil))
    }
    let byCompletions = (4_000_000 / 550.0 * 1e6).rounded() / 1e6
    #expect(value() == [byCompletions, byCompletions], "nothing was counted")
    for other in [counted([1, 1], arm: "map"), counted([1, 1], depth: 1)] {
      result.counts = [other]
      #expect(value() == [byCompletions, byCompletions], "another arm, another depth")
    }
    result.counts = [counted([1, 2, 2, 0])]
    #expect(value() == [10_000, 10_000])
    result.counts = [counted([1, 1, 0.5])]
    #expect(value() == [byCompletions, byCompletions], "it depends on chance")
  }

  /// 64 in flight, where `map` costs nothing more, 1, where it costs twice as much, and 64 over 64, half as much again.
  static func withConcurrencies() -> RunResult {
    let many = Concurrency(inFlight: 64, connections: 64)
    var result = result(rounds: 10)
    for round in 0..<10 {
      for arm in arms {
        let scatter = 1 + 0.001 * Double((round * 3 + arm.name.utf8.count) % 5)
        let slow = arm.name == "map" ? 1.0 : 0
        for (concurrency, perSecond, cpu) in [
          (Concurrency(inFlight: 64), 1_000.0, 1_000.0), (Concurrency(inFlight: 1), 100, 5_000 * (1 + slow)),
          (many, 500, 3_000 * (1 + slow / 2)),
        ] {
          var trial = RunSummaryTests.trial(arm, depth: 4, round: round, perSecond: perSecond * scatter, cpu: 0)
          trial.phase = concurrency.inFlight == 1 ? .single : .closed
          trial.inFlight = concurrency.inFlight
          trial.connections = concurrency.connections
          trial.nodeCpuNanoseconds = Int64(cpu * scatter * Double(trial.deliveries))
          result.trials.append(trial)
        }
      }
    }
    return result
  }

  @Test("each concurrency has its own rounds and its own verdict, and none is in the headline's figures")
  func concurrencies() throws {
    let result = Self.withConcurrencies()
    let summary = RunSummary(result)
    let map = try #require(summary.arm(named: "map"))
    #expect(map.concurrencies.map(\.concurrency.name) == ["64", "1", "64x64"])
    #expect(map.concurrencies.map(\.cpuComparison?.verdict) == [.noDifferenceSeen, .difference, .difference])
    #expect(map.concurrencies.map(\.throughputComparison?.verdict) == Array(repeating: .noDifferenceSeen, count: 3))
    for (row, cpu) in zip(map.concurrencies, [1_000.0, 10_000, 4_500]) {
      #expect(abs(try #require(row.cpuPerHop).median / cpu - 1) < 0.01)
    }
    let headline = try #require(map.row(depth: 4))
    #expect(headline.cpuPerHop == map.concurrencies[0].cpuPerHop && headline.throughput?.count == 10)
    let text = TextReport.render(result)
    #expect(text.contains("By concurrency, at depth 4") && text.contains("64x64"))
  }

  @Test("the page has every concurrency's medians, bands and verdicts, and every slope")
  func page() throws {
    let reader = PageReader(html: ReportPage(Self.withConcurrencies()).html)
    let summary = RunSummary(Self.withConcurrencies())
    let rows = try reader.table("figure-concurrency-cpu").rows
    #expect(rows.count == 9)
    for row in rows {
      let own = summary.arm(named: row[0])?.concurrencies.first { $0.concurrency.name == row[1] }
      let cpu = try #require(own?.cpuPerHop)
      #expect(row[2] == (own?.cpuComparison?.verdict.rawValue ?? "–") && row[6] == "10")
      for (text, value) in zip(row[3...], [cpu.median, cpu.range.lowerBound, cpu.range.upperBound]) {
        #expect(Double(text) == value)
      }
    }
    #expect(try reader.table("figure-concurrency-throughput").rows.count == 9)
    let slopes = RunSummary(Self.withLatencies(rounds: 8, count: 1_000, map: 1.5))
    let slopeRows = try PageReader(html: ReportPage(Self.withLatencies(rounds: 8, count: 1_000, map: 1.5)).html)
      .table("figure-slopes").rows
    let map = try #require(slopeRows.first { $0[0] == "map" && $0[1] == "p99_ns" })
    let fit = try #require(slopes.arm(named: "map")?.fits[.p99])
    #expect(
      map[2...4].map { Double($0) } == [fit.line.slope, fit.slopeInterval?.lowerBound, fit.slopeInterval?.upperBound])
  }

  @Test("what nodes did is told of the headline's trials alone")
  func nodes() throws {
    let result = ExampleRun.typical(rounds: 2, depths: [1, 3])
    let figures = try #require(NodeFigures(result))
    let topology = try PageReader(html: ReportPage(result).html).table("figure-topology").rows
    var more = result
    for trial in result.trials {
      for (inFlight, connections) in [(64, 64), (16, 1)] {
        var other = trial
        (other.inFlight, other.connections) = (inFlight, connections)
        for index in other.nodes.indices { other.nodes[index].cpuNanoseconds *= Int64(3 + 50 * index) }
        more.trials.append(other)
      }
    }
    #expect(NodeFigures(more)?.rows == figures.rows)
    #expect(try PageReader(html: ReportPage(more).html).table("figure-topology").rows == topology)
  }

  @Test("P50, P99 and allocations grow by the slope they were made with")
  func slopes() throws {
    var result = Self.withLatencies(rounds: 8, count: 1_000, map: 1.5)
    for depth in [1, 4] {
      let nodes = (1...depth).map { place in
        NodeCounts(
          service: "s\(place)", replica: 0, deliveriesPerRequest: 1, allocationsPerRequest: 17,
          allocatedBytesPerRequest: 1, systemCallsPerRequest: 1, contextBytesInPerDelivery: 1,
          payloadBytesInPerDelivery: 1, contextKeysPerDelivery: 1)
      }
      result.counts.append(
        CountingPass(
          arm: "map", depth: depth, requests: 9, method: .mallocInterposition, nodes: nodes,
          client: ClientCounts(allocationsPerRequest: nil)))
    }
    let summary = RunSummary(result)
    let map = try #require(summary.arm(named: "map"))
    for fit in [map.fits[.p50], map.fits[.p99]] {
      let fit = try #require(fit)
      #expect(abs(fit.line.slope / 150_000 - 1) < 0.05 && fit.roundCount == 8 && fit.slopeInterval != nil)
    }
    #expect(map.fits[.allocations]?.line.slope == 17 && map.fits[.allocations]?.slopeInterval == nil)
    let lines = NumberFiles.slopes(summary).split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines.contains { $0[0] == "map" && $0[1] == "allocations_per_request" && $0[2] == "17" })
    #expect(lines.contains { $0[0] == "map" && $0[1] == "p99_ns" && $0.last == "8" })
  }

  @Test("where no round has requests enough, the line is fitted to all rounds merged, without an interval")
  func mergedSlopes() throws {
    var result = Self.withLatencies(rounds: 8, count: 999, map: 1)
    for depth in [1, 4] {
      var histogram = LatencyHistogram()
      histogram.record(nanoseconds: 20_000 * Int64(depth), count: 8 * 999)
      result.histograms.append(MergedHistogram(arm: "map", depth: depth, phase: .open, responseTime: histogram))
    }
    let map = try #require(RunSummary(result).arm(named: "map"))
    let fit = try #require(map.fits[.p99])
    #expect(abs(fit.line.slope / 20_000 - 1) < 0.01 && fit.roundCount == 1 && fit.slopeInterval == nil)
    #expect(map.fits[.p50]?.roundCount == 8)
  }
}
