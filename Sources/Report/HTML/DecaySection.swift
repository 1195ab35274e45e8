// The curves over depth. What has one depth has nothing to follow, so its figure is a row per arm instead.

internal import Results
internal import Statistics

struct DecaySection {
  let page: ReportPage

  static let metrics: [Metric] = [
    .throughput, .cpuPerHop, .p50, .p99, .cpuPerRequest, .allocations,
  ]

  /// What has intervals, or is counted and needs none.
  var markup: Markup {
    let isCurve = page.summary.depths.count > 1
    return section(
      "decay", isCurve ? "Decay over depth" : "All arms side by side",
      "Depth is the number of services on the path. Bars through the points are \(page.bandName).", hasIntervals: true)
  }

  /// What was timed and has no interval.
  var rest: Markup { section("single", "Timed, without an interval", nil, hasIntervals: false) }

  private func section(_ id: String, _ title: String, _ lead: String?, hasIntervals: Bool) -> Markup {
    let cards = Self.metrics.filter { ($0.isExact || hasInterval($0)) == hasIntervals }.compactMap(card)
    guard !cards.isEmpty else { return .nothing }
    return ReportPage.section(id, title, lead, [.element("div", ["class": "grid2"], cards.map(\.markup))])
  }

  private func hasInterval(_ metric: Metric) -> Bool {
    page.decay.curves(metric).contains { $0.points.contains { $0.band != nil } }
  }

  func card(_ metric: Metric) -> FigureCard? {
    let curves = page.decay.curves(metric)
    let depths = Set(curves.flatMap { $0.points.map(\.depth) })
    guard let depth = depths.first else { return nil }
    let isCurve = depths.count > 1
    let place = isCurve || page.summary.depths.count == 1 ? "" : ", at depth \(depth)"
    return FigureCard(
      id: metric.figureName, title: metric.facts.title + place, caption: metric.facts.caption,
      picture: isCurve ? lines(metric, curves) : rows(metric, curves),
      numbers: numbers(metric, curves))
  }

  private func lines(_ metric: Metric, _ curves: [DecayFigures.Curve]) -> Markup {
    let shown = zip(page.styles, curves).map { style, curve in
      let points = curve.points.map { point in
        LineChart.Point(
          x: Double(point.depth), y: point.value, band: point.band, note: note(metric, curve.arm, point),
          sign: page.sign(metric, arm: curve.arm, depth: point.depth))
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
        RangeChart.Row(
          style: style, value: point.value, band: point.band, text: metric.inWords(point.value),
          note: note(metric, curve.arm, point), sign: page.sign(metric, arm: curve.arm, depth: point.depth))
      }
    }
    var chart = RangeChart(title: "\(metric.facts.title) per arm", xTitle: metric.axisTitle, rows: rows)
    chart.xKind = Scale.kind(for: rows.map(\.value))
    chart.xText = metric.axisText
    return chart.markup()
  }

  private func note(_ metric: Metric, _ arm: String, _ point: DecayFigures.Point) -> String {
    PointNote.text(
      "\(arm), depth \(point.depth)", point.value, point.band, rounds: point.roundCount,
      remarks: page.sign(metric, arm: arm, depth: point.depth).words, inWords: metric.inWords)
  }

  private func numbers(_ metric: Metric, _ curves: [DecayFigures.Curve]) -> FigureCard.NumberTable {
    let hasBand = curves.contains { $0.points.contains { $0.band != nil } }
    return FigureCard.NumberTable(
      columns: ["arm", "depth", "\(metric.facts.title), \(metric.documentUnit)"]
        + (hasBand ? ["interval from", "interval to", "rounds"] : []),
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
