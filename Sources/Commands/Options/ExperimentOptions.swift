// The options that every measuring command shares.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Results
internal import Statistics
internal import Topology

struct ExperimentOptions: ParsableArguments {
  @Option(help: StrategyNames.help)
  var strategies: String?

  @Option(help: "Where processes run: one, client-apart, spread or free.")
  var placement: String = Placement.one.rawValue

  @Option(help: "Length of a slot, with its unit, 250ms to 10m.")
  var slot = Seconds(ExperimentPlan.slotSecondsMin)

  @Option(
    help: "How much is measured: quick, standard or publish, which are 8, 12 or 20 rounds of 1, 2 or 4 slots each.")
  var preset: String?

  @Option(help: "Rounds, 1 to 1000; without it, as many as fit the budget, at least 3.")
  var rounds: Int?

  @Option(help: "Time for the whole run, at most 24h; 85s without it. Not used when --rounds is given.")
  var budget: Seconds?

  @Option(help: "Requests under way in closed-loop slots, over one connection, 1 to 4096.")
  var inFlight = 64

  @Option(
    help: """
      Also measured at the largest depth: requests under way, or REQUESTSxCONNECTIONS, separated by commas; 1, and with \
      a preset 64x64, without it.
      """)
  var concurrency: String?

  @Option(
    name: [.customShort("R"), .customLong("rate"), .customLong("qps")],
    help: "Requests per second of the open-loop slots; without it, half of what the slowest strategy can do.")
  var rate: Double?

  @Option(help: "Time after which a request is given up, at most 1h; its deadline.")
  var timeout = Seconds(10)

  @Option(help: "Warm-up of each process set: auto, which ends when its throughput is steady, or at most so long.")
  var warmup = WarmupTime.auto

  @Option(help: "How long to wait for replies at a slot's end, at most 1h.")
  var drain = Seconds(2)

  @Option(help: "Open-loop arrivals: uniform or poisson.")
  var arrival = "uniform"

  @Option(help: "Names of the keys that each layer sets: shadow or distinct.")
  var growth: String?

  @Option(help: "Keys that each layer sets, 0 to 64.")
  var keysPerLayer: Int?

  @Option(bytes: "Bytes that opaque carries, 0 to 65536; without it exactly what packed would send.")
  var opaqueSize: Int?

  @Option(help: PassNames.help)
  var passes: String?

  @Option(help: "Seed of every random thing in the run.")
  var seed: UInt64 = 1

  @Option(
    help: "Write the result as JSON to this file; - is standard output, and the table then goes to standard error.")
  var json: String?

  @Flag(help: "Exit with status 4 when a slot is invalid.")
  var strict = false

  mutating func validate() throws {
    try OptionRange.check("--placement", placement, oneOf: Placement.allCases.map(\.rawValue))
    try OptionRange.check("--slot", slot, ExperimentPlan.slotSecondsMin...600)
    try OptionRange.check("--rounds", rounds, 1...SignTest.roundCountMax)
    if let budget { try OptionRange.check("--budget", budget, 0...86_400) }
    if let preset {
      try OptionRange.check("--preset", preset, oneOf: RunPreset.allCases.map(\.rawValue))
      if let other = rounds != nil ? "--rounds" : budget != nil ? "--budget" : nil {
        throw ValidationError("--preset: expected no \(other) beside it, because a preset says how many rounds")
      }
    }
    _ = try concurrencies()
    _ = try PassNames.passes(passes)
    try OptionRange.check("--timeout", timeout, OptionRange.timeout)
    try OptionRange.check("--drain", drain, OptionRange.drain)
    try warmup.check()
    try OptionRange.check("--in-flight", inFlight, 1...4096)
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--keys-per-layer", keysPerLayer, 0...TopologyLimits.keysPerLayerMax)
    try OptionRange.check("--arrival", arrival, oneOf: ["uniform", "poisson"])
    try OptionRange.check("--growth", growth, oneOf: ContextGrowth.allCases.map(\.rawValue))
  }

  /// The strategies named, or those that are compared by default.
  func presets() throws -> [Vocabulary.Preset] { try StrategyNames.presets(strategies) }

  private static let budgetByDefault = 85.0

  private var runPreset: RunPreset? { preset.flatMap(RunPreset.init(rawValue:)) }

  /// Beside the headline. 64 over 64 connections needs time that the default budget does not have.
  private func concurrencies() throws -> [Concurrency] {
    let names = NameList.read(concurrency ?? (preset == nil ? "1" : "1,64x64"))
    var found: [Concurrency] = []
    for name in names {
      guard let one = Concurrency(name) else {
        throw ValidationError(
          "--concurrency: expected 1 to \(Concurrency.inFlightMax), or REQUESTSxCONNECTIONS with at most "
            + "\(Concurrency.connectionsMax) connections and no more of them than requests, got \"\(name)\"")
      }
      guard !found.contains(one) else { throw ValidationError("--concurrency: \"\(name)\" is named twice") }
      found.append(one)
    }
    return found.filter { $0 != Concurrency(inFlight: inFlight) }
  }

  /// The arms' control is added here.
  func plan(arms: [ArmPlan], depths: [Int], isChain: Bool, _ call: Invocation) throws -> ExperimentPlan {
    try OpaqueSize.check(opaqueSize, topologies: arms.map(\.topology))
    var plan = ExperimentPlan(
      commandLine: call.commandLine, arms: ArmPlan.withControl(arms), depths: depths, isChain: isChain,
      placement: Placement(rawValue: placement)!, slotSeconds: slot.value,
      rounds: rounds ?? runPreset?.roundCount,
      budgetSeconds: rounds == nil && preset == nil ? budget?.value ?? Self.budgetByDefault : nil, inFlight: inFlight,
      timeoutSeconds: timeout.value,
      drainSeconds: drain.value, seed: seed, isPoisson: arrival == "poisson", openLoopRate: rate,
      opaqueSize: opaqueSize, toolVersion: ToolVersion.current)
    plan.moreConcurrencies = try concurrencies()
    plan.passes = try PassNames.passes(passes)
    plan.preset = runPreset
    plan.slotCount = runPreset?.slotCount ?? 1
    plan.warmupSecondsMax = warmup.seconds?.value
    return plan
  }

  /// One arm per preset.
  static func arms(_ presets: [Vocabulary.Preset], _ make: (Vocabulary.Preset) throws -> Topology) throws -> [ArmPlan] {
    try presets.map { preset in
      var arm = ArmPlan(
        name: preset.name, store: preset.store == StoreKind.none.rawValue ? nil : preset.store,
        propagator: preset.propagator, topology: try make(preset))
      arm.sharesStore = StoreKind(rawValue: preset.store)?.isShared == true
      return arm
    }
  }
}
