// What each strategy keeps: the semantics table, each cell with a sign for its verdict.

internal import Results

struct SemanticsSection {
  let page: ReportPage

  var markup: Markup {
    guard let semantics = page.result.semantics, !semantics.strategies.isEmpty else { return .nothing }
    let head = SemanticsText.headings.map { column in
      Markup.element(
        "th", ["scope": "col"], [.text(column.title + " "), .element("small", text: column.unit)])
    }
    let rows = semantics.strategies.map { strategy in
      Markup.element(
        "tr", [:],
        [.element("th", ["scope": "row"], text: strategy.name)]
          + SemanticsAspect.allCases.map { cell(strategy.cell($0)) })
    }
    return ReportPage.section(
      "semantics", SemanticsTable.title, semantics.lead,
      [
        .element(
          "div", ["class": "card wide scroll"],
          [
            .element(
              "table", ["class": "comparison semantics"],
              [.element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], rows)])
          ])
      ])
  }

  private func cell(_ cell: SemanticsCell?) -> Markup {
    guard let cell else { return .element("td", text: NumberText.missing) }
    let (sign, style): (String, String?) =
      switch cell.verdict {
      case .yes: ("✓ ", "kept")
      case .partly: ("◐ ", "partly")
      case .no: ("✕ ", "lost")
      case .figure, .notApplicable, .notProbed: ("", nil)
      }
    return .element("td", ["class": style], text: sign + cell.text)
  }
}
