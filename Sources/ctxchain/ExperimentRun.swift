// From a plan to files and an exit status: what the measuring commands have in common.

internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results
internal import Statistics

/// What a command makes of a run's result.
struct RunOutput {
  /// For `--json`.
  var document: any Encodable
  /// For people.
  var text: String
  var status: Int32
  /// One line each on standard error, behind everything else.
  var complaints: [String] = []

  init(document: any Encodable, text: String, status: Int, complaints: [String] = []) {
    self.document = document
    self.text = text
    self.status = Int32(status)
    self.complaints = complaints
  }
}

enum ExperimentRun {
  /// Runs the plan, prints the text, writes the JSON. Throws the exit status when it is not 0.
  ///
  /// - Parameter output: made from the result, and made anew when its exit status has changed.
  static func perform(
    _ plan: ExperimentPlan, json: String?, isStrict: Bool, output: (RunResult) -> RunOutput = tables
  ) throws {
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
    progress.close()
    var result = experiment.result
    result.exitStatus = Int(measured)
    if measured == 0, isStrict, result.slots.contains(where: { !$0.superseded && $0.validity.verdict == .invalid }) {
      result.exitStatus = 4
    }
    var made = output(result)
    // The file first, while a signal still ends nothing; then the signals, because a reader of the output may block.
    let file = json == ResultFile.standardOutput ? nil : json
    let unwritten = file.flatMap { write(made.document, to: $0) }
    experiment.close()
    if let unprinted = Console.report(made.text, json: json), made.status == 0 {
      result.exitStatus = Int(unprinted.rawValue)
      made = output(result)
      if unwritten == nil, let file { _ = write(made.document, to: file) }
    }
    if let problem = unwritten ?? (file == nil ? json : nil).flatMap({ write(made.document, to: $0) }) {
      throw Console.fail("\(problem)", status: 1)
    }
    let complaints = reasons(of: result, failed: measured == 1) + made.complaints
    complaints.forEach { Console.error("ctxchain: \($0)") }
    if made.status != 0 { throw ExitCode(made.status) }
  }

  /// The result itself, and a table per arm.
  private static func tables(_ result: RunResult) -> RunOutput {
    RunOutput(document: result, text: TextReport.render(result), status: result.exitStatus)
  }

  /// nil when it was written.
  private static func write(_ document: any Encodable, to json: String) -> (any Error)? {
    do {
      try ResultFile.write(document, to: json)
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
