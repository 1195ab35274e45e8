// A line per arm and fitted quantity: what one more hop adds, in full.

package import Results
internal import Statistics

package enum SlopesCSV {
  package static func text(_ result: RunResult) -> String { text(RunSummary(result)) }

  static func text(_ summary: RunSummary) -> String {
    var table = CSVTable(
      columns: [
        "arm", "quantity", "slope_per_hop", "slope_low", "slope_high", "intercept", "intercept_low", "intercept_high",
        "rounds",
      ])
    for arm in summary.arms {
      for slope in DecaySlope.allCases {
        guard let fit = slope.fit(arm) else { continue }
        table.rows.append(
          [arm.arm.name, slope.columnName]
            + [
              fit.line.slope, fit.slopeInterval?.lowerBound, fit.slopeInterval?.upperBound, fit.line.intercept,
              fit.interceptInterval?.lowerBound, fit.interceptInterval?.upperBound,
            ].map { CSVTable.number($0) } + ["\(fit.roundCount)"])
      }
    }
    return table.text
  }
}
