// What a capacity search is to do: values only, filled in by the command.

package import Statistics

package struct CapacityPlan: Sendable {
  /// Seconds of a probe at least.
  package static let probeSecondsMin = 0.25
  /// Closed-loop trials whose median is the peak.
  static let peakTrialCount = 3
  /// Runs of a probe, judged by their majority.
  package static let runCount = 3
  /// Seconds of a run at most, however few requests it has, where `--probe` does not ask for more.
  package static let runSecondsMax = 10.0
  static let warmUpSecondsMax = 1.0
  /// Runs of a probe that failed while the machine was busy, before the search of the arm is given up.
  static let busyRunCountMax = 6
  /// Seconds to wait for a busy machine before the next.
  static let busyPauseSeconds = 1.0
  /// Requests that a run aims at beyond what its percentiles need, because arrivals scatter.
  private static let countMargin = 1.1
  /// For the estimate: probes of a search that ends well inside the ladder, runs of a probe, and what a run takes beside
  /// its own time.
  private static let usualProbeCount = 12.0
  private static let usualRunCount = 2.3
  private static let usualOverheadSeconds = 0.05
  private static let usualStartSeconds = 2.0

  /// The arms without a control, one depth, and `trialSeconds` as the length of a run.
  package var experiment: ExperimentPlan
  package var objectives: [LatencyObjective]
  /// Of the requests of a run, 0…1.
  package var errorRateMax: Double

  package init(experiment: ExperimentPlan, objectives: [LatencyObjective], errorRateMax: Double) {
    self.experiment = experiment
    self.objectives = objectives
    self.errorRateMax = errorRateMax
  }

  var depth: Int { experiment.depths.last ?? 1 }

  /// How long a run at a rate lasts, settling included, so that every percentile has enough requests; nil when not even
  /// the longest run has enough for a bound.
  func runSeconds(rate: Double) -> Double? {
    let settle = Double(TrialRunner.settleNanoseconds) / 1e9
    let longest = max(Self.runSecondsMax, experiment.trialSeconds)
    let least = objectives.map { QuantileBound.countMin($0.percentile) }.max() ?? 0
    guard rate * (longest - settle) >= Double(least) else { return nil }
    let wanted = objectives.map { PercentileFigure.countMin($0.percentile) }.max() ?? 0
    return min(longest, max(experiment.trialSeconds, Double(wanted) * Self.countMargin / rate + settle))
  }

  /// About how long the whole search takes where requests are many.
  var estimatedSeconds: Double {
    let run = experiment.trialSeconds + Self.usualOverheadSeconds
    return Double(experiment.arms.count)
      * (Self.usualStartSeconds + run * (Double(Self.peakTrialCount) + Self.usualProbeCount * Self.usualRunCount))
  }
}
