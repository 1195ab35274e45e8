// The fidelity check: whether the contexts that arrive are those that were declared.

internal import Control
internal import Results
internal import Statistics

struct FidelityChecking: Pass {
  let kind = ExperimentPlan.Pass.fidelity

  /// Holds the contexts that arrive against the declared rules, in a trial of its own per arm.
  func run(on experiment: Experiment) throws(LauncherError) {
    for arm in experiment.plan.arms.indices {
      experiment.observer.runDidProgress("checking what arrives: \(experiment.plan.arms[arm].name)", secondsLeft: nil)
      let set = try experiment.set(for: arm)
      let token = set.makeToken()
      set.client?.send(
        ClientCommand.verify(
          token: token, requestCount: ExperimentPlan.fidelityRequestCount,
          inFlight: ExperimentPlan.fidelityInFlight,
          hopsLeft: experiment.plan.hopsLeft(arm: arm, depth: experiment.depthMax(of: arm), topology: set.topology),
          timeoutNanoseconds: Int64(experiment.plan.timeoutSeconds * 1e9)))
      // Every request may run into its timeout.
      let turns = ExperimentPlan.fidelityRequestCount / ExperimentPlan.fidelityInFlight + 1
      let seconds = experiment.plan.timeoutSeconds * Double(turns) + 20
      var unheard: [String] = []
      let outcome = try set.awaitClient("the fidelity check", seconds: seconds) { report -> FidelityResult? in
        guard case .verified(let outcome, let losses) = report, outcome.token == token else { return nil }
        unheard = outcome.unheard ?? []
        return FidelityResult(arm: experiment.plan.arms[arm].name, outcome, losses: losses)
      }
      experiment.result.fidelity.append(outcome)
      if !unheard.isEmpty {
        experiment.result.notes.append(
          "\(outcome.arm): no view came from \(unheard.joined(separator: ", ")), behind an external service: what "
            + "arrives there is unknown")
      }
    }
    func arms(_ verdict: FidelityResult.Verdict) -> String {
      experiment.result.fidelity.filter { $0.verdict == verdict }.map(\.arm).joined(separator: ", ")
    }
    var findings: [String] = []
    if !arms(.mismatch).isEmpty { findings.append("NOT as declared in \(arms(.mismatch))") }
    if !arms(.notChecked).isEmpty { findings.append("nothing came back in \(arms(.notChecked))") }
    experiment.observer.runDidReach(
      "checked what arrives: " + (findings.isEmpty ? "as declared in every arm" : findings.joined(separator: "; ")))
  }
}

extension FidelityResult {
  init(arm: String, _ outcome: FidelityOutcome, losses: FidelityLosses?) {
    let verdict: Verdict =
      outcome.firstDifferingEdge != nil
      ? .mismatch
      : outcome.views == 0 ? .notChecked : outcome.lostKeys.isEmpty ? .faithful : .lostAsDeclared
    self.init(
      arm: arm, verdict: verdict, requests: outcome.requests, failed: outcome.failed, views: outcome.views,
      lostKeys: outcome.lostKeys,
      firstDifferingEdge: outcome.firstDifferingEdge, expected: outcome.expected, found: outcome.found,
      losses: outcome.views == 0 ? nil : losses)
  }
}
