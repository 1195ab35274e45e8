// A row per arm: what it adds to a hop as a picture with its interval, and the columns of the first screen.

internal import Results
internal import Statistics

struct AnswerTable {
  let page: ReportPage

  private var answer: RunAnswer { page.answer }
  private var depth: Int { page.summary.depths.last ?? 0 }

  var markup: Markup {
    let rows = answer.arms
    guard !rows.isEmpty, let table = answer.costs() else { return .nothing }
    let columns = Column.ofAnswer(rows, depth: depth, without: 0).map { column in
      [Column.p50.name, Column.p99.name].contains(column.name) ? column.withBand : column
    }
    let bars = bars(rows)
    return .element(
      "div", ["class": "costs"],
      [
        .element(
          "table", ["class": "comparison"],
          [
            .element("thead", [:], [head(columns, bars)]),
            .element("tbody", [:], rows.map { row($0, columns, bars) }),
          ]), .element("p", ["class": "notes"], text: notes(table, bars)),
      ])
  }

  private func notes(_ table: ReportTable, _ bars: IntervalBars?) -> String {
    let shade = bars == nil || noise == nil ? [] : ["Shaded: how far the baseline differs from itself"]
    return (shade + table.notes).map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }.joined(separator: " ")
  }

  /// As far on both sides of 0 as any round of the control differs from the baseline.
  private var noise: ClosedRange<Double>? {
    page.summary.arm(named: page.summary.control)?.row(depth: depth)?.addedCpuPerHop.map {
      Scale.reach($0.min...$0.max)
    }
  }

  private func bars(_ rows: [ArmRow]) -> IntervalBars? {
    let added = rows.compactMap(\.row.addedCpuPerHop)
    return IntervalBars(
      added.map { ($0.median, $0.band) },
      kind: Scale.kind(ofDifferences: added.map(\.range), noise: noise?.upperBound),
      text: AxisText.microseconds)
  }

  private func head(_ columns: [Column<ArmRow>], _ bars: IntervalBars?) -> Markup {
    var cells = columns.enumerated().map { index, column in
      Markup.element(
        "th", ["scope": "col", "class": index == 0 ? nil : "number"],
        [.text(column.title + " "), .element("small", text: column.unit)])
    }
    if let bars { cells.insert(.element("td", ["class": "bar"], [bars.axis]), at: 1) }
    return .element("tr", [:], cells)
  }

  private func row(_ entry: ArmRow, _ columns: [Column<ArmRow>], _ bars: IntervalBars?) -> Markup {
    var cells = columns.enumerated().map { index, column in
      let cell = column.cell(entry).shown
      return index == 0
        ? Markup.element("th", ["scope": "row"], [page.key(cell), .text(cell)])
        : .element(
          "td", ["class": "number \(kind(column, entry))", "data-label": label(column)], parts(column, cell, entry))
    }
    if let bars { cells.insert(.element("td", ["class": "bar"], [bar(entry, bars)]), at: 1) }
    return .element("tr", [:], cells)
  }

  /// Where a line has room for a cell and its name only.
  private func label(_ column: Column<ArmRow>) -> String {
    let (title, unit) = column.name == Column.arm.name ? ("", "") : column.narrow ?? (column.title, column.unit)
    return unit.isEmpty ? title : "\(title) \(unit)"
  }

  private func kind(_ column: Column<ArmRow>, _ entry: ArmRow) -> String {
    switch column.name {
    case Column.claim.name: "claim \(entry.row.cpuComparison?.verdict.rawValue ?? "")"
    case Column.losses.name where entry.arm.fidelity?.verdict == .mismatch: "bad"
    default: ""
    }
  }

  private func parts(_ column: Column<ArmRow>, _ cell: String, _ entry: ArmRow) -> [Markup] {
    let metric: Metric? = column.name == Column.p50.name ? .p50 : column.name == Column.p99.name ? .p99 : nil
    guard let metric, page.sign(metric, arm: entry.arm.arm.name, depth: depth).contains(.saturated) else {
      return ReportPage.parts(cell)
    }
    return ReportPage.parts(cell) + [.element("span", ["title": PointSign.saturatedWords], text: " ↑")]
  }

  private func bar(_ entry: ArmRow, _ bars: IntervalBars) -> Markup {
    let name = entry.arm.arm.name
    guard let style = page.style(of: name) else { return .nothing }
    let added = entry.row.addedCpuPerHop
    let sign = PointSign(entry.row.cpuComparison?.verdict)
    let note = added.map {
      PointNote.text(
        "\(name) adds to a hop", $0.median, $0.band, rounds: $0.count, remarks: sign.words,
        inWords: Metric.cpuPerHop.inWords)
    }
    return bars.row(added.map { ($0.median, $0.band) }, style, noise: noise, note: note ?? "", sign: sign)
  }
}
