// All arms at the largest depth in one table, and the tables that stand beside it, as people read them.

internal import Results
internal import Statistics

struct ComparisonSection {
  let page: ReportPage

  var markup: Markup {
    let tables = RunTables(result: page.result, decay: page.decay)
    let depth = page.summary.depths.last ?? 0
    guard let table = tables.comparison(title: "All arms at depth \(depth)", Column.wideComparison) else {
      return .nothing
    }
    let beside = tables.beside.map { table in
      Markup.element(
        "div", ["class": "beside"],
        [
          .element("h3", text: table.title), .element("p", ["class": "lead"], text: table.lead), page.table(table),
        ])
    }
    return ReportPage.section(
      "comparison", table.title,
      "Medians of the rounds; below them, in brackets, \(page.bandName). A claim is yes, indicated, indistinct, or range where the rounds are too few "
        + "to claim anything. Allocations and "
        + "system calls are those of the middle node. – was not measured.",
      [page.table(table)] + beside)
  }
}
