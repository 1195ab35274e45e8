// What happens once before the rounds that has no figures of its own: warm-up, and the pilot.

internal import Control
internal import Results
internal import Statistics

extension Experiment {
  /// Loads each set at the largest depth until its throughput is steady (MSER-5).
  func warmUp() throws(LauncherError) {
    for index in sets.indices { try warmUp(index, generation: 0) }
  }

  func warmUp(_ index: Int, generation: Int) throws(LauncherError) {
    observer.runDidProgress("warming up \(plan.arms[index].name)", secondsLeft: nil)
    let longest = Double(WarmupDetector.durationNanosecondsMax) / 1e9
    let limit = plan.warmupSecondsMax ?? longest * (plan.budgetSeconds == nil ? 1 : 0.2)
    let (detector, seconds) = try runner.warmUp(
      TrialSpec(arm: index, depth: depthMax(of: index), phase: .closed, inFlight: plan.inFlight(of: index)),
      on: sets[index], secondsMax: limit)
    result.warmups.append(
      Warmup(
        arm: plan.arms[index].name, set: generation, windowsDiscarded: detector.discardedWindowCount, seconds: seconds,
        steady: detector.isSteady))
  }

  /// Finds the open-loop rate that all arms share: half of what the slowest did in a closed loop at the largest depth.
  func findRate() throws(LauncherError) {
    if let rate = plan.openLoopRate {
      openLoopRate = rate
      result.settings.openLoopRateReason = "as asked for"
    } else {
      var slowest = (name: "", throughput: Double.infinity)
      for arm in plan.arms.indices where plan.arms[arm].controlOf == nil {
        observer.runDidProgress("pilot: \(plan.arms[arm].name)", secondsLeft: nil)
        let spec = TrialSpec(arm: arm, depth: depthMax(of: arm), phase: .pilot, inFlight: plan.inFlight(of: arm))
        let begin = elapsedSeconds
        let measured = try runner.run(
          spec, on: try set(for: arm), seconds: plan.trialSeconds, round: 0, position: arm, keep: keepRaw)
        trialOverhead.add(elapsedSeconds - begin - plan.trialSeconds)
        if measured.trial.throughput < slowest.throughput {
          slowest = (plan.arms[arm].name, measured.trial.throughput)
        }
      }
      openLoopRate = max(1, (slowest.throughput / 2).rounded())
      result.settings.openLoopRateReason = "half of what \(slowest.name), the slowest, did in its pilot trial"
    }
    result.settings.openLoopRate = openLoopRate
    observer.runDidReach("open-loop rate: \(Int(openLoopRate)) requests/s")
  }

  /// Adds a trial to the result alone.
  func keepRaw(_ measured: MeasuredTrial) { result.trials.append(measured.trial) }
}
