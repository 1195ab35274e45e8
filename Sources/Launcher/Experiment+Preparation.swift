// What happens once before the rounds: warm-up, the fidelity check, the counting pass and the pilot.

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
      SlotSpec(arm: index, depth: depthMax(of: index), phase: .closed, inFlight: plan.inFlight(of: index)),
      on: sets[index], secondsMax: limit)
    result.warmups.append(
      Warmup(
        arm: plan.arms[index].name, set: generation, windowsDiscarded: detector.discardedWindowCount, seconds: seconds,
        steady: detector.isSteady))
  }

  /// Holds the contexts that arrive against the declared rules, in a slot of its own per arm.
  func verifyFidelity() throws(LauncherError) {
    for arm in plan.arms.indices {
      observer.runDidProgress("checking what arrives: \(plan.arms[arm].name)", secondsLeft: nil)
      let set = try set(for: arm)
      let token = set.makeToken()
      set.client?.send(
        ClientCommand.verify(
          token: token, requestCount: ExperimentPlan.fidelityRequestCount,
          inFlight: ExperimentPlan.fidelityInFlight,
          hopsLeft: plan.hopsLeft(arm: arm, depth: depthMax(of: arm), topology: set.topology),
          timeoutNanoseconds: Int64(plan.timeoutSeconds * 1e9)))
      // Every request may run into its timeout.
      let turns = ExperimentPlan.fidelityRequestCount / ExperimentPlan.fidelityInFlight + 1
      let seconds = plan.timeoutSeconds * Double(turns) + 20
      let outcome = try set.awaitClient("the fidelity check", seconds: seconds) { report -> FidelityResult? in
        guard case .verified(let outcome, let losses) = report, outcome.token == token else { return nil }
        return FidelityResult(arm: plan.arms[arm].name, outcome, losses: losses)
      }
      result.fidelity.append(outcome)
    }
    func arms(_ verdict: FidelityResult.Verdict) -> String {
      result.fidelity.filter { $0.verdict == verdict }.map(\.arm).joined(separator: ", ")
    }
    var findings: [String] = []
    if !arms(.mismatch).isEmpty { findings.append("NOT as declared in \(arms(.mismatch))") }
    if !arms(.notChecked).isEmpty { findings.append("nothing came back in \(arms(.notChecked))") }
    observer.runDidReach(
      "checked what arrives: " + (findings.isEmpty ? "as declared in every arm" : findings.joined(separator: "; ")))
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
        let spec = SlotSpec(arm: arm, depth: depthMax(of: arm), phase: .pilot, inFlight: plan.inFlight(of: arm))
        let begin = elapsedSeconds
        let measured = try runner.run(
          spec, on: try set(for: arm), seconds: plan.slotSeconds, round: 0, position: arm, keep: keepRaw)
        slotOverhead.add(elapsedSeconds - begin - plan.slotSeconds)
        if measured.slot.throughput < slowest.throughput {
          slowest = (plan.arms[arm].name, measured.slot.throughput)
        }
      }
      openLoopRate = max(1, (slowest.throughput / 2).rounded())
      result.settings.openLoopRateReason = "half of what \(slowest.name), the slowest, did in its pilot slot"
    }
    result.settings.openLoopRate = openLoopRate
    observer.runDidReach("open-loop rate: \(Int(openLoopRate)) requests/s")
  }

  /// Adds a slot to the result alone.
  func keepRaw(_ measured: MeasuredSlot) { result.slots.append(measured.slot) }
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
