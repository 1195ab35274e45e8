internal import ArgumentParser
internal import Launcher
internal import Propagation
internal import Report
internal import Results
internal import Statistics
internal import Topology

struct PressureCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "pressure",
    abstract: "A boxed map against a typed struct under a rate of requests.",
    discussion: """
      The same requests, the same wire format, another store: allocations, bytes, retains and releases per request, and \
      P99 in an open loop. Says so (status 4) when the machine does not hold the rate.

      Example: ctxchain lab pressure --rate 500 --rounds 1 --trial 500ms
      """)

  @Option(name: [.customShort("R"), .long], help: "Requests per second.")
  var rate = 10_000.0

  @Option(name: [.customShort("n"), .long], help: "Services of the chain, 1 to 64.")
  var depth = 2

  @Option(help: "How both sides write the context: propagators, separated by commas.")
  var propagator = "packed"

  @Option(help: "Rounds, 1 to 1000; P99 is judged from 6 on.")
  var rounds = 6

  @OptionGroup var trial: TrialOption

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  private static let map = "map"
  private static let structure = "struct"

  func run(_ call: Invocation) throws {
    try ExperimentRun.perform(try plan(call), output, call) { run in
      let result = PressureResult(run, map: Self.map, structure: Self.structure, depth: depth, rate: rate)
      return Outcome(
        document: result, text: run.isEmpty ? "" : PressureText.render(result),
        status: run.exitStatus == 0 ? result.exitStatus : Int32(run.exitStatus))
    }
  }

  private func plan(_ call: Invocation) throws -> ExperimentPlan {
    try OptionRange.check("--rate", rate: rate)
    try OptionRange.check("--depth", depth, 1...TopologyLimits.chainDepthMax)
    try OptionRange.check("--rounds", rounds, 1...SignTest.roundCountMax)
    guard PropagatorRegistry.resolve(propagator) != nil else {
      let names = PropagatorRegistry.names.joined(separator: ", ")
      throw ValidationError("--propagator: unknown \"\(propagator)\"; expected some of \(names)")
    }
    let arms = try [Self.map, Self.structure].map { store in
      try ProbedStrategies.arm(store, store: store, propagator: propagator, depth: depth)
    }
    var plan = ExperimentPlan(
      commandLine: call.commandLine, arms: ArmPlan.withControl(arms), depths: [depth], isChain: true,
      placement: .one, trialSeconds: trial.seconds ?? 0.5, rounds: rounds, budgetSeconds: nil, inFlight: 64,
      timeoutSeconds: 10,
      drainSeconds: 2, seed: seed.value, isPoisson: false, openLoopRate: rate, opaqueSize: nil,
      toolVersion: ToolVersion.current)
    plan.moreConcurrencies = []
    plan.passes = [.fidelity, .counting, .references, .open]
    return plan
  }
}
