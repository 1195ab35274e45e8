// A comparison as Markdown with tables (GitHub's), for the summary of a job or a comment on a pull request.

package import Results

package enum ComparisonMarkdown {
  /// The finding first, then the gates, then what was measured.
  package static func render(_ result: ComparisonDocument) -> String {
    var blocks = ["### ctxchain compare", MarkdownReport.escaped(result.finding)]
    blocks += result.warnings.map { "> " + MarkdownReport.escaped($0) }
    if !result.gates.isEmpty {
      blocks.append(
        MarkdownReport.table(
          ["gate", "outcome", "arm", "why"],
          result.gates.map {
            [$0.expression, ComparisonText.word($0.outcome), "\($0.arm) at depth \($0.depth)", $0.reason]
          }))
    }
    for comparison in result.comparisons {
      blocks.append("**A** " + side(comparison.a, "A") + "; **B** " + side(comparison.b, "B"))
      blocks.append(
        MarkdownReport.table(["metric", "unit", "A", "B", "B/A", "95 %", "verdict"], comparison.timed.map(timed)))
      guard !comparison.counted.isEmpty else { continue }
      blocks.append(
        MarkdownReport.table(["count per request", "A", "B", "B − A", "verdict"], comparison.counted.map(counted)))
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func side(_ arm: ComparedArm, _ letter: String) -> String {
    let by = (arm.program ?? arm.file).map { " (\($0))" } ?? ""
    return MarkdownReport.escaped("\(arm.name(without: letter))\(by), depth \(arm.depth), \(arm.inFlight) in flight")
  }

  private static func timed(_ metric: MetricComparison) -> [String] {
    [
      metric.metric.rawValue, metric.shownUnit, ComparisonText.value(metric.a, metric),
      ComparisonText.value(metric.b, metric), metric.ratioText, metric.intervalText ?? NumberText.missing,
      ComparisonText.words(metric),
    ]
  }

  private static func counted(_ metric: MetricComparison) -> [String] {
    [
      metric.metric.rawValue, NumberText.count(metric.a), NumberText.count(metric.b),
      NumberText.signed(metric.difference), ComparisonText.words(metric),
    ]
  }
}
