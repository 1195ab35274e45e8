import Report
import Results
import Statistics
import Testing
import Topology

@Suite("Two results")
struct ResultPairingTests {
  private static func pairing(
    _ a: RunResult, _ b: RunResult, arm: String? = nil, depth: Int? = nil
  ) throws -> ResultPairing {
    try ResultPairing(.init(path: "a.json", result: a), .init(path: "b.json", result: b), arm: arm, depth: depth)
  }

  static func compared(rounds: Int, cpu: Double, gates: [Gate] = []) throws -> ComparisonDocument {
    let pairing = try pairing(
      ComparisonExample.chain(rounds: rounds), ComparisonExample.chain(MadeUpEffect(cpu: cpu), rounds: rounds),
      arm: "packed")
    return ComparisonDocument(pairing, gates: gates, toolVersion: "0.1.0", commandLine: ["ctxchain", "compare"])
  }

  @Test("pair arms of one name at one depth, controls left out")
  func pairs() throws {
    var (a, b) = (ComparisonExample.chain(rounds: 2), ComparisonExample.chain(rounds: 2))
    #expect(try Self.pairing(a, b).pairs.map(\.a.arm.name) == ["baseline", "packed"])
    #expect(try Self.pairing(a, b, arm: "packed").pairs.map(\.b.arm.name) == ["packed"])
    #expect(try Self.pairing(a, b).pairs.map(\.a.depth) == [3, 3])
    b.arms.removeFirst()
    #expect(try Self.pairing(a, b).pairs.map(\.a.arm.name) == ["packed"])
    func failure(_ arm: String?, _ depth: Int?) -> String? {
      #expect(throws: ResultPairing.NoPair.self) { try Self.pairing(a, b, arm: arm, depth: depth) }?.description
    }
    #expect(failure("baseline", nil) == "--arm: expected one of packed, which both results have, got \"baseline\"")
    #expect(failure(nil, 2) == "--depth: expected one of 3, which both results have, got 2")
    for index in a.trials.indices { a.trials[index].depth = 4 }
    #expect(failure(nil, nil) == "no depth in common: 4 in a.json, 3 in b.json")
    a.arms = []
    #expect(failure(nil, nil) == "a.json and b.json have no arm of one name")
  }

  static let changes: [(change: @Sendable (inout RunResult) -> Void, objection: String)] = [
    ({ $0.seed = .max }, "seed: 42 in a.json, 18446744073709551615 in b.json"),
    ({ $0.topology.services[1].replicas = 2 }, "topology.services[1].replicas: 1 in a.json, 2 in b.json"),
    ({ $0.topology.services.removeLast() }, "topology.services: 3 entries in a.json, 2 entries in b.json"),
    ({ $0.topology.services[0].name = "x" }, "topology.services[0].name: \"s1\" in a.json, \"x\" in b.json"),
    ({ $0.settings.placement = "free" }, "settings.placement: \"one\" in a.json, \"free\" in b.json"),
    ({ $0.settings.inFlight = 1 }, "settings.inFlight: 64 in a.json, 1 in b.json"),
    ({ $0.settings.trialSeconds = 0.5 }, "settings.trialSeconds: 0.055 in a.json, 0.5 in b.json"),
    ({ $0.settings.keysPerLayer = 9 }, "settings.keysPerLayer: 3 in a.json, 9 in b.json"),
    ({ $0.settings.growth = "distinct" }, "settings.growth: \"shadow\" in a.json, \"distinct\" in b.json"),
    ({ $0.settings.textSizes = nil }, "settings.textSizes: 2 entries in a.json, none in b.json"),
    ({ $0.settings.opaqueSize = 5 }, "settings.opaqueSize: none in a.json, 5 in b.json"),
    ({ $0.host.cpuModel = "other" }, "host.cpuModel: \"Example CPU @ 2.80GHz\" in a.json, \"other\" in b.json"),
    ({ $0.arms[1].propagator = "json-map" }, "arms[packed].propagator: \"packed\" in a.json, \"json-map\" in b.json"),
    ({ $0.arms[1].transport = "pigeon" }, "arms[packed].transport: \"frame\" in a.json, \"pigeon\" in b.json"),
    (
      { $0.counts[1].method = .none },
      "counts[packed].method: \"malloc-interposition\" in a.json, \"none\" in b.json"
    ),
  ]

