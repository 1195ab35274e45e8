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
    var blocks = ["# ctxchain report"] + answer(RunAnswer(result, summary))
    blocks += ReportHeader(result: result, summary: summary).blocks.map { block in
      "- **\(block.label)**: " + block.pieces.map(escaped).joined(separator: "; ")
    }.reduce(into: [String]()) { lists, line in
      if lists.isEmpty { lists = [line] } else { lists[0] += "\n" + line }
    }
    let tables = RunTables(result: result, decay: decay)
    if let depth = summary.depths.last, summary.arms.count > 1 {
      blocks += section(tables.comparison(title: "All arms at depth \(depth)", Column.wideComparison))
    }
    for table in tables.all { blocks += section(table) }
    if summary.depths.count > 1 { blocks += thresholdBlocks(thresholds) }
    blocks += section(StageTable.table(attribution, baseline: summary.baseline))
    for arm in summary.arms {
      guard var table = tables.arm(arm, title: arm.arm.name, Column.ofArm + [Column.allocationsOfAllNodes]) else {
        continue
      }
      table.lead = lead(arm, among: result.arms)
      blocks += section(table)
    }
    blocks += [
      RoundBand.legend(roundCount: summary.roundCount) + " CPU is of all nodes, closed loop. Latency "
        + "is of the open loop from the intended send, merged over the rounds. – was not measured."
    ]
    return blocks.joined(separator: "\n\n") + "\n"
  }

  /// What the first screen says.
  private static func answer(_ answer: RunAnswer) -> [String] {
    func words(_ label: String, _ sentences: [String]) -> [String] {
      sentences.isEmpty ? [] : ["**\(label)**: " + sentences.map(escaped).joined(separator: " ")]
    }
    let tables = [answer.costs(), answer.depths()].flatMap { section($0) }
    return words("Result", answer.findings.sentences) + words("Trust", ["\(answer.trust.rawValue)."] + answer.doubts)
      + tables + words("Wire", answer.wires) + words("Means", answer.meaning) + words("Where", answer.places)
      + words("Resolves", answer.resolution)
  }

  private static func thresholdBlocks(_ thresholds: ThresholdFigures) -> [String] {
    let breaches = thresholds.breaches
    let list =
      breaches.isEmpty
      ? "No strategy is beyond a limit at its largest depth."
      : breaches.map { "- " + escaped($0) }.joined(separator: "\n")
    return ["## Signs of decay against their limits", list]
  }

  private static func lead(_ arm: RunSummary.ArmSummary, among arms: [Arm]) -> String {
    var text =
      "S" + arm.arm.words(among: arms).dropFirst() + "; context "
      + Cell.fidelity(arm.fidelity).shown
    if let lost = arm.fidelity?.lostKeys, !lost.isEmpty { text += " (\(lost.joined(separator: ", ")))" }
    return text + "."
  }

  /// Nothing without a table.
  private static func section(_ table: ReportTable?) -> [String] {
    guard let table else { return [] }
    let notes = table.notes.map { "- " + escaped($0) }
    return ["## " + escaped(table.title)] + (table.lead.isEmpty ? [] : [escaped(table.lead)])
      + [self.table(table.wideTitles, table.rows)] + (notes.isEmpty ? [] : [notes.joined(separator: "\n")])
  }

  static func table(_ columns: [String], _ rows: [[String]]) -> String {
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
