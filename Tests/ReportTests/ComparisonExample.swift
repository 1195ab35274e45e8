// Made-up runs with two arms and A once more: every phase in every round, numbers from a formula.

import Report
import Results
import Statistics
import Topology

/// What B is, in units of A.
struct MadeUpEffect: Hashable {
  var cpu = 1.0
  var latency = 1.0
  /// Per request, on top of A's.
  var allocations = 0.0
  var allocatedBytes = 0.0
  /// Largest deviation of a round, either way.
  var scatter = 0.02
  /// Requests of an open-loop trial.
  var openCount = 1_200
}

enum ComparisonExample {
  static let depth = 3

  /// The run of `compare packed map`: arms `A packed`, `B map`, `A packed′`.
  static func run(_ effect: MadeUpEffect, rounds: Int) -> RunResult {
    var arms = [
      Arm(name: "A packed", store: "packed", propagator: "packed"),
      Arm(name: "B map", store: "map", propagator: "json-map"),
      Arm(name: "A packed′", store: "packed", propagator: "packed", controlOf: "A packed"),
    ]
    arms[1].placement = "free"
    return filled(arms, effect, rounds: rounds)
  }

  /// A run of `chain`, as two files of which are compared: `baseline`, `packed`, `baseline′`.
  static func chain(_ effect: MadeUpEffect = MadeUpEffect(), rounds: Int) -> RunResult {
    filled(
      [
        Arm(name: "baseline", store: nil, propagator: "none"),
        Arm(name: "packed", store: "packed", propagator: "packed"),
        Arm(name: "baseline′", store: nil, propagator: "none", controlOf: "baseline"),
      ], effect, rounds: rounds)
  }

  static func compared(_ run: RunResult, gates: [Gate] = []) -> ComparisonDocument {
    ComparisonDocument(run: run, a: (run.arms[0].name, depth), b: (run.arms[1].name, depth), gates: gates)
  }

  private struct Made: Hashable {
    let arms: [String]
    let effect: MadeUpEffect
    let rounds: Int
  }

  private static let runs = MadeOnce<Made, RunResult>()

  private static func filled(_ arms: [Arm], _ effect: MadeUpEffect, rounds: Int) -> RunResult {
    runs.value(Made(arms: arms.map(\.name), effect: effect, rounds: rounds)) { made(arms, effect, rounds: rounds) }
  }

  private static func made(_ arms: [Arm], _ effect: MadeUpEffect, rounds: Int) -> RunResult {
    var result = ExampleRun.empty(rounds: rounds, depths: [depth], arms: arms)
    result.settings.openLoopRate = 6_000
    for (index, arm) in arms.enumerated() {
      let effect = index == 1 ? effect : MadeUpEffect(scatter: effect.scatter, openCount: effect.openCount)
      let needed = Latencies(
        latency: effect.latency, scatter: effect.scatter, openCount: effect.openCount, arm: index, rounds: rounds)
      let times = latencies.value(needed, make: needed.made)
      for round in 0..<rounds {
        for (place, phase) in phases.enumerated() {
          let factor = scatter(effect.scatter, arm: index, round: round, place: place)
          result.trials.append(trial(arm, phase, effect, factor, round, times.summaries[round][place]))
        }
      }
      for (phase, histogram) in zip(phases, times.merged).sorted(by: { $0.0.rawValue < $1.0.rawValue }) {
        result.histograms.append(
          MergedHistogram(arm: arm.name, depth: depth, phase: phase, responseTime: histogram))
      }
      result.counts.append(counts(arm, effect))
    }
    return result
  }

  private static let phases: [Trial.Phase] = [.closed, .open, .single]

  /// What the latencies of one arm depend on. Most effects leave them alone, so many runs have the same.
  private struct Latencies: Hashable {
    let latency: Double
    let scatter: Double
    let openCount: Int
    let arm: Int
    let rounds: Int

    /// By round and place of the phase, and by place all rounds together.
    func made() -> (summaries: [[LatencySummary?]], merged: [LatencyHistogram]) {
      var merged = phases.map { _ in LatencyHistogram() }
      let summaries = (0..<rounds).map { round in
        phases.enumerated().map { place, phase in
          let factor = ComparisonExample.scatter(scatter, arm: arm, round: round, place: place)
          let histogram = Times(scale: 100_000 * latency * factor, count: phase == .open ? openCount : 400).histogram()
          merged[place].merge(histogram)
          return LatencySummary(histogram)
        }
      }
      return (summaries, merged)
    }
  }

  private static let latencies = MadeOnce<Latencies, (summaries: [[LatencySummary?]], merged: [LatencyHistogram])>()

  /// Other ones for every arm, round and place.
  private static func scatter(_ width: Double, arm: Int, round: Int, place: Int) -> Double {
    var generator = SeededGenerator(seed: UInt64(arm + 1), stream: UInt64(place) << 32 | UInt64(round))
    return 1 + width * (2 * generator.nextUnit() - 1)
  }

  private static func trial(
    _ arm: Arm, _ phase: Trial.Phase, _ effect: MadeUpEffect, _ factor: Double, _ round: Int,
    _ latency: LatencySummary?
  ) -> Trial {
    let hop = 10_000 * effect.cpu * factor * (phase == .single ? 2 : 1)
    let completed = 4_000.0 / (effect.cpu * factor)
    return Trial(
      round: round, position: 0, arm: arm.name, depth: depth, phase: phase, inFlight: phase == .open ? nil : 64,
      connections: 1, windowNanoseconds: 200_000_000,
      ledger: Ledger(planned: UInt64(completed), completed: UInt64(completed)), throughput: completed / 0.2,
      responseTime: latency, serviceTime: latency,
      nodeCpuNanoseconds: Int64(hop * completed * Double(depth)), clientCpuNanoseconds: 1_000_000,
      deliveries: UInt64(completed * Double(depth)), nodes: [], validity: .ok)
  }

  private static func counts(_ arm: Arm, _ effect: MadeUpEffect) -> CountingPass {
    let nodes = (1...depth).map { place in
      NodeCounts(
        service: "s\(place)", replica: 0, deliveriesPerRequest: 1,
        allocationsPerRequest: 2 + (place == 1 ? effect.allocations : 0),
        allocatedBytesPerRequest: 96 + (place == 1 ? effect.allocatedBytes : 0), systemCallsPerRequest: 6,
        contextBytesInPerDelivery: 68, payloadBytesInPerDelivery: 128, contextKeysPerDelivery: 8, retainsPerRequest: 40,
        releasesPerRequest: 52)
    }
    return CountingPass(
      arm: arm.name, depth: depth, requests: 64, method: .mallocInterposition, nodes: nodes,
      client: ClientCounts(allocationsPerRequest: 0))
  }
}
