// What happens once before the rounds that has no figures of its own: warm-up, and the pilot.

internal import Control
internal import Results
internal import Statistics

extension Experiment {
  /// Loads each set at the largest depth until its throughput is steady (MSER-5).
  func warmUp() throws(LauncherError) {
    for index in sets.indices { try keepingNodes { () throws(LauncherError) in try warmUp(index) } }
  }

  private func warmUp(_ index: Int) throws(LauncherError) {
    observer.runDidProgress("warming up \(plan.arms[index].name)", secondsLeft: nil)
    let longest = Double(WarmupDetector.durationNanosecondsMax) / 1e9
    let limit = plan.warmupSecondsMax ?? longest * (plan.budgetSeconds == nil ? 1 : 0.2)
    let spec = TrialSpec(
      arm: index, depth: depthMax(of: index), phase: .closed, inFlight: plan.inFlight(of: index))
    let (detector, seconds, throughput) = try runner.warmUp(spec, on: sets[index], secondsMax: limit)
    lengths.learn(spec, throughput: throughput)
    result.warmups.append(
      Warmup(
        arm: plan.arms[index].name, set: 0, windowsDiscarded: detector.discardedWindowCount, seconds: seconds,
        steady: detector.isSteady))
  }

  /// Finds what each arm can do with one request under way, of which its open-loop rate is a share.
  func findRates() throws(LauncherError) {
    result.settings.openLoopRate = plan.openLoopRate
    result.settings.arrival = plan.arrival
    if plan.openLoopRate != nil {
      result.settings.openLoopRateReason = "as asked for"
      return
    }
    let utilisation = plan.utilisation ?? OpenLoopRates.utilisationByDefault
    result.settings.utilisation = utilisation
    rates = OpenLoopRates(utilisation: utilisation)
    for kind in roundPlan.explainingKinds {
      guard case .open = kind else { continue }
      for open in roundPlan.trials(of: kind) {
        observer.runDidProgress("pilot: \(plan.arms[open.arm].name)", secondsLeft: nil)
        let spec = TrialSpec(arm: open.arm, depth: open.depth, phase: .pilot)
        let measured = try runner.run(
          spec, on: try set(for: open.arm), seconds: plan.trialSeconds, round: 0, position: open.arm, keep: keepRaw)
        lengths.learn(spec, throughput: measured.trial.throughput)
        rates.learn(arm: open.arm, depth: open.depth, singleThroughput: measured.trial.throughput)
      }
    }
    observer.runDidReach(
      "open-loop rates: \(Int((utilisation * 100).rounded())) % of what each arm does one request at a time")
  }

  /// Adds a trial to the result alone.
  func keepRaw(_ measured: MeasuredTrial) { result.trials.append(measured.trial) }
}
