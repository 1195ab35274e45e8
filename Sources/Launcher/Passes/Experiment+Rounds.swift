// The rounds: processes of their own for each, every arm beside every other, as often as fits.

internal import Results
internal import Statistics

extension Experiment {
  /// Share of a run's trials that may be measured again because the machine disturbed them.
  private static let rerunShareMax = 0.2
  /// Seconds of load on new processes before the first trial of a round: their tables grow to their size.
  private static let roundWarmUpSeconds = 0.03

  func runRounds() throws(LauncherError) {
    var budget = fitRounds()
    result.settings.roundsPlanned = budget.rounds
    noteTime(budget)
    var round = 0
    while round < budget.rounds {
      observer.runDidCount(rounds: round, of: budget.rounds)
      if round > 0 { try replaceSets(round) }
      try runRound(round, budget)
      result.settings.rounds = round + 1
      acceptRound()
      round += 1
      budget = roundsThatStillFit(round, budget)
    }
    observer.runDidCount(rounds: round, of: budget.rounds)
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

  private func runRound(_ round: Int, _ budget: RoundBudget) throws(LauncherError) {
    roundUnderWay = round
    let trials = roundPlan.trials(round: round, explains: budget.explains(round))
    let later = seconds(budget, from: round + 1)
    var secondsLeft = later + trials.reduce(0) { $0 + seconds($1) }
    for (position, spec) in trials.enumerated() {
      observer.runDidProgress("round \(round + 1) of \(budget.rounds)", secondsLeft: secondsLeft)
      secondsLeft -= seconds(spec)
      try runTrial(spec, round, position, isRerun: false)
    }
    observer.runDidReach("round \(round + 1) of \(budget.rounds) done after \(Int(elapsedSeconds)) s")
  }

  /// A trial that the machine disturbed is measured again at once, while its neighbours are near.
  private func runTrial(_ spec: TrialSpec, _ round: Int, _ position: Int, isRerun: Bool) throws(LauncherError) {
    let begin = elapsedSeconds
    let length = lengths.seconds(spec)
    let measured = try runner.run(
      spec, on: try set(for: spec.arm), seconds: length, round: round, position: position
    ) { measured in
      var trial = measured.trial
      trial.rerun = isRerun
      trial.superseded = measured.isDisturbed && !isRerun && mayRepeat
      result.trials.append(trial)
      observer.runDidMeasure(trial)
      if !trial.superseded { record(measured, spec) }
    }
    trialOverhead.add(elapsedSeconds - begin - length)
    lengths.learn(spec, throughput: measured.trial.throughput)
    guard result.trials.last!.superseded else { return }
    rerunCount += 1
    try runTrial(spec, round, position, isRerun: true)
  }

  private var mayRepeat: Bool {
    Double(rerunCount) < (Double(result.trials.count) * Experiment.rerunShareMax).rounded(.up)
  }

  private func record(_ measured: MeasuredTrial, _ spec: TrialSpec) {
    let own = Concurrency(inFlight: spec.inFlight, connections: spec.connections)
    let key = HistogramKey(
      arm: spec.arm, depth: spec.depth, phase: spec.phase,
      concurrency: spec.phase == .closed && own != plan.headline ? own : nil)
    roundHistograms[key, default: LatencyHistogram()].merge(measured.responseTime)
  }

  // MARK: Replacing process sets

  /// Two process sets of the same differ by half a percent, whatever they run: pages, caches and hash seeds. A round with
  /// processes of its own makes that a part of the noise between rounds, from which all intervals are made.
  private func replaceSets(_ round: Int) throws(LauncherError) {
    let begin = elapsedSeconds
    observer.runDidProgress("new processes for round \(round + 1)", secondsLeft: nil)
    sets.indices.forEach(noteCounters)
    try armSets.replaceAll(generation: round)
    result.settings.processSetReplacements += 1
    for spec in roundPlan.trials(of: .closed(fromLargest: 0)) {
      _ = try runner.run(
        spec, on: try set(for: spec.arm), seconds: Experiment.roundWarmUpSeconds, round: round, position: 0,
        keep: { _ in })
    }
    replacementSeconds = elapsedSeconds - begin
  }
}
