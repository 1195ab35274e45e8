// A comparison as plain text for people: who is A and who B, a line per metric, and a last line in words.

package import Results
internal import Statistics

package enum ComparisonText {
  /// Lines of at most 120 characters, but for warnings, gates and the last one, which is the finding on one line.
  package static func render(_ result: ComparisonDocument) -> String {
    var lines = result.warnings.isEmpty ? [] : result.warnings + [""]
    if let run = result.run { lines += conditions(run) }
    for comparison in result.comparisons {
      lines += lines.isEmpty || lines.last == "" ? [] : [""]
      lines += sides(comparison) + [""] + timed(comparison)
      let counts = counted(comparison)
      if !counts.isEmpty { lines += [""] + counts }
    }
    lines += [""] + TextTable.wrapped(label: "", pieces: [legend(result)], indent: 0)
    if !result.gates.isEmpty { lines += [""] + result.gates.map(gate) }
    lines += ["", result.finding]
    return lines.map(TextReport.printable).joined(separator: "\n") + "\n"
  }

  private static func legend(_ result: ComparisonDocument) -> String {
    "B/A is the Hodges–Lehmann estimate of the rounds' ratios, with the signed-rank test's interval (below 6 rounds: "
      + "min…max). p is Wilcoxon's, corrected by Holm over all lines with a p; half of 0.05 is for CPU per hop. Noise is "
      + (result.isOneRun ? "how far A may differ from itself, measured twice." : "the larger A/A′ of the two runs.")
      + " CPU is of all nodes; P50 and P99 are of the open loop from the intended send, merged over the rounds; at 1 in "
      + "flight P50 is the service time. Counts are exact, per client request and over all nodes, one request under way. "
      + "– was not measured."
  }

  private static func conditions(_ run: RunResult) -> [String] {
    let settings = run.settings
    var load = [
      "\(settings.rounds) of \(settings.roundsPlanned) rounds, trials of "
        + NumberText.time(seconds: settings.trialSeconds),
      "seed \(run.seed)",
    ]
    load += [RegimeWords.openLoop(settings)].compactMap { $0 }
    let allowed = run.host.allowedCpus.map(String.init).joined(separator: ",")
    let host = ["\(run.host.cpuCount) CPUs (\(run.host.cpuModel)), allowed \(allowed)", run.host.kernel]
    var lines = TextTable.wrapped(
      label: "ctxchain", pieces: ["\(run.toolVersion)", "started \(run.startedAt)"])
    lines += TextTable.wrapped(label: "host", pieces: host)
    lines += TextTable.wrapped(label: "load", pieces: load)
    if !run.notes.isEmpty { lines += TextTable.wrapped(label: "notes", pieces: run.notes) }
    return lines
  }

  // MARK: The sides

  private static func sides(_ comparison: ArmComparison) -> [String] {
    [("A", comparison.a), ("B", comparison.b)].flatMap { letter, arm in
      TextTable.wrapped(label: letter, pieces: side(arm, letter, comparison))
    }
  }

  private static func side(_ arm: ComparedArm, _ letter: String, _ comparison: ArmComparison) -> [String] {
    let differs = comparison.a.transportName != comparison.b.transportName
    let transport = differs ? ", transport \(arm.transportName)" : ""
    var pieces = [
      "\(arm.name(without: letter)): store \(arm.store ?? NumberText.missing), propagator \(arm.propagator)"
        + transport,
      "depth \(arm.depth) of \(NumberText.plural(arm.services, "service"))", "placement \(arm.placement)",
      "\(arm.inFlight) in flight",
    ]
    if let program = arm.program { pieces.append("run by \(program)") }
    if let file = arm.file {
      pieces.append("from \(file) (ctxchain \(arm.toolVersion), started \(arm.startedAt), seed \(arm.seed))")
    }
    return pieces
  }

  // MARK: Tables

  private static func timed(_ comparison: ArmComparison) -> [String] {
    var table = TextTable([
      .init("metric", "", alignsLeft: true), .init("unit", "", alignsLeft: true), .init("A", ""), .init("B", ""),
      .init("B/A", "median"), .init("interval", "95 %"), .init("p", "Holm"), .init("noise", "±%"),
      .init("verdict", "", alignsLeft: true),
    ])
    table.rows = comparison.timed.map { metric in
      [
        metric.metric.rawValue, metric.shownUnit, value(metric.a, metric), value(metric.b, metric), metric.ratioText,
        metric.intervalText ?? NumberText.missing, probability(metric.adjustedP),
        NumberText.percent(metric.noise.map { $0 - 1 }),
        words(metric),
      ]
    }
    return table.rows.isEmpty ? ["no trial of both was measured"] : table.lines()
  }

  private static func counted(_ comparison: ArmComparison) -> [String] {
    let counts = comparison.counted
    guard !counts.isEmpty else { return [] }
    var table = TextTable([
      .init("count", "per request", alignsLeft: true), .init("A", ""), .init("B", ""), .init("B − A", ""),
      .init("A′ − A", ""), .init("verdict", "", alignsLeft: true),
    ])
    table.rows = counts.map { metric in
      [
        metric.metric.rawValue, NumberText.count(metric.a), NumberText.count(metric.b),
        NumberText.signed(metric.difference), NumberText.count(metric.noise), words(metric),
      ]
    }
    return table.lines()
  }

  static func value(_ value: Double?, _ metric: MetricComparison) -> String {
    metric.isTime ? NumberText.microseconds(value) : NumberText.whole(value)
  }

  private static func probability(_ p: Double?) -> String {
    guard let p else { return NumberText.missing }
    return p < 0.001 ? "<0.001" : NumberText.fixed(p, 3)
  }

  static func words(_ metric: MetricComparison) -> String {
    guard let reason = metric.reason, metric.verdict != .indicated else { return metric.verdict.words }
    return "\(metric.verdict.words) (\(reason))"
  }

  static func word(_ outcome: GateOutcome.Outcome) -> String {
    switch outcome {
    case .passed: "passed"
    case .breached: "BREACHED"
    case .notJudged: "NOT JUDGED"
    }
  }

  static func gate(_ gate: GateOutcome) -> String {
    "--fail-if \(gate.expression): \(word(gate.outcome)), \(gate.arm) at depth \(gate.depth): \(gate.reason)"
  }
}
