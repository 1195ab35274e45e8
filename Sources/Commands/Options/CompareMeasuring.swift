// The options of a `compare` that measures. All are optional, so that two results can refuse what means nothing there.

internal import ArgumentParser
internal import Launcher
internal import Statistics
internal import Topology

struct CompareMeasuring: ParsableArguments, RoundOptionSet {
  @Option(name: [.customShort("n"), .long], help: "Services of a generated chain, 1 to 64; 5 without it.")
  var services: Int?

  @Option(help: "Rounds, 1 to 1000; 12 without it. Below 6 nothing is claimed, from 10 on p decides.")
  var rounds: Int?

  @OptionGroup var trial: TrialOption
  @OptionGroup var round: RoundOptions
  @OptionGroup var placement: PlacementOption
  @OptionGroup var drive: DriveOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var chain: ChainOptions
  @OptionGroup var export: TraceExportOption

  mutating func validate() throws {
    try OptionRange.check("--services", services, 1...TopologyLimits.chainDepthMax)
    try OptionRange.check("--rounds", rounds, 1...SignTest.roundCountMax)
  }

  /// The name of an option that was given; nil when none was.
  var firstGiven: String? {
    let own = [
      ("--services", services != nil), ("--rounds", rounds != nil), ("--otlp", export.otlp != nil),
    ]
    return (own + roundsGiven + chain.given).first { $0.1 }?.0
  }

  func plan(_ specs: [String], against: String?, depth: Int?, _ call: Invocation) throws -> ExperimentPlan {
    let compared = try ComparePlan(
      specs, against: against,
      ArmSpec.Defaults(
        services: services ?? ComparePlan.servicesByDefault, depth: depth, growth: chain.growth,
        keysPerLayer: chain.keysPerLayer, size: chain.size ?? ChainOptions.payloadSizeByDefault,
        responseSize: chain.responseSize ?? ChainOptions.payloadSizeByDefault, transport: chain.transport,
        pipeline: chain.pipeline, place: chain.contextPlace, neverIndexed: chain.neverIndexed,
        tracing: chain.tracing.ratio))
    var plan = try roundPlan(
      arms: compared.arms, depths: compared.depths, isChain: false, trialSeconds: ComparePlan.trialSecondsByDefault,
      call)
    plan.rounds = rounds ?? ComparePlan.roundCountByDefault
    plan.compareOnly()
    plan.otlp = try export.endpoint(for: plan.arms.map(\.topology))
    return plan
  }
}
