internal import ArgumentParser
internal import Context
internal import Launcher
internal import Report
internal import Results
internal import Statistics
internal import Topology

struct CapacityCommand: Command, DriveOptionSet {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract: "Find the highest rate that holds a latency goal.",
    discussion: """
      Over a topology file, or with -n over a generated chain. Reports an interval per strategy: the highest rate that \
      held, the lowest that did not, and what it failed.

      Example: ctxchain capacity -n 1 --strategies packed --slo p99=50ms
      """)

  @Argument(help: "The topology file; without it, -n.")
  var file: String?

  @Option(name: [.customShort("n"), .long], help: "Services in a generated chain, 1 to 64.")
  var depth: Int?

  @Option(help: "Goals, separated by commas: a percentile such as p50, p95 or p99.9, =, and a duration, as in p99=5ms.")
  var slo: String

  @Option(help: "Share of a run's requests that may fail beyond what the topology declares, such as 0.1% or 0.001.")
  var maxErrorRate = Share.none

  @Option(help: "Length of a run, 250ms to 10m; longer where a percentile needs more requests, up to 10s.")
  var probe = Seconds(0.5)

  @Option(help: "Time for the whole search, at most 24h; what is known then is reported.")
  var budget = Seconds(600)

  @Option(
    help: """
      Strategies, or stores and propagators as map+b3, separated by commas; without it a chain has those that ctxchain \
      chain compares, and a topology is as its file says.
      """)
  var strategies: String?

  @Option(help: TransportNames.help)
  var transports: String?

  @OptionGroup var placement: PlacementOption
  @OptionGroup var drive: DriveOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var chain: ChainOptions
  @OptionGroup var output: ResultOptions

  private static let drainByDefault = 5.0

  func run(_ call: Invocation) throws {
    try OptionRange.check("--probe", probe, CapacityPlan.probeSecondsMin...600)
    try OptionRange.check("--budget", budget, 0...86_400)
    try maxErrorRate.checkPart("--max-error-rate")
    let objectives = try LatencyObjective.parse(slo)
    let (arms, depth) = try arms()
    var experiment = try drivePlan(
      arms: arms, depths: [depth], isChain: file == nil, trialSeconds: probe.value, call)
    experiment.drainSeconds = drive.drain?.value ?? Self.drainByDefault
    experiment.budgetSeconds = budget.value
    let plan = CapacityPlan(experiment: experiment, objectives: objectives, errorRateMax: maxErrorRate.value)
    try Epilogue(output, call).run({ try CapacitySession(plan: plan, observer: $0) }) { session, status in
      var result = session.result
      result.exitStatus = Int(status)
      return Outcome(
        document: result, text: result.isEmpty ? "" : CapacityText.render(result), status: status,
        complaints: status == 1 ? result.failures.map(\.reason) + result.notes : [])
    }
  }

  private func arms() throws -> (arms: [ArmPlan], depth: Int) {
    let transports = try TransportNames.read(transports, beside: chain.transport)
    let presets = try TransportNames.presets(StrategyNames.presets(strategies), over: transports)
    switch (file, depth) {
    case (nil, let depth?):
      try OptionRange.check("--depth", depth, 1...TopologyLimits.chainDepthMax)
      return (try ExperimentOptions.arms(presets) { try chain.chain(depth: depth, $0) }, depth)
    case (let file?, nil):
      let written = try chain.topology(file: file)
      let depth = TopologyShape(written).depth
      guard strategies != nil else { return (try ExperimentOptions.arms(asWritten: written, over: transports), depth) }
      return (try ExperimentOptions.arms(presets, of: written), depth)
    default: throw ValidationError("expected a topology file or -n, got \(file == nil ? "neither" : "both")")
    }
  }
}
