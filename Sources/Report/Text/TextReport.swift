// A result as plain text for people: what was run, a table per arm, a comparison, and a last line in words.

package import Results
internal import Statistics

package enum TextReport {
  /// Lines of at most 120 characters, but for the last one, which is the finding on one line.
  package static func render(_ result: RunResult) -> String { render(result, RunSummary(result)) }

  /// - Parameter summary: of this result, for who has it already.
  static func render(_ result: RunResult, _ summary: RunSummary) -> String {
    let tables = RunTables(result: result, decay: DecayFigures(result: result, summary: summary))
    var lines = ReportHeader(result: result, summary: summary).lines
    for arm in summary.arms {
      let table = tables.arm(arm, title: title(arm, among: result.arms), Column.ofArm)
      lines += block(table, isWrapped: true, alignsFirstLeft: false)
    }
    if summary.arms.count > 1, let depth = summary.depths.last {
      lines += block(
        tables.comparison(
          title: "All arms at depth \(depth), \(result.settings.inFlight) in flight where nothing else is said",
          Column.narrowComparison))
    }
    for table in tables.all { lines += block(table) }
    lines += block(StageTable.table(Attribution(result), baseline: summary.baseline), isWrapped: true)
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
    + "Claim is yes (a difference), indicated (the same without a corrected p), indistinct (none seen), or range where fewer "
    + "than 6 rounds allow no claim, or n too small where no round has requests enough. Marginal cost per hop is a Theil–Sen slope, "
    + "with the bootstrap's interval. Half-depth is where one request costs twice what it costs at depth 1. "
    + "Where time goes: with the clocks of stages on; wait is what edges take beside the CPU of their writes; without "
    + "clocks is what the arm adds in trials without them, and on/off what the clocks leave of the throughput. "
    + "– was not measured."

  /// Nothing without a table.
  private static func block(
    _ table: ReportTable?, isWrapped: Bool = false, alignsFirstLeft: Bool = true
  ) -> [String] {
    guard let table else { return [] }
    let title = isWrapped ? TextTable.wrapped(label: "", pieces: [table.title], indent: 0) : [table.title]
    let notes = table.notes.flatMap { TextTable.wrapped(label: "", pieces: [$0], indent: 2) }
    return [""] + title + table.textLines(alignsFirstLeft: alignsFirstLeft) + notes
  }

  private static func title(_ summary: RunSummary.ArmSummary, among arms: [Arm]) -> String {
    let arm = summary.arm
    let repeated = arm.controlOf.map { ", the same as \($0) once more" } ?? ""
    return "\(arm.name): " + arm.words(among: arms) + repeated + decay(summary)
  }

  /// How the arm grows with depth, in words.
  private static func decay(_ summary: RunSummary.ArmSummary) -> String {
    guard let marginal = summary.marginalCpu else { return "" }
    var text = ". Marginal cost of a hop: "
    if let fit = summary.fits[.cpuPerRequest], let interval = fit.slopeInterval {
      text += NumberText.withRange(fit.line.slope, interval, unit: " µs", NumberText.microseconds) + " CPU"
    } else {
      text += NumberText.withRange(marginal, unit: " µs", NumberText.microseconds) + " CPU"
    }
    // Without an interval it may be anything.
    let half = [("CPU", summary.cpuHalfDepth), ("throughput", summary.throughputHalfDepth)].compactMap { name, half in
      half?.interval.map { NumberText.withRange(half?.depth ?? 0, $0, unit: "", NumberText.short) + " by \(name)" }
    }
    return half.isEmpty ? text : text + "; half-depth \(half.joined(separator: ", "))"
  }
}
