// The rounds: every arm once at every depth and concurrency, in an order drawn from the seed, as often as fits.

internal import Results
internal import Statistics

extension Experiment {
  /// Share of a run's rounds that may be measured again because the host disturbed them.
  private static let rerunShareMax = 0.2

  func runRounds() throws(LauncherError) {
    var roundCount = fitRounds()
    result.settings.roundsPlanned = roundCount
    if openTrialSeconds > plan.trialSeconds { result.settings.openTrialSeconds = openTrialSeconds }
    noteTime(rounds: roundCount)
    var rerunsLeft = Int((Double(roundCount) * Experiment.rerunShareMax).rounded(.up))
    var round = 0
    while round < roundCount {
      observer.runDidCount(rounds: round, of: roundCount)
      if isReplacementDue(before: round, of: roundCount) { try replaceSets() }
      let first = result.trials.count
      let steal = try runRound(round, of: roundCount, isRerun: false)
      result.settings.rounds = round + 1
      if steal > ValidityVerdict.stealRatioMax, rerunsLeft > 0, hasTimeFor(rounds: roundCount - round) {
        rerunsLeft -= 1
        for index in first..<result.trials.count { result.trials[index].superseded = true }
        roundHistograms = [:]
        observer.runDidReach("round \(round + 1): the host took \(Int(steal * 100)) % of the CPU; measured again")
        _ = try runRound(round, of: roundCount, isRerun: true)
      }
      acceptRound()
      round += 1
      roundCount = roundsThatStillFit(round, of: roundCount)
    }
    observer.runDidCount(rounds: round, of: roundCount)
  }

  /// Adds what the round recorded to the run's histograms, and what its percentiles are to the result.
  func acceptRound() {
    for key in roundHistograms.keys.sorted(by: { $0.order < $1.order }) {
      let histogram = roundHistograms[key]!
      histograms[key, default: LatencyHistogram()].merge(histogram)
      guard key.phase == .open, let latency = LatencySummary(histogram) else { continue }
      result.roundLatencies!.append(
        RoundLatency(round: roundUnderWay, arm: plan.arms[key.arm].name, depth: key.depth, responseTime: latency))
    }
    roundHistograms = [:]
  }

  // MARK: One round

  /// Returns the share of CPU time that the host took meanwhile.
  private func runRound(_ round: Int, of roundCount: Int, isRerun: Bool) throws(LauncherError) -> Double {
    roundUnderWay = round
    let specs = trialSpecs()
    let order = RoundSchedule.order(seed: plan.seed, round: round, count: specs.count)
    let before = HostReading()
    var secondsLeft = Double(roundCount - round) * roundSeconds
    for (position, index) in order.enumerated() {
      observer.runDidProgress("round \(round + 1) of \(roundCount)", secondsLeft: secondsLeft)
      let spec = specs[index]
      let begin = elapsedSeconds
      _ = try runner.run(
        spec, on: try set(for: spec.arm), seconds: seconds(spec), round: round, position: position
      ) { measured in
        var measured = measured
        measured.trial.rerun = isRerun
        keep(measured, spec)
      }
      trialOverhead.add(elapsedSeconds - begin - seconds(spec))
      secondsLeft -= seconds(spec) + trialOverhead.seconds
    }
    observer.runDidReach("round \(round + 1) of \(roundCount) done after \(Int(elapsedSeconds)) s")
    return HostReading().stealRatio(since: before)
  }

  private func keep(_ measured: MeasuredTrial, _ spec: TrialSpec) {
    result.trials.append(measured.trial)
    observer.runDidMeasure(measured.trial)
    let own = Concurrency(inFlight: spec.inFlight, connections: spec.connections)
    let key = HistogramKey(
      arm: spec.arm, depth: spec.depth, phase: spec.phase,
      concurrency: spec.phase == .closed && own != plan.headline ? own : nil)
    roundHistograms[key, default: LatencyHistogram()].merge(measured.responseTime)
  }

  // MARK: Replacing process sets

  /// For six rounds and more every set is replaced after a third and after two thirds, so that the luck of memory
  /// layout is part of the noise that A′ shows.
  private func isReplacementDue(before round: Int, of roundCount: Int) -> Bool {
    guard roundCount >= ExperimentPlan.replacementRoundCountMin else { return false }
    let due = [roundCount / 3, roundCount * 2 / 3]
    return result.settings.processSetReplacements < due.count
      && round >= due[result.settings.processSetReplacements] && round > 0
  }

  private func replaceSets() throws(LauncherError) {
    result.settings.processSetReplacements += 1
    let generation = result.settings.processSetReplacements
    for index in sets.indices {
      observer.runDidProgress("replacing the processes of \(plan.arms[index].name)", secondsLeft: nil)
      noteCounters(ofSet: index)
      try armSets.replace(index, generation: generation)
      try warmUp(index, generation: generation)
    }
    observer.runDidReach("replaced every process set")
  }
}
