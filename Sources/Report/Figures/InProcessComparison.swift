// What a hop's context work takes in one process, held against what the hop takes between processes: how much of a
// strategy's cost is its own code, and how much is what surrounds it. It knows no form of output.

package import Results
package import Statistics

package struct InProcessComparison: Equatable, Sendable {
  package struct Row: Equatable, Sendable {
    package let arm: String
    package let depth: Int
    /// Nanoseconds per delivery: arrivals, and injects for all deliveries but the first, which the client sent.
    package let predicted: Double
    /// CPU nanoseconds of all nodes per delivery.
    package let measured: MedianInterval
    /// Predicted beyond the baseline's; nil for the baseline, and where there is none.
    package let predictedAdded: Double?
    package let measuredAdded: MedianInterval?

    package var share: Double? { ratio(predicted, measured.median) }
    /// nil also where nothing may be added at all: there is no share of what may be 0.
    package var shareOfAdded: Double? {
      guard let measuredAdded, !measuredAdded.range.contains(0) else { return nil }
      return predictedAdded.flatMap { ratio($0, measuredAdded.median) }
    }
  }

  /// By arm and ascending depth; arms that have no in-process figure are not among them.
  package let rows: [Row]

  package init(result: RunResult, summary: RunSummary) {
    func predicted(_ arm: String, _ depth: Int) -> Double? {
      let layer = InProcessHop.layer(depth: depth)
      let figures = (result.inProcess ?? []).filter { $0.arm == arm }
      guard let figure = figures.first(where: { $0.layer == layer }) ?? figures.first else { return nil }
      let inject = figure.hopNanoseconds.median - figure.arrivalNanoseconds.median
      let pass = result.counts.first { $0.arm == arm && $0.depth == depth }
      let counted = pass?.nodes.reduce(0) { $0 + $1.deliveriesPerRequest } ?? 0
      let deliveries = counted > 0 ? counted : Double(depth)
      return figure.arrivalNanoseconds.median + inject * max(0, 1 - 1 / deliveries)
    }
    rows = summary.arms.flatMap { arm in
      arm.rows.compactMap { row -> Row? in
        guard let measured = row.cpuPerHop, let own = predicted(arm.arm.name, row.depth) else { return nil }
        let reference = arm.reference.flatMap { predicted($0, row.depth) }
        return Row(
          arm: arm.arm.name, depth: row.depth, predicted: own, measured: measured,
          predictedAdded: reference.map { own - $0 }, measuredAdded: row.addedCpuPerHop)
      }
    }
  }

  static var columns: [Column<Row>] {
    [
      Column("", "arm") { .text($0.arm) },
      Column("", "in one process", "ns/hop") { .number($0.predicted, NumberText.short) },
      Column("", "between processes", "ns/hop") { .spread($0.measured, NumberText.whole, .half) },
      Column("", "share", "%") { .number($0.share, NumberText.percent) },
      Column("", "added in one process", "ns/hop") { .number($0.predictedAdded, NumberText.short) },
      Column("", "added between", "ns/hop") {
        .spread($0.predictedAdded == nil ? nil : $0.measuredAdded, NumberText.whole, .range)
      },
      Column("", "share", "%") { .number($0.shareOfAdded, NumberText.percent) },
    ]
  }
}
