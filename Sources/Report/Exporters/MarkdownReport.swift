// A result as Markdown with tables (GitHub's): for a pull request or a wiki. The figures are those of the text report.

package import Results
internal import Statistics

package enum MarkdownReport {
  package static func render(_ result: RunResult) -> String { render(result, RunSummary(result)) }

  /// - Parameter summary: of this result, for who has it already.
  static func render(_ result: RunResult, _ summary: RunSummary) -> String {
    let decay = DecayFigures(result: result, summary: summary)
    let attribution = Attribution(result)
    let thresholds = ThresholdFigures(summary: summary, decay: decay, attribution: attribution)
    var blocks = ["# ctxchain report", escaped(Findings(result: result, summary: summary).line)]
    blocks += ReportHeader(result: result, summary: summary).blocks.map { block in
      "- **\(block.label)**: " + block.pieces.map(escaped).joined(separator: "; ")
    }.reduce(into: [String]()) { lists, line in
      if lists.isEmpty { lists = [line] } else { lists[0] += "\n" + line }
    }
    if let depth = summary.depths.last, summary.arms.count > 1 {
      let comparison = ComparisonTable(summary: summary, depth: depth)
      blocks += [
        "## All arms at depth \(depth)",
        table(
          comparison.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title), \($0.unit)" },
          comparison.rows.map(\.cells)),
      ]
    }
    for beside in SummaryTable.all(summary) {
      let titles = beside.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title), \($0.unit)" }
      blocks += ["## \(beside.title)", escaped(beside.lead), table(titles, beside.rows.map(\.cells))]
    }
    blocks += fidelityBlocks(FidelityDecay(result))
    if let semantics = result.semantics {
      blocks += [
        "## " + SemanticsTable.title, escaped(semantics.lead),
        table(
          SemanticsTable.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title) \($0.unit)" },
          semantics.rows.map(\.cells)),
      ]
    }
    blocks += inProcessBlocks(result, summary)
    if summary.depths.count > 1 { blocks += thresholdBlocks(thresholds) }
    blocks += stageBlocks(attribution)
    for arm in summary.arms where !arm.rows.isEmpty { blocks += armBlocks(arm, decay) }
    blocks += [
      RoundBand.legend(roundCount: summary.roundCount) + " CPU is of all nodes, closed loop. Latency "
        + "is of the open loop from the intended send, merged over the rounds. – was not measured."
    ]
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func fidelityBlocks(_ decay: FidelityDecay) -> [String] {
    guard !decay.arms.isEmpty else { return [] }
    let edges = decay.lossyEdges.map { edge in
      "- " + escaped("\(edge.arm): \(edge.name) " + edge.first.loss.words)
    }
    return [
      "## " + escaped(FidelityDecay.title),
      table(decay.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title), \($0.unit)" }, decay.rows),
    ] + (edges.isEmpty ? [] : [edges.joined(separator: "\n")])
  }

  private static func inProcessBlocks(_ result: RunResult, _ summary: RunSummary) -> [String] {
    guard let depth = summary.depths.last else { return [] }
    let cells = InProcessComparison(result: result, summary: summary).cells(depth: depth)
    guard !cells.isEmpty else { return [] }
    return [
      "## In one process beside between processes, depth \(depth)",
      table(InProcessComparison.columns.map { $0.unit.isEmpty ? $0.title : "\($0.title), \($0.unit)" }, cells),
    ]
  }

  private static func thresholdBlocks(_ thresholds: ThresholdFigures) -> [String] {
    let breaches = thresholds.breaches
    let list =
      breaches.isEmpty
      ? "No strategy is beyond a limit at its largest depth."
      : breaches.map { "- " + escaped($0) }.joined(separator: "\n")
    let correlations = thresholds.correlations.map { correlation in
      let value = correlation.coefficient.map { NumberText.fixed($0, 2) } ?? NumberText.missing
      return [correlation.first, correlation.second, value, "\(correlation.count)"]
    }
    return [
      "## Signs of decay against their limits", list,
      table(["figure", "and figure", "rank correlation (Spearman)", "strategies"], correlations),
    ]
  }

  private static func stageBlocks(_ attribution: Attribution) -> [String] {
    guard let first = attribution.rows.first else { return [] }
    let parts = StageTable.shownParts(attribution)
    let rows = attribution.rows.map { row -> [String] in
      let time = row.added ?? row.time
      return [row.arm, row.added == nil ? "all" : "added", NumberText.microseconds(time.whole)]
        + StageTable.cells(time, parts) + [NumberText.microseconds(row.addedWithoutClocks?.median)]
    }
    let columns = ["arm", "of a hop", "whole, µs"] + parts.map(\.title) + ["unexplained", "added without clocks"]
    return [
      "## Where a hop's time goes at depth \(first.depth), one request under way", table(columns, rows),
    ]
  }

  private static func armBlocks(_ arm: RunSummary.ArmSummary, _ decay: DecayFigures) -> [String] {
    let rows = arm.rows.map { row -> [String] in
      let totals = decay.counts(arm: arm.arm.name, depth: row.depth)
      return [
        "\(row.depth)", NumberText.plusMinus(row.throughput, NumberText.whole),
        NumberText.percent(row.dropAgainstDepthOne?.median),
        NumberText.withRange(row.dropAgainstBaseline, NumberText.percent), row.microseconds(row.p50),
        row.microseconds(row.p90), row.microseconds(row.p99), NumberText.growth([row.p99Growth]),
        NumberText.plusMinus(row.cpuPerHop, NumberText.microseconds), NumberText.microseconds(row.marginalCpu?.median),
        NumberText.count(row.contextBytesPerHop), NumberText.count(row.contextKeys),
        NumberText.count(totals?.allocationsPerRequest),
      ]
    }
    let columns = [
      "depth", "throughput, 1/s", "drop vs depth 1, %", "drop vs baseline, %", "P50, µs", "P90, µs", "P99, µs",
      "P99 growth", "CPU, µs/hop", "+1 hop, µs", "context, B/hop", "keys", "allocations of all nodes, /request",
    ]
    var title =
      "Store \(arm.arm.store ?? NumberText.missing), propagator \(arm.arm.propagator); context "
      + ComparisonTable.word(arm.fidelity)
    if let lost = arm.fidelity?.lostKeys, !lost.isEmpty { title += " (\(lost.joined(separator: ", ")))" }
    return ["## \(escaped(arm.arm.name))", escaped(title) + ".", table(columns, rows)]
  }

  private static func table(_ columns: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = columns.indices.map { $0 == 0 ? ":--" : "--:" }
    return ([line(columns), line(rule)] + rows.map { line($0.map(escaped)) }).joined(separator: "\n")
  }

  /// What Markdown or HTML would take for markup is shown as it is; line ends become spaces.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "|", "*", "_", "`", "[", "]", "\\", "#", "~": result += "\\\(scalar)"
      default:
        let isControl = scalar.properties.generalCategory == .control
        result.unicodeScalars.append(isControl ? " " : scalar)
      }
    }
    return result
  }
}
