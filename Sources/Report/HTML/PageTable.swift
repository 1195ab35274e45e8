// A table of arms as people read it: each row under its arm's sign, the scatter of a value below it.

internal import Results
internal import Statistics

extension ReportPage {
  func table(_ table: ReportTable) -> Markup {
    let head = table.headings.enumerated().map { index, column in
      let unit = column.unit.isEmpty ? Markup.nothing : .element("small", text: column.unit)
      return Markup.element(
        "th", ["scope": "col", "class": index == 0 ? nil : "number"], [.text(column.title + " "), unit])
    }
    let lines = table.rows.map { row in
      Markup.element(
        "tr", [:],
        row.enumerated().map { index, cell in
          index == 0
            ? .element("th", ["scope": "row"], [key(cell), .text(cell)])
            : .element("td", ["class": "number"], Self.parts(cell))
        })
    }
    return .element(
      "div", ["class": "card wide scroll"],
      [
        .element(
          "table", ["class": "comparison"],
          [.element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], lines)])
      ])
  }

  static func parts(_ cell: String) -> [Markup] {
    guard let space = cell.firstIndex(of: " "),
      cell[cell.index(after: space)...].first.map({ "±(".contains($0) }) == true
    else { return [.text(cell)] }
    return [.text(cell[..<space] + " "), .element("small", text: String(cell[cell.index(after: space)...]))]
  }

  func key(_ arm: String) -> Markup {
    guard let style = style(of: arm) else { return .nothing }
    return .element(
      "svg", ["class": style.classes, "viewBox": "0 0 16 14", "width": "16", "height": "14", "aria-hidden": "true"],
      [style.marker.markup(x: 7, y: 7)])
  }
}
