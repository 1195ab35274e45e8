// The rounds: every arm once at every depth and concurrency, in an order drawn from the seed, as often as fits.

internal import Report
internal import Statistics

extension Experiment {
  /// Share of a run's rounds that may be measured again because the host disturbed them.
  private static let rerunShareMax = 0.2

  func runRounds() throws(LauncherError) {
    var roundCount = fitRounds()
    result.settings.roundsPlanned = roundCount
    var rerunsLeft = Int((Double(roundCount) * Experiment.rerunShareMax).rounded(.up))
    var round = 0
    while round < roundCount {
      observer.runDidCount(rounds: round, of: roundCount)
      if isReplacementDue(before: round, of: roundCount) { try replaceSets() }
      let first = result.slots.count
      let steal = try runRound(round, of: roundCount, isRerun: false)
      result.settings.rounds = round + 1
      if steal > ValidityVerdict.stealRatioMax, rerunsLeft > 0, hasTimeFor(rounds: roundCount - round) {
        rerunsLeft -= 1
        for index in first..<result.slots.count { result.slots[index].superseded = true }
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

  /// Adds what the round recorded to the run's histograms.
  func acceptRound() {
    for (key, histogram) in roundHistograms { histograms[key, default: LatencyHistogram()].merge(histogram) }
    roundHistograms = [:]
  }

  // MARK: Fitting into the time

  private func slotSpecs() -> [SlotSpec] {
    var specs: [SlotSpec] = []
    for arm in plan.arms.indices {
      for depth in depths.depths {
        specs.append(SlotSpec(arm: arm, depth: depth, phase: .closed, inFlight: plan.inFlight))
        specs.append(SlotSpec(arm: arm, depth: depth, phase: .open, rate: openLoopRate))
      }
      specs.append(SlotSpec(arm: arm, depth: depthMax, phase: .single))
    }
    return specs
  }

  private var roundSeconds: Double {
    Double(slotSpecs().count) * (plan.slotSeconds + slotOverhead.seconds)
  }

  /// Of so many rounds, with the replacements that come with them.
  private func seconds(rounds: Int) -> Double {
    let replacements = rounds >= ExperimentPlan.replacementRoundCountMin ? 2.0 : 0
    return Double(rounds) * roundSeconds + replacements * setsSeconds
  }

  private func hasTimeFor(rounds: Int) -> Bool {
    guard let budget = plan.budgetSeconds, plan.rounds == nil else { return true }
    return elapsedSeconds + Double(rounds) * roundSeconds <= budget
  }

  /// After each round: what was planned, or less when the slots take longer than they did at first. Never less than
  /// three, with which the depths were chosen.
  private func roundsThatStillFit(_ done: Int, of planned: Int) -> Int {
    var count = planned
    while count > max(done, ExperimentPlan.roundCountMin), !hasTimeFor(rounds: count - done) { count -= 1 }
    if count < planned {
      observer.runDidReach("\(count) rounds fit the time, not \(planned): slots take longer than they did at first")
      result.settings.roundsPlanned = count
    }
    return count
  }

  /// As many rounds as fit the budget. When fewer than three do, depths are dropped, and the time that all of them
  /// would need is noted.
  private func fitRounds() -> Int {
    if let rounds = plan.rounds { return rounds }
    guard let budget = plan.budgetSeconds else { return ExperimentPlan.roundCountMin }
    let least = ExperimentPlan.roundCountMin
    let fullSeconds = elapsedSeconds + Double(least) * roundSeconds
    while !hasTimeFor(rounds: least), depths.dropOne() != nil {}
    if !depths.dropped.isEmpty {
      let dropped = depths.dropped.sorted().map(String.init).joined(separator: ", ")
      result.settings.fullRunSeconds = fullSeconds
      note(
        "depths \(dropped) dropped: \(least) rounds of all depths need \(Int(fullSeconds.rounded(.up))) s, not \(Int(budget)) s"
      )
    } else if !hasTimeFor(rounds: least) {
      result.settings.fullRunSeconds = fullSeconds
      note("\(least) rounds need \(Int(fullSeconds.rounded(.up))) s, more than the \(Int(budget)) s that were given")
    }
    let left = budget - elapsedSeconds
    var count = Int(min(Double(SignTest.roundCountMax), left / roundSeconds))
    while count > least, seconds(rounds: count) > left { count -= 1 }
    return max(least, count)
  }

  private func note(_ text: String) {
    result.notes.append(text)
    observer.runDidReach(text)
  }

  // MARK: One round

  /// Returns the share of CPU time that the host took meanwhile.
  private func runRound(_ round: Int, of roundCount: Int, isRerun: Bool) throws(LauncherError) -> Double {
    let specs = slotSpecs()
    let order = RoundSchedule.order(seed: plan.seed, round: round, count: specs.count)
    let before = HostReading()
    for (position, index) in order.enumerated() {
      let slotsLeft = (roundCount - round) * specs.count - position
      observer.runDidProgress(
        "round \(round + 1) of \(roundCount)",
        secondsLeft: Double(slotsLeft) * (plan.slotSeconds + slotOverhead.seconds))
      let spec = specs[index]
      let begin = elapsedSeconds
      _ = try runner.run(
        spec, on: try set(for: spec.arm), seconds: plan.slotSeconds, round: round, position: position
      ) { measured in
        var measured = measured
        measured.slot.rerun = isRerun
        keep(measured, spec)
      }
      slotOverhead.add(elapsedSeconds - begin - plan.slotSeconds)
    }
    observer.runDidReach("round \(round + 1) of \(roundCount) done after \(Int(elapsedSeconds)) s")
    return HostReading().stealRatio(since: before)
  }

  private func keep(_ measured: MeasuredSlot, _ spec: SlotSpec) {
    result.slots.append(measured.slot)
    observer.runDidMeasure(measured.slot)
    let key = HistogramKey(arm: spec.arm, depth: spec.depth, phase: spec.phase.rawValue)
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
      noteClosedConnections(ofSet: index)
      sets[index].stop()
      sets[index] = makeSet(index, generation: generation)
      try sets[index].start()
      try warmUp(index, generation: generation)
    }
    observer.runDidReach("replaced every process set")
  }
}
