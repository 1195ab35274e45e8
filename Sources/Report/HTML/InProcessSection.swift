// How much of what a hop costs is the strategy's own code, as one process alone takes for it.

internal import Results
internal import Statistics

struct InProcessSection {
  let page: ReportPage

  var markup: Markup {
    let comparison = InProcessComparison(result: page.result, summary: page.summary)
    guard let depth = page.summary.depths.last, comparison.rows.contains(where: { $0.depth == depth }) else {
      return .nothing
    }
    return ReportPage.section(
      "in-process", "In one process beside between processes",
      "The context work of a hop, timed alone before the rounds, against what the hop costs when services are "
        + "processes. The rest of a hop is system calls, the event loop, frames, and caches that others use too.",
      [.element("div", ["class": "grid2"], [card(comparison, depth).markup])])
  }

  private func card(_ comparison: InProcessComparison, _ depth: Int) -> FigureCard {
    let rows = comparison.rows.filter { $0.depth == depth }.compactMap { row -> RangeChart.Row? in
      guard let style = page.style(of: row.arm), let share = row.share else { return nil }
      let text = NumberText.percent(share) + " %"
      return RangeChart.Row(
        style: style, value: share, text: text, note: "\(row.arm), depth \(depth): \(text), no interval")
    }
    return FigureCard(
      id: "figure-in-process", title: "Share of a hop that is context work",
      caption: "Extract, standard work and inject in one process / CPU per hop at depth \(depth).",
      picture: RangeChart(
        title: "Share of in-process time in CPU per hop at depth \(depth), per arm", xTitle: "%", rows: rows,
        xText: { AxisText.short($0 * 100) }, width: 1_180
      ).markup(),
      numbers: FigureCard.NumberTable(
        columns: [
          "arm", "depth", "in one process, ns", "CPU per hop, ns", "share, ratio", "added in one process, ns",
          "added CPU per hop, ns", "share of added, ratio",
        ], wordColumnCount: 1,
        rows: comparison.rows.map { row in
          [row.arm, "\(row.depth)"]
            + [
              row.predicted, row.measured.median, row.share, row.predictedAdded,
              row.predictedAdded == nil ? nil : row.measuredAdded?.median, row.shareOfAdded,
            ].map { ExactText.number($0) }
        }), isWide: true)
  }
}
