// The semantics of a run's strategies as a table: title, columns, cells. It knows no form of output.

internal import Results

extension SemanticsTable {
  static let title = "What each strategy keeps"

  var lead: String {
    "Probed in a chain of \(depth) processes: keys, integers and tracestate that arrive behind it, whether a deadline "
      + "shrinks and is obeyed, requests given up by the client whose work ended in the last service, and what is left "
      + "over. Of an arm that mixes strategies there is what its own graph showed. ctxchain semantics --explain STRATEGY ASPECT shows what a cell was concluded from."
  }

  static let columns: [ComparisonTable.Column] =
    [.init(title: "strategy", unit: "")]
    + SemanticsText.columns.map {
      .init(title: $0.0.hasSuffix("-") ? $0.0.dropLast() + $0.1 : $0.0, unit: $0.0.hasSuffix("-") ? "" : $0.1)
    }

  var rows: [ComparisonTable.Row] {
    strategies.map { ComparisonTable.Row(arm: $0.name, cells: [$0.name] + SemanticsText.cells(of: $0)) }
  }
}
