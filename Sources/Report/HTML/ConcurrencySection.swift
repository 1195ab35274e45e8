// The largest depth at every concurrency: throughput and CPU per hop, a panel per concurrency, a row per arm.

internal import Results
internal import Statistics

struct ConcurrencySection {
  let page: ReportPage

  private typealias Measured = (style: ArmStyle, row: RunSummary.ConcurrencyRow)

  var markup: Markup {
    guard let depth = page.summary.depths.last, !concurrencies.isEmpty else { return .nothing }
    let cards = [
      card(
        id: "figure-concurrency-cpu", title: "CPU per hop by concurrency",
        caption: "CPU time of all nodes / deliveries. With more requests under way more of them share a system call.",
        axis: "µs per hop", unit: "ns", value: \.cpuPerHop, comparison: \.cpuComparison,
        axisText: AxisText.microseconds, text: { NumberText.microseconds($0) + " µs" }),
      card(
        id: "figure-concurrency-throughput", title: "Throughput by concurrency",
        caption: "Completed requests per second. Higher is better.", axis: "requests/s", unit: "1/s",
        value: \.throughput, comparison: \.throughputComparison, axisText: AxisText.short,
        text: { NumberText.whole($0) + "/s" }),
    ]
    return ReportPage.section(
      "concurrency", "Concurrency, at depth \(depth)",
      "Closed loop: so many requests under way, over one connection between client and entry unless said. Bars are "
        + "\(page.bandName). Each concurrency is judged by itself.", cards.map(\.markup))
  }

  /// The headline first.
  private var concurrencies: [Concurrency] {
    var found: [Concurrency] = []
    for row in page.summary.arms.flatMap(\.concurrencies) where !found.contains(row.concurrency) {
      found.append(row.concurrency)
    }
    return found
  }

  private func measured(at concurrency: Concurrency) -> [Measured] {
    zip(page.styles, page.summary.arms).compactMap { style, arm in
      arm.concurrencies.first { $0.concurrency == concurrency }.map { (style, $0) }
    }
  }

  private func card(
    id: String, title: String, caption: String, axis: String, unit: String,
    value: KeyPath<RunSummary.ConcurrencyRow, MedianInterval?>,
    comparison: KeyPath<RunSummary.ConcurrencyRow, Comparison?>, axisText: @escaping (Double) -> String,
    text: (Double) -> String
  ) -> FigureCard {
    let panels = concurrencies.map { concurrency -> Markup in
      let rows = measured(at: concurrency).compactMap { style, row -> RangeChart.Row? in
        row[keyPath: value].map { found in
          RangeChart.Row(
            style: style, value: found.median, band: found.band,
            text: text(found.median) + ReportPage.words(row[keyPath: comparison]?.verdict),
            note: PointNote.text(
              "\(style.name), \(concurrency.words)", found.median, found.band, rounds: found.count,
              remarks: PointSign(row[keyPath: comparison]?.verdict).words, inWords: text),
            sign: PointSign(row[keyPath: comparison]?.verdict))
        }
      }
      var chart = RangeChart(title: "\(title): \(concurrency.words)", xTitle: axis, rows: rows, xText: axisText)
      chart.xKind = Scale.kind(for: rows.map(\.value))
      chart.width = concurrencies.count == 2 ? 580 : 400
      return .element("div", [:], [.element("h4", text: concurrency.words), chart.markup()])
    }
    let rows = concurrencies.flatMap { concurrency in
      measured(at: concurrency).map { style, row -> [String] in
        let found = row[keyPath: value]
        return [style.name, concurrency.name, row[keyPath: comparison]?.verdict.rawValue ?? NumberText.missing]
          + [found?.median, found?.range.lowerBound, found?.range.upperBound].map { ExactText.number($0) }
          + ["\(found?.count ?? 0)"]
      }
    }
    return FigureCard(
      id: id, title: title, caption: caption, picture: .element("div", ["class": "grid3"], panels),
      numbers: FigureCard.NumberTable(
        columns: ["arm", "in flight", "claim", "median, \(unit)", "interval from", "interval to", "rounds"],
        wordColumnCount: 3,
        rows: rows), isWide: true)
  }
}
