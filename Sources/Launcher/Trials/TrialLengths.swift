// How long each kind of trial lasts: as asked for, or longer where that would hold too few requests to say anything.

internal import Results
internal import Statistics

package struct TrialLengths {
  /// Completions that a window shall hold.
  package static let completionCountMin = 200.0
  /// Seconds that a trial is lengthened to at most.
  package static let secondsMax = 2.0
  /// Seconds of an open-loop trial under a budget, which has no room for a P99 of every round.
  package static let openSecondsUnderBudget = 0.1

  private struct Place: Hashable {
    let arm: Int
    let depth: Int
    let phase: Trial.Phase
    let inFlight: Int
  }

  let plan: ExperimentPlan
  /// Completions per second, of the latest trial of its kind.
  private var throughput: [Place: Double] = [:]

  package init(_ plan: ExperimentPlan) { self.plan = plan }

  package mutating func learn(_ spec: TrialSpec, throughput: Double) {
    guard throughput > 0 else { return }
    self.throughput[place(spec)] = throughput
  }

  /// Seconds, settling included.
  package func seconds(_ spec: TrialSpec) -> Double {
    if spec.phase == .open { return openSeconds(rate: spec.rate) }
    guard let throughput = throughput[place(spec)] else { return plan.trialSeconds }
    return max(plan.trialSeconds, min(Self.secondsMax, Self.completionCountMin / throughput))
  }

  /// Nil where nothing is known of the arm, or a reply takes so long that turns would be. A reply takes requests under
  /// way / throughput (Little's law).
  package func turns(_ spec: TrialSpec) -> TurnPlan? {
    guard spec.phase != .open, let throughput = throughput[place(spec)] ?? throughputDeeper(spec) else { return nil }
    let responseSeconds = Double(spec.inFlight) / throughput
    guard responseSeconds <= TurnPlan.responseSecondsMax else { return nil }
    return TurnPlan(trialSeconds: plan.trialSeconds, responseSeconds: responseSeconds)
  }

  /// Of the deepest of its kind: shallower ones answer no later.
  private func throughputDeeper(_ spec: TrialSpec) -> Double? {
    throughput.filter { $0.key.arm == spec.arm && $0.key.inFlight == spec.inFlight && $0.key.depth > spec.depth }
      .max { $0.key.depth < $1.key.depth }?.value
  }

  private func openSeconds(rate: Double) -> Double {
    if plan.budgetSeconds != nil { return max(plan.trialSeconds, Self.openSecondsUnderBudget) }
    return OpenTrialLength.seconds(
      rate: max(1, rate), trialCount: plan.trialCount, shortest: plan.trialSeconds,
      settleSeconds: Double(TrialRunner.settleNanoseconds) / 1e9, isPoisson: plan.isPoisson)
  }

  private func place(_ spec: TrialSpec) -> Place {
    Place(arm: spec.arm, depth: spec.depth, phase: spec.phase == .pilot ? .single : spec.phase, inFlight: spec.inFlight)
  }
}
