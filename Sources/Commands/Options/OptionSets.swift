// What commands make of several groups of options together.
//
// Protocols, and not groups of groups: a debug build of ArgumentParser checks a group anew for every group around it,
// several times at each level, so that a command five levels deep took half a second to parse.

internal import Launcher

/// The options of a command that loads services which it starts itself.
protocol DriveOptionSet {
  var placement: PlacementOption { get }
  var drive: DriveOptions { get }
  var seed: SeedOption { get }
}

extension DriveOptionSet {
  /// One round of trials without a budget; what differs is the command's to change.
  func drivePlan(
    arms: [ArmPlan], depths: [Int], isChain: Bool, trialSeconds: Double, _ call: Invocation
  ) throws -> ExperimentPlan {
    try OpaqueSize.check(drive.opaqueSize, topologies: arms.map(\.topology))
    return ExperimentPlan(
      commandLine: call.commandLine, arms: arms, depths: depths, isChain: isChain, placement: placement.value,
      trialSeconds: trialSeconds, rounds: 1, budgetSeconds: nil, inFlight: drive.inFlight ?? 64,
      timeoutSeconds: drive.timeout?.value ?? 10, drainSeconds: drive.drain?.value ?? 2, seed: seed.value,
      isPoisson: drive.arrival != "uniform", openLoopRate: nil, opaqueSize: drive.opaqueSize,
      toolVersion: ToolVersion.current)
  }
}

/// Of a command that does so in rounds.
protocol RoundOptionSet: DriveOptionSet {
  var trial: TrialOption { get }
  var round: RoundOptions { get }
}

extension RoundOptionSet {
  var roundsGiven: [(String, Bool)] {
    [("--trial", trial.seconds != nil)] + round.given + placement.given + drive.given + seed.given
  }

  /// - Parameter trialSeconds: what a trial takes without --trial.
  func roundPlan(
    arms: [ArmPlan], depths: [Int], isChain: Bool, trialSeconds: Double, _ call: Invocation
  ) throws -> ExperimentPlan {
    var plan = try drivePlan(
      arms: arms, depths: depths, isChain: isChain, trialSeconds: trial.seconds ?? trialSeconds, call)
    plan.openLoopRate = round.rate
    plan.utilisation = round.utilisation?.value
    plan.warmupSecondsMax = round.warmup?.seconds?.value
    return plan
  }
}
