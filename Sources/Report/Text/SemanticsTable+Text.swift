// The semantics of a run's strategies as a table: title, columns, cells. It knows no form of output.

internal import Results

extension SemanticsTable {
  static let title = "What each strategy keeps"

  var lead: String {
    "Probed in a chain of \(depth) processes: keys, integers and tracestate that arrive behind it, whether a deadline "
      + "shrinks and is obeyed, requests given up by the client whose work ended in the last service, and what is left "
      + "over. Of an arm that mixes strategies there is what its own graph showed. ctxchain semantics --explain STRATEGY ASPECT shows what a cell was concluded from."
  }

  var table: ReportTable? {
    ReportTable(
      title: Self.title + " (\(NumberText.plural(depth, "service")))", lead: lead, headings: SemanticsText.headings,
      rows: strategies.map { [$0.name] + SemanticsText.cells(of: $0) })
  }
}
