// `compare` in its two forms: a run that measures both arms, and two results that were measured before.

internal import ArgumentParser
internal import Launcher
internal import Report
internal import Results

enum CompareRun {
  static func measure(_ plan: ExperimentPlan, gates: [Gate], json: String?, isStrict: Bool) throws {
    let (a, b) = (plan.arms[0], plan.arms[1])
    try ExperimentRun.perform(plan, json: json, isStrict: isStrict) { result in
      let comparison = ComparisonDocument(
        run: result, a: (a.name, a.own.depth ?? 0), b: (b.name, b.own.depth ?? 0), gates: gates)
      // A run that came to no slot has its reason to tell, and nothing else.
      let isEmpty = result.exitStatus != 0 && result.slots.isEmpty
      return RunOutput(
        document: comparison, text: isEmpty ? "" : ComparisonText.render(comparison), status: comparison.exitStatus,
        complaints: isEmpty ? [] : comparison.gates.complaints)
    }
  }

  static func results(
    _ paths: [String], arm: String?, depth: Int?, isForced: Bool, gates: [Gate], json: String?
  ) throws {
    let pairing: ResultPairing
    do {
      let files = try paths.map { ResultPairing.File(path: $0, result: try ResultFile.read($0)) }
      pairing = try ResultPairing(files[0], files[1], arm: arm, depth: depth)
    } catch {
      throw Console.fail("\(error)", status: 2)
    }
    if let objection = pairing.objections.first, !isForced {
      throw Console.fail("\(objection); --anyway compares them all the same", status: 2)
    }
    let comparison = ComparisonDocument(
      pairing, gates: gates, toolVersion: ToolVersion.current, commandLine: CommandLine.arguments)
    let unprinted = Console.report(ComparisonText.render(comparison), json: json)
    do {
      if let json { try ResultFile.write(comparison, to: json) }
    } catch {
      throw Console.fail("\(error)", status: 1)
    }
    comparison.gates.complaints.forEach { Console.error("ctxchain: \($0)") }
    if let unprinted { throw unprinted }
    if comparison.exitStatus != 0 { throw ExitCode(Int32(comparison.exitStatus)) }
  }
}
