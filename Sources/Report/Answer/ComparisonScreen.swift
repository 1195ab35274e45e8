// A comparison on one screen: what was found, how far it may be trusted, a line per metric. The whole tables are
// `ComparisonText`.

package import Results

package enum ComparisonScreen {
  /// - Parameter width: of the screen.
  package static func render(_ result: ComparisonDocument, width: Int = Screen.widths.upperBound) -> String {
    let answer = ComparisonAnswer(result)
    let screen = Screen(width: width)
    return Screen.text((0...answer.entries.count).reversed().lazy.map { lines(answer, screen, countMax: $0) })
  }

  private static func lines(_ answer: ComparisonAnswer, _ screen: Screen, countMax: Int) -> [String] {
    var lines = screen.words("ctxchain", [answer.result.toolVersion + ": " + answer.setting])
    lines += answer.sides.flatMap { screen.words($0.label, [$0.text]) } + screen.words("RESULT", answer.findings)
    lines += screen.words("TRUST", ["\(answer.trust.rawValue)."] + answer.doubts)
    lines += screen.table { step in
      let columns = answer.columns.filter { $0.name.isEmpty || step < 1 }
      var table = ReportTable(title: "", columns, Array(answer.entries.prefix(countMax)))
      if answer.entries.count > countMax {
        let more = NumberText.plural(answer.entries.count - countMax, "more line")
        table?.notes.append("\(more): ctxchain show --tables")
      }
      return table
    }
    lines += [""] + screen.words("COUNTS", answer.counts) + answer.gates.flatMap { screen.words("GATE", [$0]) }
    let pages = [("ctxchain report", "the page"), ("ctxchain show --tables", "all tables")]
    return lines + screen.steps("NEXT", pages)
  }
}
