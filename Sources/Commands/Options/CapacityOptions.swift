// The options of a capacity search that are those of every measuring command: what runs, where, and how it is loaded.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Topology

struct CapacityOptions: ParsableArguments {
  @Option(
    help: """
      Strategies, or stores and propagators as map+b3, separated by commas; without it a chain has those that ctxchain chain compares, and a topology is as \
      its file says.
      """)
  var strategies: String?

  @Option(help: "Where processes run: one, client-apart, spread or free.")
  var placement: String = Placement.one.rawValue

  @Option(help: "Requests under way in the closed loop that gives the peak, 1 to 4096.")
  var inFlight = 64

  @Option(help: "Time after which a request is given up, at most 1h; its deadline.")
  var timeout = Seconds(10)

  @Option(help: "How long to wait for replies at a run's end, at most 1h.")
  var drain = Seconds(5)

  @Option(help: "Arrivals: uniform or poisson.")
  var arrival = "uniform"

  @Option(bytes: "Bytes of every request's payload; only with -n.")
  var size = 128

  @Option(bytes: "Bytes of every response's payload; only with -n.")
  var responseSize = 128

  @Option(help: "Names of the keys that each layer sets: shadow or distinct.")
  var growth: String?

  @Option(help: "Keys that each layer sets, 0 to 64.")
  var keysPerLayer: Int?

  @Option(bytes: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  @Option(help: "Seed of every random thing.")
  var seed: UInt64 = 1

  @Option(
    help: "Write the result as JSON to this file; - is standard output, and the table then goes to standard error.")
  var json: String?

  mutating func validate() throws {
    try OptionRange.check("--placement", placement, oneOf: Placement.allCases.map(\.rawValue))
    try OptionRange.check("--in-flight", inFlight, 1...4096)
    try OptionRange.check("--timeout", timeout, OptionRange.timeout)
    try OptionRange.check("--drain", drain, OptionRange.drain)
    try OptionRange.check("--arrival", arrival, oneOf: ["uniform", "poisson"])
    try OptionRange.check("--growth", growth, oneOf: ContextGrowth.allCases.map(\.rawValue))
    try OptionRange.check("--keys-per-layer", keysPerLayer, 0...TopologyLimits.keysPerLayerMax)
  }

  func chain(depth: Int, _ strategy: String) throws -> Topology {
    try GeneratedChain.make(
      depth: depth, strategy: strategy, growth: growth, keysPerLayer: keysPerLayer, size: size,
      responseSize: responseSize)
  }

  /// The length of a run and the budget are the command's.
  func plan(arms: [ArmPlan], depth: Int, isChain: Bool, _ call: Invocation) throws -> ExperimentPlan {
    try OpaqueSize.check(opaqueSize, topologies: arms.map(\.topology))
    return ExperimentPlan(
      commandLine: call.commandLine, arms: arms, depths: [depth], isChain: isChain,
      placement: Placement(rawValue: placement)!, slotSeconds: ExperimentPlan.slotSecondsMin, rounds: nil,
      budgetSeconds: nil, inFlight: inFlight, timeoutSeconds: timeout.value, drainSeconds: drain.value, seed: seed,
      isPoisson: arrival == "poisson", openLoopRate: nil, opaqueSize: opaqueSize, toolVersion: ToolVersion.current)
  }
}
