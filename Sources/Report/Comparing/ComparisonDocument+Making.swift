// A comparison made from results: of a run that measured both arms, or of two files. The same code judges both.

package import Results
internal import Statistics

extension ComparisonDocument {
  /// Of a run with the arms `a`, `b` and the control of `a`, each at one depth.
  package init(run: RunResult, a: (arm: String, depth: Int), b: (arm: String, depth: Int), gates: [Gate]) {
    self.init(toolVersion: run.toolVersion, commandLine: run.commandLine, isOneRun: true)
    if run.interrupted {
      let planned = NumberText.plural(run.settings.roundsPlanned, "round")
      warnings.append("Interrupted after \(run.settings.rounds) of \(planned).")
    }
    warnings += run.failures.map { "\($0.node) died: \($0.reason)." }
    for fidelity in run.fidelity where fidelity.verdict == .mismatch {
      let edge = fidelity.firstDifferingEdge.map { ", first at \($0)" } ?? ""
      warnings.append("\(fidelity.arm) did not carry the context as declared\(edge).")
    }
    var pairs: [(a: ArmReading, b: ArmReading)] = []
    if let left = ArmReading(run, arm: a.arm, depth: a.depth), let right = ArmReading(run, arm: b.arm, depth: b.depth) {
      pairs.append((left, right))
    }
    compare(pairs, gates: gates)
    self.run = run
    exitStatus = run.exitStatus
    if exitStatus == 0 { exitStatus = self.gates.exitStatus }
  }

  /// Of two results. What `pairing` objects to is in the warnings, and refused by whoever does not want it.
  package init(_ pairing: ResultPairing, gates: [Gate], toolVersion: String, commandLine: [String]) {
    self.init(toolVersion: toolVersion, commandLine: commandLine, isOneRun: false)
    warnings += pairing.objections.map { "Not under the same conditions: \($0)." }
    warnings.append("Two runs at different times have no A/A′ in common: nothing is more than indicated.")
    for file in [pairing.a, pairing.b] {
      if file.result.interrupted { warnings.append("\(file.path) was interrupted.") }
      if file.result.exitStatus == 1 { warnings.append("\(file.path) is of a run that failed.") }
    }
    compare(pairing.pairs, gates: gates)
    let family = pairing.pairs.count * Metric.compared.count { !$0.isExact }
    let rounds = comparisons.map(\.rounds).max() ?? 0
    let needed = Comparison.roundCountMin(familyCount: family)
    if pairing.pairs.count > 1, rounds >= SignTest.roundCountMin, rounds < needed {
      warnings.append(
        "\(family) comparisons at once need \(needed) rounds, not \(rounds): --arm asks for fewer of them.")
    }
    exitStatus = self.gates.exitStatus
  }

  private mutating func compare(_ pairs: [(a: ArmReading, b: ArmReading)], gates: [Gate]) {
    comparisons = ComparisonBuilder(pairs: pairs, isOneRun: isOneRun).comparisons
    self.gates = comparisons.flatMap { comparison in gates.map { $0.judge(comparison) } }
    let invalid = comparisons.map(\.invalidTrials).reduce(0, +)
    if invalid > 0 { warnings.append("Invalid: \(NumberText.plural(invalid, "trial")).") }
    finding = ComparisonFinding(comparisons: comparisons).text
  }
}
