internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Statistics
internal import Topology

struct CalibrateCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Count how often this machine sees a difference where there is none.",
    discussion: """
      Measures pairs of the same chain, each in process sets of its own, and compares their CPU per hop as any run \
      does. At 5 % each, 18 of 200 pairs may differ by chance; when more do, the status is 1.

      With --known one chain of a pair does more work, counted in iterations, and each pair is a run of compare: 9 of 10 \
      must find it, with 64 requests in flight and with one, or the status is 1.

      Example: ctxchain calibrate --pairs 1 --rounds 6
      """)

  @Option(
    help: ArgumentHelp(
      "Make a hop of one chain dearer by this share, 0.1% to 50%, and count how often that is found.",
      valueName: "share"))
  var known: Share?

  @Option(help: "Pairs to compare, 1 to \(CalibrationPlan.pairCountMax); 200 without it, with --known 10.")
  var pairs: Int?

  @Option(help: "Rounds of each pair, \(SignTest.roundCountMin) to 1000.")
  var rounds = 12

  @OptionGroup var trial: TrialOption

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  mutating func validate() throws {
    try OptionRange.check("--pairs", pairs, 1...CalibrationPlan.pairCountMax)
    try known?.checkDifference("--known")
    try OptionRange.check("--rounds", rounds, SignTest.roundCountMin...SignTest.roundCountMax)
  }

  func run(_ call: Invocation) throws {
    if let known { return try find(known.value, call) }
    let plan = try plan(call)
    try Epilogue(output, call).run({ try Calibration(plan: plan, observer: $0) }) { calibration, status in
      var result = calibration.result
      result.exitStatus = Int(status)
      return Outcome(document: result, text: result.isEmpty ? "" : result.text, status: status)
    }
  }

  private func plan(_ call: Invocation) throws -> CalibrationPlan {
    CalibrationPlan(
      commandLine: call.commandLine, toolVersion: ToolVersion.current, topology: try topology(),
      pairCount: pairs ?? 200, rounds: rounds, trialSeconds: trialSeconds, seed: seed.value)
  }

  private func find(_ difference: Double, _ call: Invocation) throws {
    let plan = KnownDifferencePlan(
      commandLine: call.commandLine, toolVersion: ToolVersion.current, topology: try topology(),
      difference: difference, runCount: pairs ?? 10, rounds: rounds, trialSeconds: trialSeconds, seed: seed.value)
    let depth = CalibrationPlan.depth
    let make = { (observer: any RunObserver) in
      try KnownDifferenceSession(plan: plan, observer: observer) { run in
        ComparisonDocument(run: run, a: ("A", depth), b: ("B", depth), gates: []).comparisons.first?[.cpuPerHop]
      }
    }
    try Epilogue(output, call).run(make) { session, status in
      var result = session.result
      result.exitStatus = Int(status)
      return Outcome(document: result, text: result.isEmpty ? "" : result.text, status: status)
    }
  }

  private var trialSeconds: Double { trial.seconds ?? ExperimentPlan.trialSecondsByDefault }

  private func topology() throws -> Topology {
    try ChainTopology.make(
      depth: CalibrationPlan.depth, strategy: "baseline", growth: "shadow", keysPerLayer: 3, payloadSize: 128,
      responseSize: 128, vocabulary: .current)
  }
}
