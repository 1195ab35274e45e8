// What each strategy adds per hop at the largest depth, beside the noise.

internal import Results
internal import Statistics

struct AddedCostSection {
  let page: ReportPage

  var markup: Markup {
    let cards = [cpu, drop].compactMap { $0 }
    guard let depth = page.summary.depths.last, !cards.isEmpty else { return .nothing }
    return ReportPage.section(
      "cost", "What a strategy costs at depth \(depth)",
      "Against the baseline\(over), which carries no context, in the same round. Bars are "
        + "\(page.bandName). What lies inside the shaded noise is not told apart from nothing.",
      [.element("div", ["class": "grid2"], cards.map(\.markup))])
  }

  /// Where there are several, what an arm is held against has its transport.
  private var over: String { page.summary.transports == nil ? "" : " over the same transport" }

  private var cpu: FigureCard? {
    card(
      id: "figure-added-cpu", title: "Added CPU per hop", caption: "CPU per hop − that of the baseline\(over).",
      axis: "µs per hop", unit: "ns", value: { $0.addedCpuPerHop }, verdict: { $0.cpuComparison?.verdict },
      axisText: AxisText.microseconds, text: { NumberText.microseconds($0) + " µs" })
  }

  private var drop: FigureCard? {
    card(
      id: "figure-drop", title: "Throughput lost", caption: "1 − throughput / that of the baseline\(over).", axis: "%",
      unit: "ratio", value: { $0.dropAgainstBaseline }, verdict: { $0.throughputComparison?.verdict },
      axisText: { AxisText.short($0 * 100) }, text: { NumberText.percent($0) + " %" })
  }

  private func card(
    id: String, title: String, caption: String, axis: String, unit: String,
    value: (RunSummary.Row) -> MedianInterval?, verdict: (RunSummary.Row) -> Comparison.Verdict?,
    axisText: @escaping (Double) -> String, text: (Double) -> String
  ) -> FigureCard? {
    guard let depth = page.summary.depths.last else { return nil }
    let measured = zip(page.styles, page.summary.arms).compactMap {
      style, arm -> (style: ArmStyle, value: MedianInterval, verdict: Comparison.Verdict?)? in
      guard let row = arm.row(depth: depth), let found = value(row) else { return nil }
      return (style, found, verdict(row))
    }
    guard !measured.isEmpty else { return nil }
    var chart = RangeChart(
      title: "\(title) at depth \(depth), per arm", xTitle: axis,
      rows: measured.map { arm in
        RangeChart.Row(
          style: arm.style, value: arm.value.median, band: arm.value.band,
          text: text(arm.value.median) + ReportPage.words(arm.verdict),
          note: PointNote.text(
            "\(arm.style.name), depth \(depth)", arm.value.median, arm.value.band, rounds: arm.value.count,
            remarks: PointSign(arm.verdict).words, inWords: text), sign: PointSign(arm.verdict))
      }, xText: axisText)
    var scale = ""
    if let noise = measured.first(where: { $0.style.name == page.summary.control })?.value.spread {
      chart.noise = (Scale.reach(noise.min...noise.max), "noise")
    }
    chart.xKind = Scale.kind(ofDifferences: measured.map(\.value.range), noise: chart.noise?.range.upperBound)
    if chart.xKind != .linear { scale = " The axis is linear near 0 and logarithmic beyond." }
    return FigureCard(
      id: id, title: title, caption: caption + scale, picture: chart.markup(),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "claim", "median, \(unit)", "interval from", "interval to", "rounds"], wordColumnCount: 2,
        rows: measured.map { arm in
          [arm.style.name, arm.verdict?.rawValue ?? NumberText.missing]
            + [arm.value.median, arm.value.range.lowerBound, arm.value.range.upperBound].map { ExactText.number($0) }
            + ["\(arm.value.count)"]
        }))
  }
}
