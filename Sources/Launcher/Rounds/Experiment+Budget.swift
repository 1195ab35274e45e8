// What a run takes in all, said before anything is measured, and which passes a budget has room for. The estimates are for
// a quiet machine of two CPUs; what is known better on the way takes their place.

internal import Results
internal import Statistics

extension Experiment {
  /// From the plan alone, before any process runs.
  func noteTimeBeforehand() {
    replacementSeconds = RunDuration.roundSetSeconds * Double(plan.sharesProcessSet ? 1 : plan.arms.count)
    let explaining = ExperimentPlan.Pass.explaining.filter(plan.passes.contains).reduce(0) { $0 + seconds(of: $1) }
    if let rounds = plan.rounds {
      let budget = RoundBudget(rounds: rounds, explainingRounds: rounds)
      let all = secondsBeforeRounds + explaining + seconds(budget)
      observer.runWillTake(seconds: all)
      observer.runDidReach("this will take about \(RunDuration.text(all)): " + roundWords(budget))
    } else if let budget = plan.budgetSeconds {
      let least = secondsBeforeRounds + leastRoundsSeconds
      observer.runWillTake(seconds: max(budget, least))
      guard least > budget else {
        return observer.runDidReach("this will take at most about \(RunDuration.text(budget))")
      }
      note(
        "\(RunDuration.text(budget)) is too little for \(RoundBudget.roundCountMin) rounds of "
          + "\(plan.arms.count) arm\(plan.arms.count == 1 ? "" : "s"): this will take about \(RunDuration.text(least))")
    }
  }

  /// Whether the least number of rounds fits the budget behind this pass; what does not have room is left out, and noted.
  func hasTime(for pass: ExperimentPlan.Pass) -> Bool {
    guard plan.passes.contains(pass) else { return false }
    guard ExperimentPlan.Pass.explaining.contains(pass), plan.rounds == nil, let budget = plan.budgetSeconds else {
      return true
    }
    let later = sets.isEmpty ? secondsBeforeRounds : 0
    guard elapsedSeconds + seconds(of: pass) + later + leastRoundsSeconds > budget else { return true }
    note("\(pass.title) left out: no room in \(RunDuration.text(budget))")
    return false
  }

  private var secondsOfSets: Double { Double(plan.sharesProcessSet ? 1 : plan.arms.count) * RunDuration.setSeconds }

  /// Of what every run does: sets, the fidelity check, the counting pass, the pilot.
  private var secondsBeforeRounds: Double {
    secondsOfSets + Double(plan.arms.count) * (RunDuration.armSeconds + plan.trialSeconds)
  }

  /// Of the smallest and the largest depth, which no budget drops.
  private var leastRoundsSeconds: Double {
    let ends = Set([depths.depths.first ?? 1, depths.depths.last ?? 1]).sorted()
    let least = RoundPlan(plan: plan, depths: ends, rates: rates)
    let trials = (least.answering + least.explaining).flatMap(least.trials)
    return Double(RoundBudget.roundCountMin) * (replacementSeconds + trials.reduce(0) { $0 + seconds($1) })
  }

  /// About how long a pass takes that explains costs.
  private func seconds(of pass: ExperimentPlan.Pass) -> Double {
    let arms = plan.arms.indices.filter { plan.arms[$0].controlOf == nil }
    switch pass {
    case .inProcess: return Double(arms.count) * RunDuration.inProcessSeconds
    case .semantics: return Double(arms.count) * RunDuration.semanticsSeconds
    case .references:
      // n, n and 2n requests at every depth.
      let depthCount = Double(depths.depths.count)
      return arms.reduce(0) { sum, arm in
        let requests = 4 * Double(ExperimentPlan.countedRequestCount)
        return sum + RunDuration.setSeconds
          + depthCount * min(requests * (secondsPerRequest[arm] ?? 0), 2 * ExperimentPlan.countedSecondsMax)
      }
    case .stages:
      // With clocks, without, and once to get ready.
      let rounds = Double(ExperimentPlan.stageRoundCount(rounds: plan.rounds))
      return plan.arms.indices.reduce(0) { sum, arm in
        let least = Double(ExperimentPlan.countedRequestCountMin) * (secondsPerRequest[arm] ?? 0)
        return sum + 3 * rounds * (max(ExperimentPlan.stageTrialSeconds, least) + trialOverhead.seconds)
      }
    case .fidelity, .counting, .open: return 0
    }
  }
}

extension ExperimentPlan.Pass {
  /// What a run can do without.
  fileprivate static let explaining: [Self] = [.inProcess, .semantics, .references, .stages]

  fileprivate var title: String {
    switch self {
    case .inProcess: "the context work in one process"
    case .semantics: "what each strategy keeps"
    case .references: "retains and releases"
    case .stages: "the stages of a request"
    case .fidelity, .counting, .open: "\(self)"
    }
  }
}
