// The options of a `compare` that measures. All are optional, so that two results can refuse what means nothing there.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Statistics
internal import Topology

struct CompareMeasuring: ParsableArguments {
  @Option(name: [.customShort("n"), .long], help: "Services of a generated chain, 1 to 64; 5 without it.")
  var services: Int?

  @Option(help: "Rounds, 1 to 1000; 12 without it. Below 6 nothing is claimed, from 10 on p decides.")
  var rounds: Int?

  @Option(help: "Length of a slot, with its unit, 250ms to 10m; 500ms without it.")
  var slot: Seconds?

  @Option(help: "Where processes run: one, client-apart, spread or free; one without it.")
  var placement: String?

  @Option(help: "Requests under way in closed-loop slots, 1 to 4096; 64 without it.")
  var inFlight: Int?

  @Option(
    name: [.customShort("R"), .customLong("rate"), .customLong("qps")],
    help: "Requests per second of the open-loop slots; without it, half of what the slower arm can do.")
  var rate: Double?

  @Option(help: "Open-loop arrivals: uniform or poisson; uniform without it.")
  var arrival: String?

  @Option(help: "Time after which a request is given up, at most 1h; 10s without it.")
  var timeout: Seconds?

  @Option(help: "Warm-up of each process set: auto, or at most so long; auto without it.")
  var warmup: WarmupTime?

  @Option(help: "How long to wait for replies at a slot's end, at most 1h; 2s without it.")
  var drain: Seconds?

  @Option(help: "Names of the keys that each layer sets: shadow or distinct; shadow without it.")
  var growth: String?

  @Option(help: "Keys that each layer sets, 0 to 64; 3 without it.")
  var keysPerLayer: Int?

  @Option(bytes: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  @Option(bytes: "Bytes of every request's payload in a generated chain; 128 without it.")
  var size: Int?

  @Option(bytes: "Bytes of every response's payload in a generated chain; 128 without it.")
  var responseSize: Int?

  @Option(help: "Seed of every random thing in the run; 1 without it.")
  var seed: UInt64?

  mutating func validate() throws {
    try OptionRange.check("--services", services, 1...TopologyLimits.chainDepthMax)
    try OptionRange.check("--rounds", rounds, 1...SignTest.roundCountMax)
    if let slot { try OptionRange.check("--slot", slot, ExperimentPlan.slotSecondsMin...600) }
    if let timeout { try OptionRange.check("--timeout", timeout, OptionRange.timeout) }
    try warmup?.check()
    if let drain { try OptionRange.check("--drain", drain, OptionRange.drain) }
    try OptionRange.check("--in-flight", inFlight, 1...4096)
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--keys-per-layer", keysPerLayer, 0...TopologyLimits.keysPerLayerMax)
    try OptionRange.check("--placement", placement, oneOf: Placement.allCases.map(\.rawValue))
    try OptionRange.check("--arrival", arrival, oneOf: ["uniform", "poisson"])
    try OptionRange.check("--growth", growth, oneOf: ContextGrowth.allCases.map(\.rawValue))
  }

  /// The name of an option that was given; nil when none was.
  var firstGiven: String? {
    let given: [(String, Bool)] = [
      ("--services", services != nil), ("--rounds", rounds != nil), ("--slot", slot != nil),
      ("--placement", placement != nil), ("--in-flight", inFlight != nil), ("--rate", rate != nil),
      ("--arrival", arrival != nil), ("--timeout", timeout != nil), ("--warmup", warmup != nil),
      ("--drain", drain != nil),
      ("--growth", growth != nil), ("--keys-per-layer", keysPerLayer != nil), ("--opaque-size", opaqueSize != nil),
      ("--size", size != nil), ("--response-size", responseSize != nil), ("--seed", seed != nil),
    ]
    return given.first { $0.1 }?.0
  }

  func plan(_ specs: [String], against: String?, depth: Int?, _ call: Invocation) throws -> ExperimentPlan {
    let compared = try ComparePlan(
      specs, against: against,
      ArmSpec.Defaults(
        services: services ?? ComparePlan.servicesByDefault, depth: depth, growth: growth, keysPerLayer: keysPerLayer,
        size: size ?? 128, responseSize: responseSize ?? 128))
    try OpaqueSize.check(opaqueSize, topologies: compared.arms.map(\.topology))
    var plan = ExperimentPlan(
      commandLine: call.commandLine, arms: compared.arms, depths: compared.depths, isChain: false,
      placement: placement.flatMap(Placement.init) ?? .one,
      slotSeconds: slot?.value ?? ComparePlan.slotSecondsByDefault,
      rounds: rounds ?? ComparePlan.roundCountByDefault, budgetSeconds: nil, inFlight: inFlight ?? 64,
      timeoutSeconds: timeout?.value ?? 10, drainSeconds: drain?.value ?? 2, seed: seed ?? 1,
      isPoisson: arrival == "poisson", openLoopRate: rate, opaqueSize: opaqueSize, toolVersion: ToolVersion.current)
    plan.warmupSecondsMax = warmup?.seconds?.value
    // What an arm costs, not why: also of builds that know no other passes.
    plan.passes = [.fidelity, .counting, .open]
    return plan
  }
}
