// The options of `chain` and `run`: strategies, measured side by side in rounds, as many as a budget has room for.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Statistics
internal import Topology

struct ExperimentOptions: ParsableArguments, RoundOptionSet {
  @Option(help: StrategyNames.help)
  var strategies: String?

  @Option(help: TransportNames.help)
  var transports: String?

  @Option(
    help: "How much is measured: quick, standard or publish, which are 8, 12 or 20 rounds of 1, 2 or 4 trials each.")
  var preset: String?

  @Option(help: "Rounds, 1 to 1000; without it, as many as fit the budget, at least 3.")
  var rounds: Int?

  @Option(help: "Time for the whole run, at most 24h; 85s without it. Not beside --rounds, which take what they take.")
  var budget: Seconds?

  @Option(
    help: """
      Go on until a difference in CPU per hop as small as this could be claimed at the largest depth, such as 1%; at most \
      10 min, or the --budget.
      """)
  var until: Share?

  @Option(
    help: """
      Also measured at the largest depth: requests under way, or REQUESTSxCONNECTIONS, separated by commas; 1, and with \
      a preset 64x64, without it.
      """)
  var concurrency: String?

  @Option(help: PassNames.help)
  var passes: String?

  @OptionGroup var trial: TrialOption
  @OptionGroup var round: RoundOptions
  @OptionGroup var placement: PlacementOption
  @OptionGroup var drive: DriveOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var chain: ChainOptions
  @OptionGroup var export: TraceExportOption
  @OptionGroup var metrics: MetricsOptions
  @OptionGroup var output: ResultOptions

  @Flag(help: "Exit with status 4 when a trial is invalid.")
  var strict = false

  mutating func validate() throws {
    try OptionRange.check("--rounds", rounds, 1...SignTest.roundCountMax)
    if let budget { try OptionRange.check("--budget", budget, 0...86_400) }
    if let preset {
      try OptionRange.check("--preset", preset, oneOf: RunPreset.allCases.map(\.rawValue))
      if let other = rounds != nil ? "--rounds" : budget != nil ? "--budget" : nil {
        throw ValidationError("--preset: expected no \(other) beside it, because a preset says how many rounds")
      }
    }
    if rounds != nil, budget != nil {
      throw ValidationError("--budget: expected no --rounds beside it, because a budget decides how many there are")
    }
    if let until {
      try until.checkDifference("--until")
      if let other = rounds != nil ? "--rounds" : preset != nil ? "--preset" : nil {
        throw ValidationError("--until: expected no \(other) beside it, because that says how many rounds there are")
      }
    }
    _ = try transportNames()
    _ = try concurrencies()
    _ = try PassNames.passes(passes)
  }

  /// The strategies named, or those that are compared by default, over every transport named.
  func presets() throws -> [Vocabulary.Preset] {
    try TransportNames.presets(StrategyNames.presets(strategies), over: transportNames())
  }

  func transportNames() throws -> [String]? { try TransportNames.read(transports, beside: chain.transport) }

  private static let budgetByDefault = 85.0
  /// With --until.
  private static let longBudget = 600.0

  private var runPreset: RunPreset? { preset.flatMap(RunPreset.init(rawValue:)) }

  /// Beside the headline. 64 over 64 connections needs time that the default budget does not have.
  private func concurrencies() throws -> [Concurrency] {
    var found: [Concurrency] = []
    for name in NameList.read(concurrency ?? (preset == nil ? "1" : "1,64x64")) {
      guard let one = Concurrency(name[...]) else {
        throw ValidationError(
          "--concurrency: expected 1 to \(Concurrency.inFlightMax), or REQUESTSxCONNECTIONS with at most "
            + "\(Concurrency.connectionsMax) connections and no more of them than requests, got \"\(name)\"")
      }
      guard !found.contains(one) else { throw ValidationError("--concurrency: \"\(name)\" is named twice") }
      found.append(one)
    }
    return found.filter { $0 != Concurrency(inFlight: drive.inFlight ?? 64) }
  }

  /// The arms' control is added here.
  func plan(arms: [ArmPlan], depths: [Int], isChain: Bool, _ call: Invocation) throws -> ExperimentPlan {
    var plan = try roundPlan(
      arms: ArmPlan.withControl(arms), depths: depths, isChain: isChain,
      trialSeconds: ExperimentPlan.trialSecondsByDefault, call)
    plan.metrics = try metrics.plan(arms: true)
    plan.otlp = try export.endpoint(for: arms.map(\.topology))
    plan.rounds = rounds ?? runPreset?.roundCount
    let budgetByDefault = until == nil ? Self.budgetByDefault : Self.longBudget
    plan.budgetSeconds = plan.rounds == nil ? budget?.value ?? budgetByDefault : nil
    plan.resolution = until?.value
    if let until, arms.count < 2 || !arms.contains(where: { $0.propagator == "none" }) {
      throw ValidationError(
        "--until \(until.text): expected two strategies at least, baseline among them, against which others are held")
    }
    plan.moreConcurrencies = try concurrencies()
    plan.passes = try PassNames.passes(passes)
    plan.preset = runPreset
    plan.trialCount = runPreset?.trialCount ?? 1
    return plan
  }

  /// The graph of a file under each preset.
  static func arms(_ presets: [Vocabulary.Preset], of written: Topology) throws -> [ArmPlan] {
    try arms(presets) { preset in
      try written.applying(
        TopologyOverrides(strategy: preset.name, transport: preset.transport), vocabulary: .current)
    }
  }

  /// A file with its own strategies, over each transport where some are named.
  static func arms(asWritten written: Topology, over transports: [String]?) throws -> [ArmPlan] {
    guard let transports else { return [.asWritten(written)] }
    return try transports.map { transport in
      var arm = ArmPlan.asWritten(
        try written.applying(TopologyOverrides(transport: transport), vocabulary: .current))
      arm.name = Vocabulary.Preset.name(arm.name, over: transport)
      return arm
    }
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
