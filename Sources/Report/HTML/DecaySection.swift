// The curves over depth. With one depth there is nothing to follow, so each figure is a row per arm instead.

internal import Results
internal import Statistics

struct DecaySection {
  let page: ReportPage

  private static let metrics: [Metric] = [
    .throughput, .cpuPerHop, .p50, .p99, .cpuPerRequest, .allocations,
  ]

  var markup: Markup {
    let cards = Self.metrics.compactMap(card)
    guard !cards.isEmpty else { return .nothing }
    let isCurve = page.summary.depths.count > 1
    return ReportPage.section(
      "decay", isCurve ? "Decay over depth" : "All arms side by side",
      "Depth is the number of services on the path. Bands are \(page.bandName).",
      [.element("div", ["class": "grid2"], cards.map(\.markup))])
  }

  func card(_ metric: Metric) -> FigureCard? {
    let curves = page.decay.curves(metric)
    guard curves.contains(where: { !$0.points.isEmpty }) else { return nil }
    return FigureCard(
      id: metric.figureName, title: metric.facts.title, caption: metric.facts.caption,
      picture: page.summary.depths.count > 1 ? lines(metric, curves) : rows(metric, curves),
      numbers: numbers(metric, curves))
  }

  private func lines(_ metric: Metric, _ curves: [DecayFigures.Curve]) -> Markup {
    let shown = zip(page.styles, curves).map { style, curve in
      let points = curve.points.map { point in
        LineChart.Point(
          x: Double(point.depth), y: point.value, band: point.band, note: note(metric, curve.arm, point))
      }
      return LineChart.Curve(style: style, points: points)
    }
    var chart = LineChart(
      title: "\(metric.facts.title) over depth, per arm", xTitle: "depth", yTitle: metric.axisTitle,
      xTicks: page.summary.depths.map { (value: Double($0), label: "\($0)") }, curves: shown)
    chart.yText = metric.axisText
    return chart.markup()
  }

  private func rows(_ metric: Metric, _ curves: [DecayFigures.Curve]) -> Markup {
    let rows = zip(page.styles, curves).compactMap { style, curve in
      curve.points.first.map { point in
        RangeChart.Row(style: style, value: point.value, band: point.band, text: metric.inWords(point.value))
      }
    }
    var chart = RangeChart(title: "\(metric.facts.title) per arm", xTitle: metric.axisTitle, rows: rows)
    chart.xKind = Scale.kind(for: rows.map(\.value))
    chart.xText = metric.axisText
    return chart.markup()
  }

  private func note(_ metric: Metric, _ arm: String, _ point: DecayFigures.Point) -> String {
    let band = point.band.map { " (\(metric.inWords($0.lowerBound)) to \(metric.inWords($0.upperBound)))" } ?? ""
    return "\(arm), depth \(point.depth): \(metric.inWords(point.value))\(band)"
  }

  private func numbers(_ metric: Metric, _ curves: [DecayFigures.Curve]) -> FigureCard.NumberTable {
    let hasBand = curves.contains { $0.points.contains { $0.band != nil } }
    return FigureCard.NumberTable(
      columns: ["arm", "depth", "\(metric.facts.title), \(metric.documentUnit)"]
        + (hasBand ? ["band from", "band to", "rounds"] : []),
      wordColumnCount: 1,
      rows: curves.flatMap { curve in
        curve.points.map { point in
          [curve.arm, "\(point.depth)", ExactText.number(point.value)]
            + (hasBand
              ? [
                ExactText.number(point.band?.lowerBound), ExactText.number(point.band?.upperBound),
                point.roundCount > 0 ? "\(point.roundCount)" : NumberText.missing,
              ] : [])
        }
      })
  }
}
