// How many rounds fit the time that was given, and what is left out where too few do.

internal import Results
internal import Statistics

extension Experiment {
  /// Of the depths that have not been dropped.
  var roundPlan: RoundPlan { RoundPlan(plan: plan, depths: depths.depths, rates: rates) }

  /// Of a trial, with what it takes beside its own time.
  func seconds(_ spec: TrialSpec) -> Double { lengths.seconds(spec) + trialOverhead.seconds }

  private func seconds(_ kinds: [RoundPlan.Kind]) -> Double {
    let plan = roundPlan
    return kinds.flatMap(plan.trials).reduce(0) { $0 + seconds($1) }
  }

  /// Of the trials that every round has, its new processes included.
  private var answeringSeconds: Double { replacementSeconds + seconds(roundPlan.answering) }

  /// Of the rounds that are left.
  func seconds(_ budget: RoundBudget) -> Double {
    budget.secondsLeft(answering: answeringSeconds, explaining: seconds(roundPlan.explaining))
  }

  func hasTime(_ budget: RoundBudget) -> Bool {
    guard let limit = plan.budgetSeconds, plan.rounds == nil else { return true }
    return elapsedSeconds + seconds(budget) <= limit
  }

  /// After each round: as many as fit by what rounds take meanwhile; never fewer than with which the depths were chosen.
  func roundsThatStillFit(_ planned: RoundBudget) -> RoundBudget {
    guard plan.rounds == nil, plan.budgetSeconds != nil else { return planned }
    var budget = planned
    while budget.rounds > max(budget.done, RoundBudget.roundCountMin), !hasTime(budget) { budget.rounds -= 1 }
    while budget.rounds < SignTest.roundCountMax, hasTime(budget.adding(rounds: 1)) { budget.rounds += 1 }
    result.settings.roundsPlanned = budget.rounds
    return budget
  }

  /// As many as fit the budget. When fewer than the least do, depths are dropped, and the time that all of them would
  /// need is noted.
  func fitRounds() -> RoundBudget {
    guard plan.rounds == nil, let limit = plan.budgetSeconds else {
      let rounds = plan.rounds ?? RoundBudget.roundCountMin
      return RoundBudget(rounds: rounds, explainingRounds: rounds)
    }
    dropDepths(budget: limit)
    var budget = RoundBudget(
      seconds: limit - elapsedSeconds, answering: answeringSeconds, explaining: seconds(roundPlan.explaining),
      neededRounds: neededRounds)
    budget.explainsFirst = plan.resolution != nil
    return budget
  }

  /// With which every arm can be claimed to differ at every depth.
  private var neededRounds: Int {
    Comparison.roundCountMin(familyCount: max(1, plan.arms.count - 2) * depths.depths.count)
  }

  private func dropDepths(budget: Double) {
    let least = RoundBudget(rounds: RoundBudget.roundCountMin, explainingRounds: RoundBudget.roundCountMin)
    let fullSeconds = elapsedSeconds + seconds(least)
    while !hasTime(least), depths.dropOne() != nil {}
    let needed = "\(Int(fullSeconds.rounded(.up))) s"
    if !depths.dropped.isEmpty {
      let dropped = depths.dropped.sorted().map(String.init).joined(separator: ", ")
      result.settings.fullRunSeconds = fullSeconds
      note("depths \(dropped) dropped: \(least.rounds) rounds of all depths need \(needed), not \(Int(budget)) s")
    } else if !hasTime(least) {
      result.settings.fullRunSeconds = fullSeconds
      note("\(least.rounds) rounds need \(needed), more than the \(Int(budget)) s that were given")
    }
  }

  func note(_ text: String) {
    result.notes.append(text)
    observer.runDidReach(text)
  }

  // MARK: In words

  /// From what was measured on the way here.
  func noteTime(_ budget: RoundBudget) {
    observer.runDidReach("\(RunDuration.text(seconds(budget))) from here: " + roundWords(budget))
  }

  func roundWords(_ budget: RoundBudget) -> String {
    let plan = roundPlan
    let count = (plan.answering + plan.explaining).flatMap(plan.trials).count
    let part =
      budget.explainingRounds < budget.rounds
      ? "\(budget.explainingRounds) of them of all depths, the others of the largest alone, " : ""
    return "\(budget.rounds) round\(budget.rounds == 1 ? "" : "s"), \(part)up to \(count) trials of "
      + "\(NumberText.time(seconds: self.plan.trialSeconds)) or more each"
  }
}
