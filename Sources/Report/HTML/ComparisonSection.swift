// All arms at the largest depth in one table, and the tables that stand beside it, as people read them.

internal import Results
internal import Statistics

struct ComparisonSection {
  let page: ReportPage

  var markup: Markup {
    guard let depth = page.summary.depths.last, page.summary.arms.contains(where: { $0.row(depth: depth) != nil })
    else { return .nothing }
    let table = ComparisonTable(summary: page.summary, depth: depth)
    let beside = SummaryTable.all(page.summary).map { table in
      Markup.element(
        "div", ["class": "beside"],
        [
          .element("h3", text: table.title), .element("p", ["class": "lead"], text: table.lead),
          page.table(table.columns, table.rows),
        ])
    }
    return ReportPage.section(
      "comparison", "All arms at depth \(depth)",
      "Medians of the rounds; below them, in brackets, \(page.bandName). “Seen” is yes, no, or range where the rounds are too few to claim "
        + "anything. Allocations and "
        + "system calls are those of the middle node. – was not measured.",
      [page.table(table.columns, table.rows)] + beside)
  }
}
