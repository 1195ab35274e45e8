// Where the time of a hop goes, as lines of text: of the baseline, and what each arm adds to it.

internal import Results
internal import Statistics

enum StageTable {
  /// Nothing when nothing was clocked.
  static func lines(_ attribution: Attribution, baseline: String?) -> [String] {
    guard let first = attribution.rows.first else { return [] }
    let parts = shownParts(attribution)
    var table = TextTable(
      [.init("arm", "", alignsLeft: true), .init("whole", "µs/hop")] + parts.map { .init(columnTitle($0), "") } + [
        .init("unex-", "plained"), .init("without", "clocks"), .init("on/off", "1/s"),
      ])
    table.rows = attribution.rows.map { row in
      let time = row.added ?? row.time
      let sign = row.added == nil ? "" : "+"
      return [row.arm, signed(sign, NumberText.microseconds(time.whole))] + cells(time, parts) + [
        NumberText.microseconds(row.addedWithoutClocks?.median),
        row.clockedThroughput.map { NumberText.fixed($0.median, 2) } ?? NumberText.missing,
      ]
    }
    let reference = baseline.map { "; of \($0) all of it, of the others what they add" } ?? ""
    let title =
      "Where a hop's time goes at depth \(first.depth), 1 in flight, middle of "
      + "\(NumberText.plural(attribution.roundCount, "round")) with clocks\(reference)"
    return TextTable.wrapped(label: "", pieces: [title], indent: 0) + table.lines()
  }

  /// The parts, and what they leave.
  static func cells(_ time: TimeParts, _ parts: [TimePart]) -> [String] {
    (parts.map { time[$0] } + [time.unexplained]).map { NumberText.microseconds($0) }
  }

  /// Without those that are 0 everywhere.
  static func shownParts(_ attribution: Attribution) -> [TimePart] {
    TimePart.allCases.filter { part in attribution.rows.contains { $0.time[part] != 0 } }
  }

  private static func columnTitle(_ part: TimePart) -> String { part == .wait ? "wait" : part.rawValue }

  private static func signed(_ sign: String, _ text: String) -> String {
    text.hasPrefix("−") || text == NumberText.missing ? text : sign + text
  }
}
