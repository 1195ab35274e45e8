// Three signs of decay beside one another, each as a multiple of the limit that the field uses, and in words which
// strategy is above which.

internal import Results

struct ThresholdSection {
  let page: ReportPage

  var markup: Markup {
    guard page.summary.depths.count > 1 else { return .nothing }
    let criteria = ThresholdFigures.Criterion.allCases
    let card = FigureCard(
      id: "figure-thresholds", title: "How far beyond the limits",
      caption: "Each figure divided by its limit: at 1 the limit is reached. Throughput may drop by "
        + "\(criteria[0].thresholdText) against the baseline at the same depth, P99 may grow to "
        + "\(criteria[1].thresholdText) and allocations per hop to \(criteria[2].thresholdText) of what they were at "
        + "depth 1.",
      picture: .element("div", ["class": "grid3"], criteria.map(panel)), numbers: numbers, isWide: true,
      notes: [sentences])
    return ReportPage.section("thresholds", "Signs of decay against their limits", nil, [card.markup])
  }

  private func panel(_ criterion: ThresholdFigures.Criterion) -> Markup {
    let chart = LineChart(
      title: "\(criterion.title), divided by \(criterion.thresholdText)", xTitle: "depth", yTitle: "× limit",
      xTicks: page.summary.depths.map { (Double($0), "\($0)") }, yKind: criterion == .throughputDrop ? .linear : nil,
      curves: zip(page.styles, page.summary.arms).map { style, arm in
        LineChart.Curve(
          style: style,
          points: page.thresholds.points(criterion, arm: arm).map { point in
            LineChart.Point(
              x: Double(point.depth), y: point.value / criterion.threshold,
              note: "\(arm.arm.name), depth \(point.depth): \(criterion.text(point.value)), no interval")
          })
      }, level: .init(y: 1, label: "limit \(criterion.thresholdText)"), width: 400, plotHeight: 210)
    return .element("div", [:], [.element("h4", text: criterion.title), chart.markup()])
  }

  private var sentences: Markup {
    let breaches = page.thresholds.breaches
    guard !breaches.isEmpty else {
      return .element("p", ["class": "said"], text: "No strategy is beyond a limit at its largest depth.")
    }
    return .element("ul", ["class": "said"], breaches.map { .element("li", text: $0) })
  }

  private var numbers: FigureCard.NumberTable {
    let criteria = ThresholdFigures.Criterion.allCases
    return FigureCard.NumberTable(
      columns: ["arm", "depth"] + criteria.flatMap { [$0.title, "÷ \($0.thresholdText)"] }, wordColumnCount: 1,
      rows: page.summary.arms.flatMap { arm in
        let points = criteria.map { page.thresholds.points($0, arm: arm) }
        return arm.rows.map { row in
          let cells = zip(criteria, points).flatMap { criterion, points -> [String] in
            let value = points.first { $0.depth == row.depth }?.value
            return [ExactText.number(value), ExactText.number(value.map { $0 / criterion.threshold })]
          }
          return [arm.arm.name, "\(row.depth)"] + cells
        }
      })
  }
}
