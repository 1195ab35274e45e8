// Marginal cost per hop to each quantity, a panel per quantity, a row per arm.

internal import Results
internal import Statistics

struct SlopeSection {
  let page: ReportPage

  var markup: Markup {
    let shown = RunSummary.sloped.filter { slope in page.summary.arms.contains { $0.fits[slope] != nil } }
    guard !shown.isEmpty else { return .nothing }
    let card = FigureCard(
      id: "figure-slopes", title: "Marginal cost per hop",
      caption: "Slope of a Theil–Sen line over the depths. Bars are the bootstrap's interval over the rounds, from "
        + "\(SignTest.roundCountMin) rounds on. Allocations are counted exactly: no bar.",
      picture: .element("div", ["class": "grid3"], shown.map(panel)), numbers: numbers(shown), isWide: true)
    return ReportPage.section("slopes", "The price of a hop", nil, [card.markup])
  }

  private func panel(_ slope: Metric) -> Markup {
    let rows = zip(page.styles, page.summary.arms).compactMap { style, arm -> RangeChart.Row? in
      arm.fits[slope].map { row(slope, style, $0) }
    }
    var chart = RangeChart(title: "\(slope.words) per hop, per arm", xTitle: "\(slope.shownUnit) per hop", rows: rows)
    chart.xKind = Self.scale(rows)
    chart.width = 400
    return .element("div", [:], [.element("h4", text: slope.words), chart.markup()])
  }

  private func row(_ slope: Metric, _ style: ArmStyle, _ fit: DecayFit) -> RangeChart.Row {
    RangeChart.Row(
      style: style, value: slope.unit.scaled(fit.line.slope),
      band: fit.slopeInterval.map { slope.unit.scaled($0.lowerBound)...slope.unit.scaled($0.upperBound) },
      text: slope.unit.text(fit.line.slope),
      note: PointNote.text(
        "\(style.name), one more hop", fit.line.slope, fit.slopeInterval, rounds: slope.isExact ? 0 : fit.roundCount,
        inWords: slope.inWords))
  }

  /// A slope may be negative, and its interval may reach below 0, where a logarithmic axis ends.
  private static func scale(_ rows: [RangeChart.Row]) -> Scale.Kind {
    let kind = Scale.kind(for: rows.map(\.value))
    let least = rows.flatMap { [$0.value, $0.band?.lowerBound ?? $0.value] }.min() ?? 0
    guard kind == .logarithmic, least <= 0, let unit = rows.map(\.value).min() else { return kind }
    return .symmetric(unit: unit)
  }

  private func numbers(_ shown: [Metric]) -> FigureCard.NumberTable {
    FigureCard.NumberTable(
      columns: ["arm", "quantity", "slope per hop", "from", "to", "rounds"], wordColumnCount: 2,
      rows: page.summary.arms.flatMap { arm in
        shown.compactMap { slope in
          arm.fits[slope].map { fit in
            [arm.arm.name, slope.columnName]
              + [fit.line.slope, fit.slopeInterval?.lowerBound, fit.slopeInterval?.upperBound].map {
                ExactText.number($0)
              } + ["\(fit.roundCount)"]
          }
        }
      })
  }
}
