import Foundation
import Report
import Results
import Statistics
import Testing

@Suite("Comparisons of two arms")
struct ComparisonDocumentTests {
  private static let timed = Metric.compared.filter { !$0.isExact }

  private func metrics(_ effect: MadeUpEffect, rounds: Int) -> [Metric: MetricComparison] {
    let comparison = ComparisonExample.compared(ComparisonExample.run(effect, rounds: rounds)).comparisons[0]
    return Dictionary(uniqueKeysWithValues: comparison.metrics.map { ($0.metric, $0) })
  }

  @Test("compare every metric once, in order")
  func everyMetric() {
    let comparison = ComparisonExample.compared(ComparisonExample.run(MadeUpEffect(), rounds: 2)).comparisons[0]
    #expect(comparison.metrics.map(\.metric) == Metric.compared)
    #expect(comparison.rounds == 2 && comparison.invalidTrials == 0)
    #expect(comparison.metrics.allSatisfy { ($0.rounds == nil) == $0.metric.isExact })
  }

  @Test(
    "say what the rounds allow",
    arguments: [
      // CPU per hop has half of α, which is enough with 7 rounds; it leaves seven others, which take 9 at once.
      (1, .rangeOnly, .rangeOnly), (5, .rangeOnly, .rangeOnly), (6, .indicated, .indicated),
      (7, .difference, .indicated), (8, .difference, .indicated), (9, .difference, .difference),
      (12, .difference, .difference),
    ]
      as [(Int, MetricComparison.Verdict, MetricComparison.Verdict)])
  func words(rounds: Int, first: MetricComparison.Verdict, others: MetricComparison.Verdict) {
    for (metric, seen) in metrics(MadeUpEffect(cpu: 2, latency: 2), rounds: rounds) where !metric.isExact {
      let isFirst = [.cpuPerHop, .cpuPerRequest].contains(metric)
      #expect(seen.verdict == (isFirst ? first : others), "\(metric)")
      #expect(seen.rounds == rounds && (seen.interval == nil) == (rounds == 1))
    }
  }

