// Bars made of parts, a row each, on a common axis. It knows nothing of what it shows.

internal import Results

struct StackedBars {
  struct Row {
    let name: String
    /// Drawn from the left in this order; values of 0 or less are left out.
    let values: [Double]
    /// What is written at the end of the row.
    let text: String
    /// Begins a new group, under this heading.
    var heading: String?
  }

  let title: String
  let xTitle: String
  /// In the order of a row's values.
  let parts: [String]
  let rows: [Row]
  var text: (Double) -> String = AxisText.short
  var width = 1_180.0
  var rowHeight = 22.0

  private static let headingHeight = 22.0

  func markup() -> Markup {
    let longest = Double(rows.map { LineChart.labelText($0.name).count }.max() ?? 0)
    let widest = Double(rows.map(\.text.count).max() ?? 0)
    let left = 14 + 6.8 * longest
    let right = width - 14 - 6.3 * widest
    let largest = rows.map { $0.values.reduce(0) { $0 + max(0, $1) } }.max() ?? 1
    let x = Scale(fitting: [0, largest], kind: .linear, start: left, end: right)
    let bottom = height(of: rows[...])
    var pieces = [Markup.element("title", text: title)]
    for tick in x.ticks {
      let place = number(x.position(tick))
      pieces.append(
        .element("line", ["class": "grid", "x1": place, "x2": place, "y1": "0", "y2": number(bottom)]))
      pieces.append(
        .element(
          "text", ["class": "tick", "x": place, "y": number(bottom + 16), "text-anchor": "middle"], text: text(tick)))
    }
    for (index, row) in rows.enumerated() {
      pieces.append(self.row(row, x: x, top: height(of: rows[..<index])))
    }
    pieces.append(
      .element(
        "text",
        ["class": "axis-title", "x": number((left + right) / 2), "y": number(bottom + 35), "text-anchor": "middle"],
        text: xTitle))
    let picture = Markup.element(
      "svg",
      ["class": "stack", "viewBox": "0 0 \(number(width)) \(number(bottom + 42))", "role": "img", "aria-label": title],
      pieces)
    return Markup([legend, picture])
  }

  private func height(of rows: ArraySlice<Row>) -> Double {
    rows.reduce(0) { $0 + rowHeight + ($1.heading == nil ? 0 : Self.headingHeight) }
  }

  private func row(_ row: Row, x: Scale, top: Double) -> Markup {
    let barTop = top + (row.heading == nil ? 0 : Self.headingHeight)
    var pieces: [Markup] = []
    if let heading = row.heading {
      pieces.append(.element("text", ["class": "name", "x": "4", "y": number(barTop - 6)], text: heading))
    }
    let middle = number(barTop + rowHeight / 2)
    pieces.append(
      .element(
        "text", ["class": "label", "x": "12", "y": middle, "dy": "0.35em"], text: LineChart.labelText(row.name)))
    var sum = 0.0
    for (index, value) in row.values.enumerated() where value > 0 {
      let start = x.position(sum)
      sum += value
      pieces.append(
        .element(
          "rect",
          [
            "class": "part part-\(index)", "x": number(start), "y": number(barTop + 3),
            "width": number(max(0.5, x.position(sum) - start)), "height": number(rowHeight - 6),
          ], [.element("title", text: "\(row.name), \(parts[index]): \(text(value))")]))
    }
    pieces.append(
      .element(
        "text", ["class": "value", "x": number(x.position(sum) + 6), "y": middle, "dy": "0.35em"], text: row.text))
    return .element("g", [:], pieces)
  }

  private var legend: Markup {
    .element(
      "ul", ["class": "parts"],
      parts.enumerated().map { index, part in
        .element(
          "li", [:],
          [
            .element(
              "svg", ["viewBox": "0 0 14 14", "width": "14", "height": "14", "aria-hidden": "true"],
              [.element("rect", ["class": "part part-\(index)", "width": "14", "height": "14"])]),
            .text(part),
          ])
      })
  }
}
