// Open-loop trials for a made-up result, with latencies that scatter from round to round.

import Report
import Results
import Statistics
import Topology

extension ExampleRun {
  /// `typical` with an open trial beside every closed one.
  static func withOpenTrials(rounds: Int, depths: [Int] = [1, 2, 3, 4, 5], kinds: [Kind] = kinds) -> RunResult {
    openTrials.value(OpenTrials(rounds: rounds, depths: depths, arms: kinds.map(\.arm.name))) {
      addingOpenTrials(to: typical(rounds: rounds, depths: depths, kinds: kinds))
    }
  }

  /// The same with trials of one request at a time at the largest depth.
  static func inAllRegimes(rounds: Int, depths: [Int]) -> RunResult {
    var result = withOpenTrials(rounds: rounds, depths: depths)
    result.trials += result.trials.filter { $0.phase == .closed && $0.depth == depths.last }.map { closed in
      var trial = closed
      (trial.phase, trial.inFlight) = (.single, 1)
      return trial
    }
    return result
  }

  private struct OpenTrials: Hashable {
    let rounds: Int
    let depths: [Int]
    let arms: [String]
  }

  private static let openTrials = MadeOnce<OpenTrials, RunResult>()

  private static func addingOpenTrials(to typical: RunResult) -> RunResult {
    var result = typical
    for closed in result.trials {
      var trial = closed
      trial.phase = .open
      trial.inFlight = nil
      trial.plannedRate = 9_350
      var generator = SeededGenerator(seed: UInt64(closed.position), stream: UInt64(closed.round))
      var histogram = LatencyHistogram()
      for _ in 0..<1_500 {
        histogram.record(nanoseconds: Int64(40_000.0 * Double(closed.depth) * (1 + generator.nextUnit())))
      }
      let latency = LatencySummary(histogram)
      (trial.responseTime, trial.serviceTime) = (latency, latency)
      trial.ledger = Ledger(planned: 1_500, completed: 1_500)
      result.trials.append(trial)
    }
    return result
  }

  /// Names that would be markup, a link or a command if they were not escaped.
  static func hostile() -> RunResult {
    let attack = "</title><script>alert(\"1\")</script>'|`*_[x](http://example.com)"
    let bad = Kind(
      arm: Arm(name: attack, store: attack, propagator: attack), addedNanoseconds: 900, contextSize: 25,
      allocations: 3,
      fidelity: FidelityResult(
        arm: attack, verdict: .mismatch, requests: 1, views: 1, lostKeys: [attack], firstDifferingEdge: attack,
        expected: attack, found: attack))
    var result = withOpenTrials(rounds: 2, depths: [1, 2], kinds: [kinds[0], kinds[1], bad])
    result.commandLine = [attack]
    result.startedAt = attack
    result.toolVersion = attack
    result.settings.placement = attack
    result.settings.openLoopRateReason = attack
    result.host.cpuModel = attack
    result.notes = [attack, "a\u{1B}[31m\u{0}b\nc"]
    result.failures = [NodeFailure(node: attack, service: attack, reason: attack, lastLogLines: [attack])]
    result.warmups[2].steady = false
    result.trials[0].validity.add(.suspect, attack)
    let plain = result.topology.services[0].name
    result.topology.services[0].name = attack
    for trial in result.trials.indices {
      for node in result.trials[trial].nodes.indices where result.trials[trial].nodes[node].service == plain {
        result.trials[trial].nodes[node].service = attack
      }
    }
    return result
  }
}
