internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Topology

struct CompareCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare two arms, two builds, or two results: effect, interval, p, noise, verdict.",
    discussion: """
      Measures A and B on real processes in shuffled rounds, and A once more to know the noise. An arm is

        packed                      a strategy over a generated chain
        sharded-map+json-map        a store and a propagator instead; more propagators behind further +
        packed/http1                either of them over a transport
        packed@3                    the same, with requests that make 3 hops
        topologies/x.yaml           a topology as it is written
        packed:topologies/x.yaml    a topology under a strategy

      with what else it has to itself behind commas: placement=free, in-flight=1, growth=distinct, keys-per-layer=9, \
      opaque-size=1000, size=0, response-size=0, transport=frame, pipeline=16, place=body, program=PATH (its ctxchain).

      With --against PATH there is one arm: A runs in that build, B in this one. Two .json files are runs, compared arm by \
      arm; last is the newest in .ctxchain/, previous the newest before it that can be compared.

      --fail-if METRIC>LIMIT (also >= < <=) fails with status 3 when a claimed B/A is beyond the limit, and with 4 when \
      nothing can be claimed; --junit and --markdown write it for CI. For counts +N limits B − A instead. Metrics: \
      \(Metric.names).

      Example: ctxchain compare baseline packed -n 2 --rounds 1
      """)

  @Argument(help: ArgumentHelp("Two arms, one with --against, or two results.", valueName: "arm"))
  var arms: [String]

  @Option(help: "Another build of ctxchain, which runs A; B is the same arm in this build.")
  var against: String?

  @OptionGroup(title: "Limits") var limits: GateOptions

  @OptionGroup(title: "Measuring") var measuring: CompareMeasuring

  @Option(help: "Results only: the arm to compare; without it all that both have.")
  var arm: String?

  @Option(help: "Depth of arms that do not say it with @. Of results, without it the largest that both have.")
  var depth: Int?

  @Flag(help: "Compare results also when seed, topology, counting method or conditions differ.")
  var anyway = false

  @OptionGroup var output: ResultOptions

  @Flag(help: "Exit with status 4 when a trial is invalid, without a gate too.")
  var strict = false

  func run(_ call: Invocation) throws {
    let gates = try limits.read()
    let results = arms.filter(NamedResults.isResult)
    guard (1...2).contains(arms.count), results.isEmpty || results.count == 2 else {
      throw ValidationError(
        "expected two arms, one with --against, or two .json results, got \"\(arms.joined(separator: " "))\"")
    }
    try OptionRange.check("--depth", depth, 1...TopologyLimits.maxDepthMax)
    guard results.isEmpty else {
      if let option = against.map({ _ in "--against" }) ?? measuring.firstGiven {
        throw ValidationError("\(option) is for arms that are measured, not for results")
      }
      return try compareResults(gates, call)
    }
    if let option = arm.map({ _ in "--arm" }) ?? (anyway ? "--anyway" : nil) {
      throw ValidationError("\(option) is for results, not for arms that are measured")
    }
    try measureArms(gates, call)
  }
}

extension CompareCommand {
  /// A run that measures both arms.
  private func measureArms(_ gates: [Gate], _ call: Invocation) throws {
    let plan = try measuring.plan(arms, against: against, depth: depth, call)
    let (a, b) = (plan.arms[0], plan.arms[1])
    try ExperimentRun.perform(plan, output, isStrict: strict, call) { result in
      let comparison = ComparisonDocument(
        run: result, a: (a.name, a.own.depth ?? 0), b: (b.name, b.own.depth ?? 0), gates: gates)
      // A run that came to no trial has its reason to tell, and nothing else.
      let isEmpty = result.exitStatus != 0 && result.trials.isEmpty
      return Outcome(
        document: comparison, text: isEmpty ? "" : ComparisonScreen.render(comparison, width: call.console.width),
        status: Int32(comparison.exitStatus), complaints: isEmpty ? [] : comparison.gates.complaints,
        writeOthers: { try limits.write(isEmpty ? nil : comparison) })
    }
  }

  /// Two results that were measured before.
  private func compareResults(_ gates: [Gate], _ call: Invocation) throws {
    let pairing = try CommandFailure.ofArguments {
      let files = try NamedResults(saved: call.saved, takesAny: anyway).files(arms)
      return try ResultPairing(files[0], files[1], arm: arm, depth: depth)
    }
    if let objection = pairing.objections.first, !anyway {
      throw CommandFailure("\(objection); --anyway compares them all the same", status: 2)
    }
    let comparison = ComparisonDocument(
      pairing, gates: gates, toolVersion: ToolVersion.current, commandLine: call.commandLine)
    try Epilogue(output, call).end(status: Int32(comparison.exitStatus)) { status in
      Outcome(
        document: comparison, text: ComparisonScreen.render(comparison, width: call.console.width), status: status,
        complaints: comparison.gates.complaints, writeOthers: { try limits.write(comparison) })
    }
  }
}