  @Test(
    "are held against each other only under the same conditions; the objection names the field and both values",
    arguments: changes.indices)
  func objections(index: Int) throws {
    let (change, objection) = Self.changes[index]
    let a = ComparisonExample.chain(rounds: 2)
    var b = a
    #expect(try Self.pairing(a, b).objections == [])
    change(&b)
    #expect(try Self.pairing(a, b).objections == [objection])
    #expect(try Self.pairing(b, a).objections.count == 1)
    let forced = ComparisonDocument(try Self.pairing(a, b), gates: [], toolVersion: "0.1.0", commandLine: [])
    #expect(forced.warnings.first == "Not under the same conditions: \(objection).")
  }

  @Test("may differ in what they happened to show first, and in when and by what they were made")
  func harmless() throws {
    let a = ComparisonExample.chain(rounds: 2)
    var b = a
    b.topology.client.propagator = "packed"
    b.topology.services[0].strategy = "packed"
    b.topology.services[0].store = "packed"
    // What older documents do not say.
    b.topology.client.transport = "frame"
    b.arms[1].transport = "frame"
    b.startedAt = "2026-02-01T00:00:00Z"
    b.toolVersion = "9"
    b.settings.openLoopRate = 1
    #expect(try Self.pairing(a, b).objections == [])
  }

