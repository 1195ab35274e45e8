// Where the time of a hop goes, as a table: of the baseline, and what each arm adds to it.

internal import Results
internal import Statistics

enum StageTable {
  /// nil when nothing was clocked.
  static func table(_ attribution: Attribution, baseline: String?) -> ReportTable? {
    guard let first = attribution.rows.first else { return nil }
    let parts = shownParts(attribution)
    let reference = baseline.map { "; of \($0) all of it, of the others what they add" } ?? ""
    return ReportTable(
      title: "Where a hop's time goes at depth \(first.depth), 1 in flight, middle of "
        + "\(NumberText.plural(attribution.roundCount, "round")) with clocks\(reference)",
      headings: [
        .init(title: "arm"), .init(title: "whole", unit: "µs/hop"), .init(title: "in rounds", narrow: ("in", "rounds")),
      ]
        + parts.map { .init(title: $0.title, narrow: ($0.name, "")) } + [
          .init(title: "unexplained", narrow: ("unex-", "plained")),
          .init(title: "without clocks", narrow: ("without", "clocks")), .init(title: "on/off", unit: "1/s"),
        ],
      rows: attribution.rows.map { row in
        let time = row.added ?? row.time
        let sign = row.added == nil ? "" : "+"
        return [row.arm, signed(sign, NumberText.microseconds(time.whole)), range(row)] + cells(row, parts) + [
          NumberText.microseconds(row.addedWithoutClocks?.median),
          row.clockedThroughput.map { NumberText.fixed($0.median, 2) } ?? NumberText.missing,
        ]
      })
  }

  /// The interval of what is added, or from the least to the most of the rounds.
  static func range(_ row: Attribution.Row) -> String {
    guard let range = row.addedWhole?.range else { return NumberText.missing }
    return "\(NumberText.microseconds(range.lowerBound))…\(NumberText.microseconds(range.upperBound))"
  }

  /// The parts, and what they leave. What is added that may as well be nothing is said to be that.
  static func cells(_ row: Attribution.Row, _ parts: [TimePart]) -> [String] {
    let time = row.added ?? row.time
    return parts.map { row.isNothing($0) && time[$0] != 0 ? "≈ 0" : NumberText.microseconds(time[$0]) }
      + [NumberText.microseconds(time.unexplained)]
  }

  /// Without those that are 0 everywhere.
  static func shownParts(_ attribution: Attribution) -> [TimePart] {
    TimePart.allCases.filter { part in attribution.rows.contains { $0.time[part] != 0 } }
  }

  private static func signed(_ sign: String, _ text: String) -> String {
    text.hasPrefix("−") || text == NumberText.missing ? text : sign + text
  }
}