  @Test("find an effect of its size, in its direction, within its interval and beyond the noise")
  func effects() throws {
    let seen = metrics(MadeUpEffect(cpu: 1.5, latency: 0.5), rounds: 12)
    let expected: [Metric: Double] = [
      .cpuPerHop: 1.5, .cpuPerRequest: 1.5, .throughput: 1 / 1.5, .cpuPerHopOpen: 1.5, .p50: 0.5, .p99: 0.5,
      .cpuPerHopAtOne: 1.5, .cpuPerRequestAtOne: 1.5, .throughputAtOne: 1 / 1.5, .p50AtOne: 0.5,
    ]
    #expect(Set(expected.keys) == Set(Self.timed))
    for (metric, ratio) in expected {
      let found = try #require(seen[metric])
      #expect(abs((found.ratio ?? 0) / ratio - 1) < 0.03, "\(metric)")
      let interval = try #require(found.interval)
      #expect(interval.low <= found.ratio ?? 0 && found.ratio ?? 9 <= interval.high)
      let (a, b) = (try #require(found.a), try #require(found.b))
      #expect(abs(b / a / ratio - 1) < 0.05, "\(metric): \(a), \(b)")
      #expect((1...1.1).contains(try #require(found.noise)))
      // All 12 rounds agree: the least p that there is, corrected for the eight that are not the same in other units, of
      // which CPU per hop has half.
      let factor = [.cpuPerHop, .cpuPerRequest].contains(metric) ? 2.0 : 7
      #expect(found.p == 0x1p-11 && abs((found.adjustedP ?? 0) - factor * 0x1p-11) < 1e-12)
    }
  }

  @Test("hold B against the trials of A and A′ together, but a percentile against A's alone")
  func reference() throws {
    var run = ComparisonExample.run(MadeUpEffect(cpu: 1.5, latency: 2), rounds: 8)
    for index in run.trials.indices where run.trials[index].arm == "A packed′" {
      run.trials[index].nodeCpuNanoseconds *= 3
      run.trials[index].throughput /= 4
      run.trials[index].deliveries /= 4
    }
    let seen = ComparisonExample.compared(run).comparisons[0]
    func trials(_ arm: String, _ phase: Trial.Phase) -> [Trial] {
      run.trials.filter { $0.arm == arm && $0.phase == phase }.sorted { $0.round < $1.round }
    }
    func expected(_ phase: Trial.Phase, _ value: ([Trial]) -> Double) throws -> (
      ratio: Double, low: Double, high: Double
    ) {
      let pairs = zip(trials("B map", phase), zip(trials("A packed", phase), trials("A packed′", phase)))
      let logarithms = pairs.map { log(value([$0]) / value([$1.0, $1.1])) }
      let ends = try #require(ByHand.ends(logarithms))
      return (exp(try #require(ByHand.estimate(logarithms))), exp(ends.low), exp(ends.high))
    }
    for (metric, phase, value) in [
      (Metric.cpuPerHop, .closed, ByHand.cpuPerHop), (.throughput, .closed, ByHand.throughput),
      (.cpuPerHopAtOne, .single, ByHand.cpuPerHop), (.throughputAtOne, .single, ByHand.throughput),
    ] as [(Metric, Trial.Phase, ([Trial]) -> Double)] {
      let found = try #require(seen[metric])
      let wanted = try expected(phase, value)
      #expect(abs((found.ratio ?? 0) / wanted.ratio - 1) < 1e-9, "\(metric)")
      #expect(abs((found.interval?.low ?? 0) / wanted.low - 1) < 1e-9, "\(metric)")
      #expect(abs((found.interval?.high ?? 0) / wanted.high - 1) < 1e-9, "\(metric)")
    }
    // What the rounds' percentiles are of A′ does not matter to B.
    var slow = run
    for index in slow.trials.indices where slow.trials[index].arm == "A packed′" {
      slow.trials[index].responseTime?.p99 *= 7
    }
    #expect(ComparisonExample.compared(slow).comparisons[0][.p99]?.ratio == seen[.p99]?.ratio)
    #expect(ComparisonExample.compared(slow).comparisons[0][.p99]?.noise != seen[.p99]?.noise)
  }

  @Test("say at which load the open loops ran")
  func load() {
    var run = ComparisonExample.run(MadeUpEffect(), rounds: 2)
    #expect(ComparisonText.render(ComparisonExample.compared(run)).contains("open loop at 6000/s"))
    run.settings.openLoopRate = nil
    run.settings.utilisation = 0.25
    let text = ComparisonText.render(ComparisonExample.compared(run)).replacing(/\s+/, with: " ")
    #expect(text.contains("open loop at 25 % of what each arm does one request at a time"), "\(text)")
    run.settings.utilisation = nil
    #expect(!ComparisonText.render(ComparisonExample.compared(run)).contains("open loop at"))
  }

  @Test("of the same thing see no difference, and equal counts")
  func same() {
    for (metric, seen) in metrics(MadeUpEffect(), rounds: 12) {
      #expect(seen.verdict == (metric.isExact ? .equal : .noDifferenceSeen), "\(metric)")
    }
  }

  @Test("of counts know a difference from one that A has with itself")
  func counts() {
    let more = metrics(MadeUpEffect(allocations: 3, allocatedBytes: 144), rounds: 1)
    #expect(more[.allocations]?.verdict == .notEqual && more[.allocations]?.difference == 3)
    #expect(more[.allocations]?.a == 6 && more[.allocations]?.b == 9 && more[.allocations]?.ratio == 1.5)
    #expect(more[.allocatedBytes]?.difference == 144 && more[.contextBytes]?.verdict == .equal)
    var run = ComparisonExample.run(MadeUpEffect(allocations: 3), rounds: 1)
    run.counts[2].nodes[0].allocationsPerRequest = 5.5
    let unsteady = ComparisonExample.compared(run).comparisons[0][.allocations]
    #expect(unsteady?.verdict == .noDifferenceSeen && unsteady?.noise == 3.5)
    run.counts[2].nodes[0].allocationsPerRequest = 4.5
    #expect(ComparisonExample.compared(run).comparisons[0][.allocations]?.verdict == .notEqual)
  }

  @Test("leave out superseded trials, and count invalid ones")
  func trials() {
    var run = ComparisonExample.run(MadeUpEffect(), rounds: 6)
    run.trials[0].validity.add(.invalid, "x")
    run.trials[3].validity.add(.invalid, "x")
    run.trials[3].superseded = true
    let comparison = ComparisonExample.compared(run).comparisons[0]
    #expect(comparison.invalidTrials == 1 && comparison[.cpuPerHop]?.rounds == 5)
    #expect(comparison[.throughput]?.verdict == .rangeOnly && comparison[.p50]?.rounds == 6)
  }

  @Test("warn of what stands before every figure")
  func warnings() {
    var run = ComparisonExample.run(MadeUpEffect(), rounds: 3)
    run.interrupted = true
    run.settings.roundsPlanned = 12
    run.failures = ExampleRun.full().failures
    run.fidelity = [FidelityResult(arm: "B map", verdict: .mismatch, firstDifferingEdge: "a → b")]
    run.trials[0].validity.add(.invalid, "x")
    #expect(
      ComparisonExample.compared(run).warnings == [
        "Interrupted after 3 of 12 rounds.", "ctxchain node cart 0 died: killed by SIGKILL.",
        "B map did not carry the context as declared, first at a → b.", "Invalid: 1 trial.",
      ])
    run.trials = []
    #expect(ComparisonExample.compared(run).finding == "Found nothing: no trial was measured.")
  }

  // MARK: As a text and as a document

  static let examples: [(name: String, result: @Sendable () throws -> ComparisonDocument)] = [
    (
      "comparison-12-rounds.txt",
      {
        ComparisonExample.compared(
          ComparisonExample.run(
            MadeUpEffect(cpu: 1.31, latency: 0.8, allocations: 172, allocatedBytes: 18_400), rounds: 12),
          gates: try ["cpu_per_hop > 1.05", "allocations > +200"].map { try Gate($0) })
      }
    ),
    (
      "comparison-3-rounds.txt",
      {
        var run = ComparisonExample.run(MadeUpEffect(cpu: 3, openCount: 500), rounds: 3)
        run.interrupted = true
        run.settings.roundsPlanned = 12
        run.counts = []
        run.arms[0].program = "/opt/old\u{1B}[31m/ctxchain"
        return ComparisonExample.compared(run, gates: [try Gate("p99 > 1.1")])
      }
    ),
    ("comparison-files.txt", { try ResultPairingTests.compared(rounds: 12, cpu: 1.4) }),
  ]

  @Test("are the golden text, character for character", arguments: examples.indices)
  func golden(example: Int) throws {
    let text = ComparisonText.render(try Self.examples[example].result())
    try GoldenFile.expect(text, equals: Self.examples[example].name)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test("come back from their document as they were", arguments: examples.indices)
  func roundTrip(example: Int) throws {
    let result = try Self.examples[example].result()
    let bytes = try ResultFile.encode(result)
    #expect(try JSONDecoder().decode(ComparisonDocument.self, from: Data(bytes)) == result)
  }

  @Test(
    "are what their schema says, the run in them included", .enabled(if: SchemaTool.isAvailable, "needs jsonschema"))
  func schema() throws {
    let folder = try TemporaryFolder()
    let schema = Repository.root + "/docs/schema/comparison-2.schema.json"
    for (index, example) in Self.examples.enumerated() {
      let result = try example.result()
      let path = "\(folder.path)/\(index).json"
      try ResultFile.write(result, to: path)
      #expect(try SchemaTool.validate([path], schema: schema).lines == ["\(path): valid"])
      guard let run = result.run else { continue }
      try ResultFile.write(run, to: path)
      #expect(try SchemaTool.validate([path]).lines == ["\(path): valid"])
    }
    // Every word that the program may write stands in the schema, and nothing that it does not know does.
    let text = try String(contentsOfFile: schema, encoding: .utf8)
    for word in Metric.compared.map(\.rawValue) + MetricComparison.Verdict.allCases.map(\.rawValue) {
      #expect(text.contains("\"\(word)\""), "\(word)")
    }
    for (old, new) in [("\"verdict\" : \"equal\"", "\"verdict\" : \"same\""), ("\"isOneRun\"", "\"oneRun\"")] {
      let document = String(decoding: try ResultFile.encode(try Self.examples[0].result()), as: UTF8.self)
      let range = try #require(document.firstRange(of: old))
      try folder.write(document.replacingCharacters(in: range, with: new), to: "bad.json")
      #expect(try SchemaTool.validate(["\(folder.path)/bad.json"], schema: schema).status == 1)
    }
  }
}
