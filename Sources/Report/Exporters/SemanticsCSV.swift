// The semantics of a run's strategies, a line per strategy and aspect.

package import Results

package enum SemanticsCSV {
  package static func text(_ result: RunResult) -> String {
    var table = CSVTable(columns: ["strategy", "store", "propagator", "depth", "aspect", "verdict", "text"])
    if let semantics = result.semantics {
      for strategy in semantics.strategies {
        for cell in strategy.cells {
          table.rows.append([
            strategy.name, strategy.store ?? "", strategy.propagator, "\(semantics.depth)", cell.aspect.rawValue,
            cell.verdict.rawValue, cell.text,
          ])
        }
      }
    }
    return table.text
  }
}
