// Latency over the percentile at the largest depth, and the histograms themselves to take away.

internal import Results
internal import Statistics

struct PercentileSection {
  let page: ReportPage

  var markup: Markup {
    guard let depth = histograms.map(\.depth).max() else { return .nothing }
    let shown = histograms.filter { $0.depth == depth }
    let curves = shown.map { PercentileCurve(arm: $0.arm, histogram: $0.responseTime) }
    let card = FigureCard(
      id: "figure-percentiles", title: "Response time by percentile, depth \(depth)",
      caption:
        "From the intended send time, open loop, all rounds merged. The axis stretches the slow end: each mark is "
        + "ten times fewer requests. A curve ends where its number of requests does.",
      picture: picture(curves), numbers: numbers(curves), isWide: true, notes: [downloads(shown)])
    return ReportPage.section("percentiles", "Latency", nil, [card.markup])
  }

  private var histograms: [MergedHistogram] {
    page.result.histograms.filter { $0.phase == .open && !$0.responseTime.isEmpty }
  }

  private func picture(_ curves: [PercentileCurve]) -> Markup {
    let countMax = curves.map(\.count).max() ?? 1
    var inverse = 1.0
    var ticks = [(value: 1.0, label: "0")]
    for label in ["90", "99", "99.9", "99.99", "99.999", "99.9999", "99.99999", "99.999999"] {
      inverse *= 10
      if inverse > Double(countMax) { break }
      ticks.append((inverse, label))
    }
    if ticks.count > 1 { ticks.insert((2, "50"), at: 1) }
    return LineChart(
      title: "Response time by percentile, per arm", xTitle: "percentile, %", yTitle: "µs", xKind: .logarithmic,
      xTicks: ticks, xUpper: max(10, Double(countMax)), yText: AxisText.microseconds,
      curves: page.styles.compactMap { style in
        curves.first { $0.arm == style.name }.map { curve in
          LineChart.Curve(
            style: style,
            points: curve.points.map { LineChart.Point(x: $0.inverse, y: Double($0.nanoseconds)) })
        }
      }, hasMarkers: false, width: 1_180, plotHeight: 330
    ).markup()
  }

  private func numbers(_ curves: [PercentileCurve]) -> FigureCard.NumberTable {
    let grid = PercentileCurve.grid(countMax: curves.map(\.count).max() ?? 1)
    return FigureCard.NumberTable(
      columns: ["percentile", "1/(1−p)"] + curves.map { "\($0.arm), ns" }, wordColumnCount: 0,
      rows: grid.indices.map { index in
        [ExactText.number(grid[index].percentile), ExactText.number(grid[index].inverse)]
          + curves.map { index < $0.points.count ? "\($0.points[index].nanoseconds)" : NumberText.missing }
      } + [["requests", ""] + curves.map { "\($0.count)" }])
  }

  private func downloads(_ histograms: [MergedHistogram]) -> Markup {
    let links = histograms.map { histogram -> Markup in
      let buckets = HistogramBuckets(histogram.responseTime)
      let name = HistogramFile.name(histogram)
      let text = CompressedHistogram.base64Text(Array(PercentileFile.text(buckets).utf8))
      let compressed = CompressedHistogram.base64Text(Array((CompressedHistogram.base64(buckets) + "\n").utf8))
      return .element(
        "li", [:],
        [
          .element("span", text: histogram.arm),
          .element("a", ["download": name + ".hgrm", "href": "data:text/plain;base64," + text], text: ".hgrm"),
          .element("a", ["download": name + ".hdr", "href": "data:text/plain;base64," + compressed], text: "HDR V2"),
        ])
    }
    return .element(
      "div", ["class": "downloads"],
      [.element("p", text: "The histograms for HdrHistogram's tools:"), .element("ul", [:], links)])
  }
}
