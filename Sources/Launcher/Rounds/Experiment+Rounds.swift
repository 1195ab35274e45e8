// The rounds: processes of their own for each, every arm beside every other, as often as fits.

internal import Control
internal import Metrics
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
    while budget.done < budget.rounds {
      observer.runDidCount(rounds: budget.done, of: budget.rounds)
      let begin = elapsedSeconds
      if budget.done > 0, plan.remote == nil { try replaceSets(budget.done) }
      try runRound(budget)
      if budget.done > 0, !budget.nextExplains { result.settings.roundSeconds = elapsedSeconds - begin }
      budget.finishRound()
      result.settings.rounds = budget.done
      acceptRound()
      budget = roundsThatStillFit(budget)
      if budget.explained == budget.explainingRounds, isResolved {
        result.settings.roundsPlanned = budget.done
        break
      }
    }
    if let target = plan.resolution, !isResolved {
      note("the time was over before a difference of \(NumberText.percent(target)) % in CPU per hop could be claimed")
    }
    observer.runDidCount(rounds: budget.done, of: budget.rounds)
  }

  /// The rounds so far could have claimed as small a difference as was asked for. That looks at how wide intervals are, and
  /// at no effect but that of A′: to stop by it makes no claim likelier.
  private var isResolved: Bool {
    guard let target = plan.resolution else { return false }
    let found = Resolution(.cpuPerHop, in: result, RoundTable(result), depth: depths.depths.last!, at: plan.headline)
    return found?.smallest.map { $0 <= target } ?? false
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

  private func runRound(_ budget: RoundBudget) throws(LauncherError) {
    let round = budget.done
    roundUnderWay = round
    let blocks = roundPlan.blocks(round: round, explains: budget.nextExplains)
    var secondsLeft = seconds(budget)
    var position = 0
    for block in blocks {
      observer.runDidProgress("round \(round + 1) of \(budget.rounds)", secondsLeft: secondsLeft)
      secondsLeft -= block.reduce(0) { $0 + seconds($1) }
      try runBlock(block, round, position)
      position += block.count
    }
    observer.runDidReach("round \(round + 1) of \(budget.rounds) done after \(Int(elapsedSeconds)) s")
  }

  /// In turns, those that can; the others one after the other.
  private func runBlock(_ block: [TrialSpec], _ round: Int, _ position: Int) throws(LauncherError) {
    let places = block.enumerated().map { PlacedTrial(spec: $1, position: position + $0, turns: turns($1)) }
    let together = places.filter { $0.turns != nil }
    if !together.isEmpty { try runTogether(together, round, isRerun: false) }
    for place in places where place.turns == nil {
      try keepingNodes { () throws(LauncherError) in try runAlone(place, round, isRerun: false) }
    }
  }

  private func turns(_ spec: TrialSpec) -> TurnPlan? {
    !plan.sharesProcessSet && sets[spec.arm].takesTurns ? lengths.turns(spec) : nil
  }

  /// What disturbed one of them may have disturbed each: all are measured again.
  private func runTogether(_ trials: [PlacedTrial], _ round: Int, isRerun: Bool) throws(LauncherError) {
    let begin = elapsedSeconds
    var measured: [(spec: TrialSpec, trial: MeasuredTrial)] = []
    func keepAll(isSuperseded: Bool = false) {
      for (spec, trial) in measured { keep(trial, spec, isRerun: isRerun, isSuperseded: isSuperseded) }
    }
    do {
      try runner.runTurns(trials.map { ($0, sets[$0.spec.arm]) }, round: round) { measured.append(($0, $1)) }
    } catch {
      keepAll()
      throw error
    }
    trialOverhead.add((elapsedSeconds - begin) / Double(trials.count) - plan.trialSeconds)
    let isSuperseded = !isRerun && mayRepeat && measured.contains { $0.trial.isDisturbed }
    keepAll(isSuperseded: isSuperseded)
    guard isSuperseded else { return }
    rerunCount += trials.count
    try runTogether(trials, round, isRerun: true)
  }

  /// A trial that the machine disturbed is measured again at once, while its neighbours are near.
  private func runAlone(_ trial: PlacedTrial, _ round: Int, isRerun: Bool) throws(LauncherError) {
    let begin = elapsedSeconds
    let spec = trial.spec
    let length = lengths.seconds(spec)
    _ = try runner.run(
      spec, on: try set(for: spec.arm), seconds: length, round: round, position: trial.position
    ) { measured in
      keep(measured, spec, isRerun: isRerun, isSuperseded: measured.isDisturbed && !isRerun && mayRepeat)
    }
    trialOverhead.add(elapsedSeconds - begin - length)
    guard result.trials.last!.superseded else { return }
    rerunCount += 1
    try runAlone(trial, round, isRerun: true)
  }

  private func keep(_ measured: MeasuredTrial, _ spec: TrialSpec, isRerun: Bool, isSuperseded: Bool) {
    var trial = measured.trial
    trial.rerun = isRerun
    trial.superseded = isSuperseded
    result.trials.append(trial)
    observer.runDidMeasure(trial)
    lengths.learn(spec, throughput: trial.throughput)
    if !isSuperseded { record(measured, spec) }
  }

  private var mayRepeat: Bool {
    Double(rerunCount) < (Double(result.trials.count) * Experiment.rerunShareMax).rounded(.up)
  }

  private func record(_ measured: MeasuredTrial, _ spec: TrialSpec) {
    metrics?.registry.add(TrialProgress(measured), plan.loadLabels(spec))
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
        keep: { lengths.learn(spec, throughput: $0.trial.throughput) })
    }
    replacementSeconds = elapsedSeconds - begin
  }
}
