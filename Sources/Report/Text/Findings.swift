// The last line of a report: in words what was found, and no more than what was found.

internal import Results
internal import Statistics

struct Findings {
  let result: RunResult
  let summary: RunSummary

  var line: String {
    (warnings + [found]).joined(separator: " ")
  }

  /// What must be known before the finding.
  var warnings: [String] {
    var texts: [String] = []
    if result.interrupted {
      texts.append("Interrupted after \(completeRoundCount) of \(result.settings.roundsPlanned) rounds.")
    }
    for failure in result.failures {
      texts.append("\(failure.node) died: \(failure.reason).")
    }
    for fidelity in result.fidelity where fidelity.verdict == .mismatch {
      let edge = fidelity.firstDifferingEdge.map { ", first at \($0)" } ?? ""
      texts.append("\(fidelity.arm) did not carry the context as declared\(edge).")
    }
    if summary.session.verdict == .suspect {
      texts.append("Suspect: the baseline, measured twice, differs from itself.")
    }
    let invalid = result.trials.filter { !$0.superseded && $0.validity.verdict == .invalid }
    if !invalid.isEmpty { texts.append("Invalid: " + NumberText.plural(invalid.count, "trial") + ".") }
    return texts
  }

  /// What was found, without the warnings.
  var found: String {
    guard let depth = summary.depths.last, summary.roundCount > 0 else {
      return "Found nothing: no trial was measured."
    }
    let candidates = summary.arms.filter { $0.arm.name != summary.baseline && $0.arm.controlOf == nil }
    let measured = candidates.compactMap { arm -> Candidate? in
      guard let row = arm.row(depth: depth), let added = row.addedCpuPerHop else { return nil }
      return Candidate(name: arm.arm.name, row: row, added: added)
    }.sorted { $0.added.median < $1.added.median }
    guard let baseline = summary.baseline, let least = measured.first, let most = measured.last else {
      return alone(depth: depth)
    }
    var clauses = ["Found at depth \(depth), \(basis):"]
    if least.name == most.name {
      clauses.append("over \(baseline), \(least.name) adds \(cpu(least)) CPU per hop;")
      clauses.append("throughput with it is \(drop(least)) \(baseline)")
    } else {
      clauses.append("over \(baseline), \(least.name) adds least CPU per hop, \(cpu(least)),")
      clauses.append("and \(most.name) most, \(cpu(most));")
      clauses.append("throughput is \(drop(least)) \(baseline) with \(least.name)")
      clauses.append("and \(drop(most)) it with \(most.name)")
    }
    return clauses.joined(separator: " ") + "; " + noise(depth: depth)
  }

  private struct Candidate {
    let name: String
    let row: RunSummary.Row
    let added: MedianInterval
  }

  /// Without a round that was cut off, which has trials of some arms only; also when it was being measured again.
  private var completeRoundCount: Int {
    let count = min(result.settings.rounds, summary.roundCount)
    guard let last = result.trials.last, last.rerun else { return count }
    let trials = result.trials.filter { $0.round == last.round && $0.phase != .pilot }
    let supersededCount = trials.filter(\.superseded).count
    return trials.count - supersededCount < supersededCount ? count - 1 : count
  }

  private var basis: String {
    let complete = completeRoundCount
    let rest = summary.roundCount > complete ? " and a part of one" : ""
    return switch complete {
    case 0: "a part of one round (nothing can be said about its scatter)"
    case 1: "one round\(rest) (nothing can be said about \(rest.isEmpty ? "its" : "their") scatter)"
    case ..<SignTest.roundCountMin:
      "medians of \(complete) rounds\(rest) "
        + "(fewer than \(SignTest.roundCountMin): ranges only, no significance claimed)"
    default: "medians of \(complete) rounds\(rest) with the signed-rank test's intervals"
    }
  }

  private func cpu(_ candidate: Candidate) -> String {
    NumberText.withRange(candidate.added, unit: " µs", NumberText.microseconds)
      + words(candidate.row.cpuComparison)
  }

  /// `12 % (11…13) below`, or `above` where the arm is faster.
  private func drop(_ candidate: Candidate) -> String {
    let drop = candidate.row.dropAgainstBaseline
    let isFaster = (drop?.median ?? 0) < 0
    let amount = isFaster ? drop?.negated : drop
    return NumberText.withRange(amount, unit: " %", NumberText.percent) + (isFaster ? " above" : " below")
      + words(candidate.row.throughputComparison)
  }

  private func words(_ comparison: Comparison?) -> String {
    switch comparison?.verdict {
    case .difference, .indicated, .noDifferenceSeen: " [\(comparison?.verdict.words ?? "")]"
    case .rangeOnly, .tooFew, nil: ""
    }
  }

  private func noise(depth: Int) -> String {
    guard let row = summary.arm(named: summary.control)?.row(depth: depth), let added = row.addedCpuPerHop else {
      return "the baseline was not measured twice, so the noise is not known."
    }
    let cpu = NumberText.withRange(added, unit: " µs", NumberText.microseconds)
    let gain = NumberText.withRange(row.dropAgainstBaseline?.negated, unit: " %", NumberText.percent)
    return "measured twice, the baseline differs from itself by \(cpu) CPU per hop and \(gain) throughput: "
      + "what is smaller is noise."
  }

  /// Without a baseline, or without anything to hold against it.
  private func alone(depth: Int) -> String {
    let arms = summary.arms.filter { $0.arm.controlOf == nil }
    let texts = arms.compactMap { arm -> String? in
      guard let row = arm.row(depth: depth) else { return nil }
      let throughput = NumberText.plusMinus(row.throughput, NumberText.short)
      let cpu = NumberText.plusMinus(row.cpuPerHop, NumberText.microseconds)
      let latency = "P50 \(row.microseconds(row.p50)) and P99 \(row.microseconds(row.p99)) µs"
      return "\(arm.arm.name) completes \(throughput) requests/s at \(cpu) µs CPU per hop, \(latency)"
    }
    let missing = summary.baseline == nil ? "no arm without context was measured" : "no other arm was measured"
    return "Found at depth \(depth), \(basis): \(texts.joined(separator: "; ")); "
      + "\(missing), so what the context costs is not known."
  }
}
