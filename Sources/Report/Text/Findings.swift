// What a run found in words, and no more than what was found: what may not be claimed never becomes a sentence, and arms
// that cannot be told apart are not ranked.

internal import Results
internal import Statistics

struct Findings {
  /// An arm that is held against the baseline, at the largest depth.
  struct Candidate {
    let name: String
    let transport: String
    let row: RunSummary.Row
    let added: MedianInterval
  }

  let result: RunResult
  let summary: RunSummary

  /// On one line, with what must be known before.
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
    guard let depth = summary.depths.last, summary.roundCount > 0 else { return sentences.joined(separator: " ") }
    return (["Found at depth \(depth), \(basis)."] + sentences + [noise].compactMap { $0 }).joined(separator: " ")
  }

  /// The same without where and by how many rounds, and without the noise.
  var sentences: [String] {
    guard let depth = summary.depths.last, summary.roundCount > 0 else {
      return ["Found nothing: no trial was measured."]
    }
    guard let baseline = summary.baseline, !held.isEmpty else { return [alone(depth: depth)] }
    guard !candidates.isEmpty else { return ["No other strategy was measured: there is only what the wire costs."] }
    let reference = baseline + (summary.transports == nil ? "" : " over the same transport")
    var texts: [String] = []
    let groups = [("adds", told.filter { $0.added.median >= 0 }), ("saves", told.filter { $0.added.median < 0 })]
    for (verb, arms) in groups where !arms.isEmpty {
      let each = arms.map { "\($0.name) \(cpu(verb == "adds" ? $0.added : $0.added.negated, $0.row))" }
      texts.append("Against \(reference), CPU that an arm \(verb) to a hop: " + each.joined(separator: ", ") + ".")
    }
    for group in overlapping {
      texts.append("\(NumberText.list(group.map(\.name))) cannot be told from each other: their intervals overlap.")
    }
    if !alike.isEmpty {
      texts.append("\(NumberText.list(alike.map(\.name))) cannot be told from \(reference) in this run.")
    }
    if !unclaimed.isEmpty {
      let few = roundsNeeded.map { ": \(SignTest.roundCountMin) rounds give intervals, \($0) carry every claim" } ?? ""
      texts.append("Of \(NumberText.list(unclaimed.map(\.name))) nothing is claimed\(few).")
    }
    return texts
  }

  /// Without the baseline over other transports, of which `TransportFigures` speaks.
  private var candidates: [Candidate] {
    let wires = Set((summary.transports?.wires ?? []).map(\.arm))
    return held.filter { !wires.contains($0.name) }
  }

  /// All arms that are held against another one, in the order of the run.
  private var held: [Candidate] {
    guard let depth = summary.depths.last else { return [] }
    return summary.arms.filter { $0.arm.name != summary.baseline && $0.arm.controlOf == nil }.compactMap { arm in
      guard let row = arm.row(depth: depth), let added = row.addedCpuPerHop else { return nil }
      return Candidate(name: arm.arm.name, transport: arm.arm.transportName, row: row, added: added)
    }
  }

  /// May be said to differ from the baseline in CPU per hop; what adds most is first.
  var told: [Candidate] {
    candidates.filter { $0.row.cpuComparison?.verdict.isClaim == true }.sorted { $0.added.median > $1.added.median }
  }

  /// Of those, arms over one transport that are next to each other by what they add and whose intervals overlap.
  var overlapping: [[Candidate]] {
    let all = told
    let transports = all.map(\.transport).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    return transports.flatMap { transport in overlapping(all.filter { $0.transport == transport }) }
  }

  private func overlapping(_ arms: [Candidate]) -> [[Candidate]] {
    arms.reduce(into: [[Candidate]]()) { groups, arm in
      if let last = groups.last?.last, last.added.range.overlaps(arm.added.range) {
        groups[groups.count - 1].append(arm)
      } else {
        groups.append([arm])
      }
    }.filter { $0.count > 1 }
  }

  /// Cannot be told from the baseline.
  var alike: [Candidate] { candidates.filter { $0.row.cpuComparison?.verdict == .noDifferenceSeen } }

  /// Of which the rounds, or the noise that is not known, allow no word at all.
  private var unclaimed: [Candidate] {
    candidates.filter { arm in !told.contains { $0.name == arm.name } && !alike.contains { $0.name == arm.name } }
  }

  /// With which every comparison of the run can be a difference; nil when there are so many.
  var roundsNeeded: Int? {
    let compared = summary.arms.flatMap(\.rows).count { $0.cpuComparison?.effect != nil }
    let needed = Comparison.roundCountMin(familyCount: compared)
    return compared > 0 && summary.roundCount < needed ? needed : nil
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

  /// `12.3 µs (11.9…12.8)`.
  private func cpu(_ added: MedianInterval, _ row: RunSummary.Row) -> String {
    NumberText.withRange(added, unit: " µs", NumberText.microseconds)
      + (row.cpuComparison?.verdict == .indicated ? " [indicated]" : "")
  }

  /// How far the baseline differs from itself; nil where nothing is held against it.
  var noise: String? {
    guard let depth = summary.depths.last, let baseline = summary.baseline, !candidates.isEmpty else { return nil }
    guard let row = summary.arm(named: summary.control)?.row(depth: depth), let added = row.addedCpuPerHop else {
      return "\(baseline) was not measured twice, so the noise is not known."
    }
    func ends(_ value: MedianInterval?, _ text: (Double?) -> String) -> String {
      value.map { $0.count > 1 ? "\(text($0.range.lowerBound))…\(text($0.range.upperBound))" : text($0.median) }
        ?? NumberText.missing
    }
    let gain = ends(row.dropAgainstBaseline?.negated, NumberText.percent)
    return
      "Measured twice, \(baseline) differs from itself by \(ends(added, NumberText.microseconds)) µs CPU per hop and "
      + "\(gain) % throughput."
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
    return "\(texts.joined(separator: "; ")); \(missing), so what the context costs is not known."
  }
}

extension Comparison.Verdict {
  /// A difference that may be told, with its word.
  var isClaim: Bool { self == .difference || self == .indicated }
}
