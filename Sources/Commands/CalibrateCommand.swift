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
      Measures pairs of the same chain, each in process sets of its own, and compares their CPU per request as any run \
      does. At 5 % each, 18 of 200 pairs may differ by chance; when more do, the status is 1.

      Example: ctxchain calibrate --pairs 1 --rounds 6
      """)

  @Option(help: "Pairs to compare, 1 to \(CalibrationPlan.pairCountMax).")
  var pairs = 200

  @Option(help: "Rounds of each pair, \(SignTest.roundCountMin) to 1000.")
  var rounds = 12

  @OptionGroup var trial: TrialOption

  @OptionGroup var seed: SeedOption

  @OptionGroup var output: ResultOptions

  mutating func validate() throws {
    try OptionRange.check("--pairs", pairs, 1...CalibrationPlan.pairCountMax)
    try OptionRange.check("--rounds", rounds, SignTest.roundCountMin...SignTest.roundCountMax)
  }

  func run(_ call: Invocation) throws {
    let plan = try plan(call)
    try Epilogue(output, call).run({ try Calibration(plan: plan, observer: $0) }) { calibration, status in
      var result = calibration.result
      result.exitStatus = Int(status)
      return Outcome(document: result, text: result.isEmpty ? "" : result.text, status: status)
    }
  }

  private func plan(_ call: Invocation) throws -> CalibrationPlan {
    CalibrationPlan(
      commandLine: call.commandLine, toolVersion: ToolVersion.current,
      topology: try ChainTopology.make(
        depth: CalibrationPlan.depth, strategy: "baseline", growth: "shadow", keysPerLayer: 3, payloadSize: 128,
        responseSize: 128, vocabulary: .current), pairCount: pairs, rounds: rounds,
      trialSeconds: trial.seconds ?? ExperimentPlan.trialSecondsByDefault,
      seed: seed.value)
  }
}
