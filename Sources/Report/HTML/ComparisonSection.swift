// All arms at the largest depth in one table, as people read it.

internal import Statistics

struct ComparisonSection {
  let page: ReportPage

  var markup: Markup {
    guard let depth = page.summary.depths.last, page.summary.arms.contains(where: { $0.row(depth: depth) != nil })
    else { return .nothing }
    let table = ComparisonTable(summary: page.summary, depth: depth)
    let head = table.columns.enumerated().map { index, column in
      let unit = column.unit.isEmpty ? Markup.nothing : .element("small", text: column.unit)
      return Markup.element(
        "th", ["scope": "col", "class": index == 0 ? nil : "number"], [.text(column.title + " "), unit])
    }
    let rows = table.rows.map { row in
      Markup.element(
        "tr", [:],
        row.cells.enumerated().map { index, cell in
          index == 0
            ? .element("th", ["scope": "row"], [key(row.arm), .text(cell)])
            : .element("td", ["class": "number"], Self.parts(cell))
        })
    }
    return ReportPage.section(
      "comparison", "All arms at depth \(depth)",
      "Medians of the rounds with (smallest…largest). “Seen” is yes, no, or range where the rounds are too few to claim "
        + "anything. Allocations and "
        + "system calls are those of the middle node. – was not measured.",
      [
        .element(
          "div", ["class": "card wide scroll"],
          [
            .element(
              "table", ["class": "comparison"],
              [.element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], rows)])
          ])
      ])
  }

  /// The scatter of a value stands below it.
  private static func parts(_ cell: String) -> [Markup] {
    guard let space = cell.firstIndex(of: " ") else { return [.text(cell)] }
    return [.text(cell[..<space] + " "), .element("small", text: String(cell[cell.index(after: space)...]))]
  }

  private func key(_ arm: String) -> Markup {
    guard let style = page.style(of: arm) else { return .nothing }
    return .element(
      "svg", ["class": style.classes, "viewBox": "0 0 16 14", "width": "16", "height": "14", "aria-hidden": "true"],
      [style.marker.markup(x: 7, y: 7)])
  }
}
