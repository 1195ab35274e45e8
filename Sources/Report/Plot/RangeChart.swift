// One value per arm, with its range as a bar, on a common axis: a row per arm. It knows nothing of what it shows.

internal import Results

struct RangeChart {
  struct Row {
    let style: ArmStyle
    let value: Double
    var band: ClosedRange<Double>?
    /// What is written at the end of the row.
    let text: String
    /// Shown when the pointer rests on the row.
    let note: String
    var sign = PointSign.none
  }

  let title: String
  let xTitle: String
  let rows: [Row]
  var xKind = Scale.Kind.linear
  var xText: (Double) -> String = AxisText.short
  /// Shaded over all rows as far as the axis goes, with a word for it: what is inside is noise.
  var noise: (range: ClosedRange<Double>, label: String)?
  var width = 580.0

  private static let rowHeight = 24.0

  func markup() -> Markup {
    let longest = Double(rows.map { LineChart.labelText($0.style.name).count }.max() ?? 0)
    let widest = Double(rows.map(\.text.count).max() ?? 0)
    let left = 30 + 6.8 * longest
    let right = width - 16 - 6.3 * widest
    let top = noise == nil ? 10.0 : 26.0
    let bottom = top + Self.rowHeight * Double(rows.count)
    let values = rows.flatMap { row in [row.value] + (row.band.map { [$0.lowerBound, $0.upperBound] } ?? []) }
    let x = Scale(fitting: values, kind: xKind, start: left, end: right)
    var pieces = [Markup.element("title", text: title)]
    if let noise { pieces += shade(noise, x: x, top: top, bottom: bottom, right: right) }
    var lastEnd = -Double.infinity
    for tick in x.ticks {
      let place = number(x.position(tick))
      let kind = tick == 0 ? "grid zero" : "grid"
      pieces.append(
        .element("line", ["class": kind, "x1": place, "x2": place, "y1": number(top), "y2": number(bottom)]))
      let half = 3.4 * Double(xText(tick).count)
      guard x.position(tick) - half > lastEnd + 4 else { continue }
      lastEnd = x.position(tick) + half
      pieces.append(
        .element(
          "text", ["class": "tick", "x": place, "y": number(bottom + 17), "text-anchor": "middle"], text: xText(tick)))
    }
    for (index, row) in rows.enumerated() {
      pieces.append(self.row(row, x: x, y: top + (Double(index) + 0.5) * Self.rowHeight, left: left, right: right))
    }
    pieces.append(
      .element(
        "text",
        ["class": "axis-title", "x": number((left + right) / 2), "y": number(bottom + 36), "text-anchor": "middle"],
        text: xTitle + (xKind == .logarithmic ? ", logarithmic" : "")))
    return .element(
      "svg",
      ["class": "chart", "viewBox": "0 0 \(number(width)) \(number(bottom + 44))", "role": "img", "aria-label": title],
      pieces)
  }

  private func shade(
    _ noise: (range: ClosedRange<Double>, label: String), x: Scale, top: Double, bottom: Double, right: Double
  ) -> [Markup] {
    let start = x.position(noise.range.lowerBound)
    let width = max(1, x.position(noise.range.upperBound) - start)
    return [
      .element(
        "rect",
        [
          "class": "noise", "x": number(start), "y": number(top - 4), "width": number(width),
          "height": number(bottom - top + 4),
        ]),
      .element(
        "text", ["class": "tick", "x": number(start), "y": number(top - 11)], text: noise.label),
    ]
  }

  private func row(_ row: Row, x: Scale, y: Double, left: Double, right: Double) -> Markup {
    var pieces = [
      Markup.element("title", text: row.note),
      row.style.marker.markup(x: 10, y: y),
      .element(
        "text", ["class": "label", "x": "20", "y": number(y), "dy": "0.35em"],
        text: LineChart.labelText(row.style.name)),
    ]
    if let band = row.band {
      pieces.append(
        .element(
          "line",
          [
            "class": "whisker", "x1": number(x.position(band.lowerBound)), "x2": number(x.position(band.upperBound)),
            "y1": number(y), "y2": number(y),
          ]))
    }
    pieces.append(row.style.marker.markup(x: x.position(row.value), y: y, size: 5))
    if row.sign.contains(.saturated) { pieces.append(PointSign.arrow(x: x.position(row.value), y: y)) }
    pieces.append(
      .element(
        "text", ["class": "value", "x": number(width - 4), "y": number(y), "dy": "0.35em", "text-anchor": "end"],
        text: row.text))
    return .element("g", ["class": row.style.classes], [.element("g", ["class": row.sign.classes], pieces)])
  }
}