  @Test("indicate at most, and say that they have no A′ in common")
  func indicated() throws {
    for rounds in [6, 9, 10, 20] {
      let comparison = try Self.compared(rounds: rounds, cpu: 2)
      #expect(comparison.isOneRun == false && comparison.run == nil)
      #expect(
        comparison.warnings == ["Two runs at different times have no A/A′ in common: nothing is more than indicated."])
      let seen = try #require(comparison.comparisons[0][.cpuPerHop])
      #expect(seen.verdict == .indicated && seen.noise != nil)
      #expect(comparison.comparisons[0].a.file == "a.json" && comparison.comparisons[0].b.file == "b.json")
    }
    #expect(try Self.compared(rounds: 5, cpu: 2).comparisons[0][.cpuPerHop]?.verdict == .rangeOnly)
    #expect(try Self.compared(rounds: 12, cpu: 1).comparisons[0][.cpuPerHop]?.verdict == .noDifferenceSeen)
    #expect(try Self.compared(rounds: 12, cpu: 2, gates: [Gate("cpu_per_hop > 1.05")]).exitStatus == 3)
  }

  @Test("are judged also where neither has an A′, and by the larger one where both have")
  func noise() throws {
    let a = ComparisonExample.chain(rounds: 12)
    var b = ComparisonExample.chain(MadeUpEffect(cpu: 1.2), rounds: 12)
    func seen() throws -> MetricComparison {
      let result = ComparisonDocument(
        try Self.pairing(a, b, arm: "packed"), gates: [], toolVersion: "", commandLine: [])
      return try #require(result.comparisons[0][.cpuPerHop])
    }
    let quiet = try #require(try seen().noise)
    #expect(try seen().verdict == .indicated)
    for index in b.trials.indices where b.trials[index].arm == "baseline′" {
      b.trials[index].nodeCpuNanoseconds *= b.trials[index].round.isMultiple(of: 2) ? 1 : 2
    }
    #expect(try #require(try seen().noise) > 1.2 && quiet < 1.1)
    #expect(try seen().verdict == .noDifferenceSeen)
    var (left, right) = (a, ComparisonExample.chain(MadeUpEffect(cpu: 1.2), rounds: 12))
    left.arms.removeLast()
    right.arms.removeLast()
    let alone = ComparisonDocument(
      try Self.pairing(left, right, arm: "packed"), gates: [], toolVersion: "", commandLine: [])
    #expect(alone.comparisons[0][.cpuPerHop]?.verdict == .indicated && alone.comparisons[0][.cpuPerHop]?.noise == nil)
  }

  @Test("have no latencies to compare where their open loops ran at other rates")
  func rates() throws {
    let a = ComparisonExample.chain(rounds: 12)
    var b = a
    b.settings.openLoopRate = 5_999
    let comparison = ComparisonDocument(try Self.pairing(a, b), gates: [], toolVersion: "", commandLine: [])
    for arm in comparison.comparisons {
      for metric in arm.metrics where [.p50, .p99].contains(metric.metric) {
        #expect(metric.verdict == .notComparable && metric.ratio == nil && metric.a != nil)
        #expect(metric.reason == "open loops at 6000 requests/s and at 5999 requests/s")
      }
      #expect(arm[.p50AtOne]?.verdict == .noDifferenceSeen)
    }
  }

  @Test(
    "have latencies to compare where every arm had the same share of what it can do, and none where the shares differ")
  func utilisation() throws {
    var (a, b) = (ComparisonExample.chain(rounds: 12), ComparisonExample.chain(rounds: 12))
    (a.settings.openLoopRate, b.settings.openLoopRate) = (nil, nil)
    (a.settings.utilisation, b.settings.utilisation) = (0.5, 0.5)
    func seen() throws -> [MetricComparison] {
      ComparisonDocument(try Self.pairing(a, b), gates: [], toolVersion: "", commandLine: []).comparisons.compactMap {
        $0[.p99]
      }
    }
    #expect(try seen().allSatisfy { $0.verdict == .noDifferenceSeen })
    b.settings.utilisation = 0.7
    let reason = "open loops at 50 % of what each arm can do and at 70 % of what each arm can do"
    #expect(try seen().allSatisfy { $0.verdict == .notComparable && $0.reason == reason })
    (b.settings.utilisation, b.settings.arrival) = (0.5, "poisson")
    let spaced = "open loops at 50 % of what each arm can do and at 50 % of what each arm can do, Poisson arrivals"
    #expect(try seen().allSatisfy { $0.verdict == .notComparable && $0.reason == spaced })
    a.settings.arrival = "uniform"
    #expect(try seen().allSatisfy { $0.verdict == .notComparable && $0.reason == spaced })
    (a.settings.arrival, b.settings.arrival) = (nil, "uniform")
    #expect(try seen().allSatisfy { $0.verdict == .noDifferenceSeen })
    (b.settings.utilisation, b.settings.openLoopRate) = (nil, 900)
    let other = "open loops at 50 % of what each arm can do and at 900 requests/s"
    #expect(try seen().allSatisfy { $0.verdict == .notComparable && $0.reason == other })
    #expect(try seen().count == 2)
  }

  @Test("with more comparisons than the rounds carry say so")
  func manyComparisons() throws {
    var (a, b) = (ComparisonExample.chain(rounds: 10), ComparisonExample.chain(rounds: 10))
    for copy in 1...3 {
      a.arms.append(Arm(name: "packed\(copy)", store: "packed", propagator: "packed"))
      b.arms.append(Arm(name: "packed\(copy)", store: "packed", propagator: "packed"))
    }
    let all = ComparisonDocument(try Self.pairing(a, b), gates: [], toolVersion: "", commandLine: [])
    #expect(all.warnings.last == "50 comparisons at once need 11 rounds, not 10: --arm asks for fewer of them.")
    let one = ComparisonDocument(try Self.pairing(a, b, arm: "packed"), gates: [], toolVersion: "", commandLine: [])
    #expect(one.warnings.count == 1)
  }
}
