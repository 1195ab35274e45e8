// Which trials a round has, how long they take, and how many rounds fit the time that was given.

internal import Results
internal import Statistics

extension Experiment {
  func trialSpecs() -> [TrialSpec] { trialSpecs(among: depths.depths) }

  func trialSpecs(among depths: [Int]) -> [TrialSpec] {
    var specs: [TrialSpec] = []
    for arm in plan.arms.indices {
      for depth in plan.depths(of: arm, among: depths) {
        specs.append(TrialSpec(arm: arm, depth: depth, phase: .closed, inFlight: plan.inFlight(of: arm)))
        if plan.passes.contains(.open) {
          specs.append(TrialSpec(arm: arm, depth: depth, phase: .open, rate: openLoopRate))
        }
      }
      for more in plan.moreConcurrencies where more != plan.headline {
        let phase = more == Concurrency(inFlight: 1) ? Trial.Phase.single : .closed
        specs.append(
          TrialSpec(
            arm: arm, depth: depthMax(of: arm), phase: phase, inFlight: more.inFlight, connections: more.connections))
      }
    }
    return Array(repeating: specs, count: plan.trialCount).flatMap { $0 }
  }

  func seconds(_ spec: TrialSpec) -> Double { spec.phase == .open ? openTrialSeconds : plan.trialSeconds }

  var roundSeconds: Double {
    trialSpecs().reduce(0) { $0 + seconds($1) + trialOverhead.seconds }
  }

  /// Of so many rounds, with the replacements that come with them.
  func seconds(rounds: Int) -> Double {
    let replacements = rounds >= ExperimentPlan.replacementRoundCountMin ? 2.0 : 0
    return Double(rounds) * roundSeconds + replacements * setsSeconds
  }

  func hasTimeFor(rounds: Int) -> Bool {
    guard let budget = plan.budgetSeconds, plan.rounds == nil else { return true }
    return elapsedSeconds + Double(rounds) * roundSeconds <= budget
  }

  /// After each round: what was planned, or less when the trials take longer than they did at first. Never less than
  /// three, with which the depths were chosen.
  func roundsThatStillFit(_ done: Int, of planned: Int) -> Int {
    var count = planned
    while count > max(done, ExperimentPlan.roundCountMin), !hasTimeFor(rounds: count - done) { count -= 1 }
    if count < planned {
      observer.runDidReach("\(count) rounds fit the time, not \(planned): trials take longer than they did at first")
      result.settings.roundsPlanned = count
    }
    return count
  }

  /// As many rounds as fit the budget. When fewer than three do, depths are dropped, and the time that all of them
  /// would need is noted.
  func fitRounds() -> Int {
    let shortest = plan.trialSeconds
    let longer =
      plan.passes.contains(.open)
      ? OpenTrialLength.seconds(
        rate: openLoopRate, trialCount: plan.trialCount, shortest: shortest,
        settleSeconds: Double(TrialRunner.settleNanoseconds) / 1e9, isPoisson: plan.isPoisson) : shortest
    guard plan.rounds == nil, let budget = plan.budgetSeconds else {
      openTrialSeconds = longer
      return plan.rounds ?? ExperimentPlan.roundCountMin
    }
    dropDepths(budget: budget)
    let left = budget - elapsedSeconds
    let count = max(ExperimentPlan.roundCountMin, roundsWithin(left))
    // Longer trials are for a P99 of every round. They may take rounds, but not the interval that six of them have.
    openTrialSeconds = longer
    let longerCount = roundsWithin(left)
    if longerCount >= min(count, SignTest.roundCountMin) { return longerCount }
    openTrialSeconds = shortest
    return count
  }

  private func roundsWithin(_ left: Double) -> Int {
    var count = max(0, Int(min(Double(SignTest.roundCountMax), left / roundSeconds)))
    while count > 0, seconds(rounds: count) > left { count -= 1 }
    return count
  }

  private func dropDepths(budget: Double) {
    let least = ExperimentPlan.roundCountMin
    let fullSeconds = elapsedSeconds + Double(least) * roundSeconds
    while !hasTimeFor(rounds: least), depths.dropOne() != nil {}
    let needed = "\(Int(fullSeconds.rounded(.up))) s"
    if !depths.dropped.isEmpty {
      let dropped = depths.dropped.sorted().map(String.init).joined(separator: ", ")
      result.settings.fullRunSeconds = fullSeconds
      note("depths \(dropped) dropped: \(least) rounds of all depths need \(needed), not \(Int(budget)) s")
    } else if !hasTimeFor(rounds: least) {
      result.settings.fullRunSeconds = fullSeconds
      note("\(least) rounds need \(needed), more than the \(Int(budget)) s that were given")
    }
  }

  func note(_ text: String) {
    result.notes.append(text)
    observer.runDidReach(text)
  }

  // MARK: In words

  /// From what was measured on the way here.
  func noteTime(rounds: Int) {
    observer.runDidReach(
      "\(RunDuration.text(seconds(rounds: rounds))) from here: " + roundWords(rounds: rounds))
  }

  func roundWords(rounds: Int) -> String {
    let (trial, longer) = (RunDuration.text(plan.trialSeconds), RunDuration.text(openTrialSeconds))
    let open = longer == trial ? "" : ", those of the open loop of \(longer)"
    return "\(rounds) round\(rounds == 1 ? "" : "s") of \(trialSpecs().count) trials of "
      + trial + open
  }
}
