// The first view of a comparison's page: what was found, how far it may be trusted, a row per metric with the interval of
// B against A. The figures are those of the text's first screen.

internal import Results
internal import Statistics

struct ComparisonHead {
  let answer: ComparisonAnswer

  init(_ result: ComparisonDocument) { answer = ComparisonAnswer(result) }

  var markup: Markup {
    let words: [(String, [String])] = [("counts", answer.counts), ("gates", answer.gates)]
    return .element(
      "section", ["id": "answer"],
      [
        .element("p", ["class": "setting"], text: answer.setting),
        .element("p", ["class": "finding"], text: answer.findings.joined(separator: " ")),
        TrustLine(grade: answer.trust, doubts: answer.doubts, flags: []).markup, table,
        AnswerSection.list(
          answer.sides.map { ($0.label, .text($0.text)) } + words.map { ($0.0, .text($0.1.joined(separator: " "))) }),
      ])
  }

  /// Of B, which every bar shows.
  private static let style = ArmStyle(index: 0, name: "B", ink: .hue(1), marker: .square, dashes: nil)

  private var table: Markup {
    guard !answer.entries.isEmpty else { return .nothing }
    let columns = answer.columns
    let place = columns.firstIndex { $0.title == "A" } ?? 1
    var head = columns.enumerated().map { index, column in
      Markup.element("th", ["scope": "col", "class": index < place ? nil : "number"], text: column.title)
    }
    if let bars { head.insert(.element("td", ["class": "bar"], [bars.axis]), at: place) }
    return .element(
      "div", ["class": "costs"],
      [
        .element(
          "table", ["class": "comparison"],
          [
            .element("thead", [:], [.element("tr", [:], head)]),
            .element("tbody", [:], answer.entries.map { row($0, columns, place) }),
          ]),
        .element("p", ["class": "notes"], text: "Bars: B against A in percent, with the interval. Shaded: the noise."),
      ])
  }

  private func row(_ entry: ComparisonAnswer.Entry, _ columns: [Column<ComparisonAnswer.Entry>], _ place: Int) -> Markup
  {
    var cells = columns.enumerated().map { index, column in
      let text = column.title == "metric" ? entry.metric.metric.words : column.cell(entry).shown
      return index == 0
        ? Markup.element("th", ["scope": "row"], text: text)
        : .element("td", ["class": index < place ? nil : "number", "data-label": column.title], text: text)
    }
    if let bars { cells.insert(.element("td", ["class": "bar"], [bar(entry.metric, bars)]), at: place) }
    return .element("tr", [:], cells)
  }

  // MARK: Bars

  /// B / A − 1.
  private func change(_ metric: MetricComparison) -> IntervalBars.Value? {
    metric.ratio.map { ($0 - 1, metric.interval.map { $0.low - 1...$0.high - 1 }) }
  }

  private var bars: IntervalBars? {
    let values = answer.entries.compactMap { change($0.metric) }
    let noises = answer.entries.compactMap { $0.metric.noise.map { $0 - 1 } }.filter { $0 > 0 }
    return IntervalBars(
      values, kind: Scale.kind(ofDifferences: values.map { $0.band ?? $0.value...$0.value }, noise: noises.min()),
      text: { AxisText.short($0 * 100) + "%" })
  }

  private func bar(_ metric: MetricComparison, _ bars: IntervalBars) -> Markup {
    let sign: PointSign = metric.verdict.isSilent ? .unjudged : .none
    let value = change(metric)
    let note = value.map {
      PointNote.text(
        "\(metric.metric.words), B against A", $0.value, $0.band, rounds: metric.rounds ?? 0, remarks: sign.words,
        inWords: { NumberText.percent($0) + " %" })
    }
    // A factor, which on the other side of 0 is its inverse.
    let noise = metric.noise.flatMap { $0 >= 1 ? 1 / $0 - 1...$0 - 1 : nil }
    return bars.row(value, Self.style, noise: noise, note: note ?? "", sign: sign)
  }
}
