// From a plan to files and an exit status: what `chain` and `run` have in common.

internal import ArgumentParser
internal import Launcher
internal import Report
internal import Statistics

enum ExperimentRun {
  /// Runs the plan, prints the table, writes the JSON. Throws the exit status when it is not 0.
  static func perform(_ plan: ExperimentPlan, json: String?, isStrict: Bool) throws {
    do {
      if let json { try ResultFile.checkWritable(json) }
    } catch {
      throw Console.fail("\(error)", status: 1)
    }
    let progress = TerminalProgress()
    let experiment: Experiment
    do {
      experiment = try Experiment(plan: plan, observer: progress)
    } catch LauncherError.interrupted(let signal) {
      throw ExitCode(128 + signal)
    } catch {
      throw Console.fail("\(error)", status: 1)
    }
    let measured = experiment.run()
    var status = measured
    progress.close()
    var result = experiment.result
    if status == 0, isStrict, result.slots.contains(where: { !$0.superseded && $0.validity.verdict == .invalid }) {
      status = 4
    }
    result.exitStatus = Int(status)
    // The file first, while a signal still ends nothing; then the signals, because a reader of the output may block.
    let file = json == ResultFile.standardOutput ? nil : json
    let unwritten = file.flatMap { write(result, to: $0) }
    experiment.close()
    if let unprinted = Console.report(TextReport.render(result), json: json), status == 0 {
      status = unprinted.rawValue
      result.exitStatus = Int(status)
      if unwritten == nil, let file { _ = write(result, to: file) }
    }
    if let problem = unwritten ?? (file == nil ? json : nil).flatMap({ write(result, to: $0) }) {
      throw Console.fail("\(problem)", status: 1)
    }
    reasons(of: result, failed: measured == 1).forEach { Console.error("ctxchain: \($0)") }
    if status != 0 { throw ExitCode(status) }
  }

  /// nil when it was written.
  private static func write(_ result: RunResult, to json: String) -> (any Error)? {
    do {
      try ResultFile.write(result, to: json)
      return nil
    } catch {
      return error
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
