// From a plan of rounds to its result: what the commands have in common that measure arms side by side.

internal import Launcher
internal import Report
internal import Results
internal import Statistics

enum ExperimentRun {
  static func perform(_ plan: ExperimentPlan, _ options: ExperimentOptions, _ call: Invocation) throws {
    try perform(plan, options.output, isStrict: options.strict, call) { result in
      let written = WrittenRun(result, width: call.console.width)
      return Outcome(
        document: written, text: result.isEmpty ? "" : written.text, status: Int32(result.exitStatus))
    }
  }

  /// - Parameter outcome: what the command makes of the result.
  static func perform(
    _ plan: ExperimentPlan, _ output: ResultOptions, isStrict: Bool = false, _ call: Invocation,
    outcome: (RunResult) -> Outcome
  ) throws {
    try Epilogue(output, call).run({ try Experiment(plan: plan, observer: $0) }) { experiment, status in
      var result = experiment.result
      let isInvalid = result.trials.contains { !$0.superseded && $0.validity.verdict == .invalid }
      result.exitStatus = status == 0 && isStrict && isInvalid ? 4 : Int(status)
      var made = outcome(result)
      made.complaints = reasons(of: result, failed: status == 1) + made.complaints
      return made
    }
  }

  /// Why the run failed: processes that died and contexts that were lost, or else what its notes say.
  private static func reasons(of result: RunResult, failed: Bool) -> [String] {
    let mismatches = result.fidelity.filter { $0.verdict == .mismatch }.map { fidelity in
      let edge = fidelity.firstDifferingEdge ?? "an unknown edge"
      return "\(fidelity.arm) did not carry the context as declared: first at \(edge)"
    }
    let known = result.failures.map(\.reason) + mismatches
    return known.isEmpty && failed ? result.notes : known
  }
}
