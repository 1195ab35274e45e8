// A result as plain text for people: what was run, a table per arm, a comparison, and a last line in words.

package import Results
internal import Statistics

package enum TextReport {
  /// Lines of at most 120 characters, but for the last one, which is the finding on one line.
  package static func render(_ result: RunResult) -> String { render(result, RunSummary(result)) }

  /// - Parameter summary: of this result, for who has it already.
  static func render(_ result: RunResult, _ summary: RunSummary) -> String {
    var lines = ReportHeader(result: result, summary: summary).lines
    for arm in summary.arms where !arm.rows.isEmpty {
      lines += [""] + armLines(arm)
    }
    if summary.arms.count > 1, let depth = summary.depths.last {
      lines += [""] + comparisonLines(summary, depth: depth, inFlight: result.settings.inFlight)
    }
    for table in SummaryTable.all(summary) { lines += [""] + tableLines(table) }
    lines += fidelityLines(FidelityDecay(result))
    if let semantics = result.semantics {
      lines += ["", SemanticsTable.title + " (\(NumberText.plural(semantics.depth, "service")))"]
      lines += SemanticsText.table(semantics.strategies)
    }
    lines += inProcessLines(result, summary)
    let stages = StageTable.lines(Attribution(result), baseline: summary.baseline)
    if !stages.isEmpty { lines += [""] + stages }
    lines += ["", RoundBand.legend(roundCount: summary.roundCount) + " " + legend].flatMap {
      $0.isEmpty ? [$0] : TextTable.wrapped(label: "", pieces: [$0], indent: 0)
    }
    lines += ["", Findings(result: result, summary: summary).line]
    return lines.map(printable).joined(separator: "\n") + "\n"
  }

  /// A log line of a node may hold anything; a terminal must not obey it.
  static func printable(_ line: String) -> String {
    String(String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  private static let legend =
    "CPU is of all nodes, closed loop. "
    + "Latency is of the open loop from the intended send, merged over the rounds; P99 needs 1000 requests; "
    + "growth is against depth 1. "
    + "+1 hop is CPU per client request for each hop since the depth above. Keys are at the deepest service, "
    + "allocations at the middle node, one request under way. "
    + "Seen is yes (a difference), indicated (6 to 9 rounds: no corrected p), no (none seen), or range where fewer than "
    + "6 rounds allow no claim, or n too small where no round has requests enough. What one more hop adds is a Theil–Sen slope, "
    + "with the bootstrap's interval. Half-depth is where one request costs twice what it costs at depth 1. "
    + "Where time goes: with the clocks of stages on; wait is what edges take beside the CPU of their writes; without "
    + "clocks is what the arm adds in slots without them, and on/off what the clocks leave of the throughput. "
    + "– was not measured."

  private static func armLines(_ summary: RunSummary.ArmSummary) -> [String] {
    let arm = summary.arm
    var title = "\(arm.name): store \(arm.store ?? NumberText.missing), propagator \(arm.propagator)"
    if let original = arm.controlOf { title += ", the same as \(original) once more" }
    title += decay(summary)
    var table = TextTable([
      .init("depth", ""), .init("throughput", "1/s"), .init("drop vs", "depth 1 %"), .init("drop vs", "baseline %"),
      .init("P50", "µs"), .init("P90", "µs"), .init("P99", "µs"), .init("growth", "P50/90/99"), .init("CPU", "µs/hop"),
      .init("+1 hop", "µs"), .init("context", "B/hop"), .init("payload", "B/hop"), .init("keys", ""),
      .init("alloc", "/req"),
    ])
    table.rows = summary.rows.map { row in
      [
        String(row.depth),
        NumberText.plusMinus(row.throughput, NumberText.whole),
        NumberText.percent(row.dropAgainstDepthOne?.median),
        NumberText.withRange(row.dropAgainstBaseline, NumberText.percent),
        row.microseconds(row.p50),
        row.microseconds(row.p90),
        row.microseconds(row.p99),
        NumberText.growth([row.p50Growth, row.p90Growth, row.p99Growth]),
        NumberText.plusMinus(row.cpuPerHop, NumberText.microseconds),
        NumberText.microseconds(row.marginalCpu?.median),
        NumberText.count(row.contextBytesPerHop),
        NumberText.count(row.payloadBytesPerHop),
        NumberText.count(row.contextKeys),
        NumberText.count(row.allocationsPerRequest),
      ]
    }
    return TextTable.wrapped(label: "", pieces: [title], indent: 0) + table.lines()
  }

  private static func comparisonLines(_ summary: RunSummary, depth: Int, inFlight: Int) -> [String] {
    var table = TextTable([
      .init("arm", "", alignsLeft: true), .init("added CPU", "µs/hop"), .init("seen", ""),
      .init("added CPU", "µs/req"), .init("drop vs", "baseline %"), .init("one more hop", "µs"),
      .init("P50 µs", "1 in flight"), .init("syscalls", "/req"), .init("context", ""),
    ])
    table.rows = summary.arms.compactMap { arm in
      guard let row = arm.row(depth: depth) else { return nil }
      return [
        arm.arm.name,
        NumberText.withRange(row.addedCpuPerHop, NumberText.microseconds),
        ComparisonTable.word(row.cpuComparison),
        NumberText.microseconds(row.addedCpuPerRequest?.median),
        NumberText.percent(row.dropAgainstBaseline?.median),
        NumberText.withRange(arm.marginalCpu, NumberText.microseconds),
        NumberText.microseconds(row.singleInFlightP50),
        NumberText.count(row.systemCallsPerRequest),
        ComparisonTable.word(arm.fidelity),
      ]
    }
    return ["All arms at depth \(depth), \(inFlight) in flight where nothing else is said"] + table.lines()
  }

  private static func tableLines(_ table: SummaryTable) -> [String] {
    var text = TextTable(
      table.columns.enumerated().map { .init($1.title, $1.unit, alignsLeft: $0 == 0) })
    text.rows = table.rows.map(\.cells)
    return [table.title] + text.lines()
  }

  /// The table, then what is lost and where; nothing when no context came back.
  private static func fidelityLines(_ decay: FidelityDecay) -> [String] {
    guard !decay.arms.isEmpty else { return [] }
    var table = TextTable(
      decay.columns.enumerated().map { .init($1.title, $1.unit, alignsLeft: $0 == 0) })
    table.rows = decay.rows
    let edges = decay.lossyEdges.flatMap { edge in
      TextTable.wrapped(
        label: "", pieces: ["\(edge.arm): \(edge.name) " + edge.first.loss.words], indent: 2)
    }
    return ["", FidelityDecay.title] + table.lines() + edges
  }

  /// Nothing when no arm's context work was timed alone.
  private static func inProcessLines(_ result: RunResult, _ summary: RunSummary) -> [String] {
    guard let depth = summary.depths.last else { return [] }
    var table = TextTable(
      InProcessComparison.columns.enumerated().map { index, column in
        .init(column.title, column.unit, alignsLeft: index == 0)
      })
    table.rows = InProcessComparison(result: result, summary: summary).cells(depth: depth)
    guard !table.rows.isEmpty else { return [] }
    return ["", "The context work of a hop in one process, beside the CPU per hop at depth \(depth)"] + table.lines()
  }

  /// How the arm grows with depth, in words.
  private static func decay(_ summary: RunSummary.ArmSummary) -> String {
    guard let marginal = summary.marginalCpu else { return "" }
    var text = ". One more hop costs "
    if let fit = summary.cpuFit, let interval = fit.slopeInterval {
      text += NumberText.withRange(fit.line.slope, interval, unit: " µs", NumberText.microseconds) + " CPU"
    } else {
      text += NumberText.withRange(marginal, unit: " µs", NumberText.microseconds) + " CPU"
    }
    let half = [("CPU", summary.cpuHalfDepth), ("throughput", summary.throughputHalfDepth)].compactMap { name, half in
      half.map { "\(NumberText.short($0.depth)) by \(name)" }
    }
    return half.isEmpty ? text : text + "; half-depth \(half.joined(separator: ", "))"
  }
}
