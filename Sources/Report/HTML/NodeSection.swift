// What every node did, in numbers.

internal import Results

struct NodeSection {
  let page: ReportPage

  var markup: Markup {
    guard let figures = NodeFigures(page.result) else { return .nothing }
    let columns = NodeFigures.columns.filter { column in figures.rows.contains { column.value($0) != nil } }
    let table = FigureCard.NumberTable(
      columns: ["arm", "service"] + columns.map(\.title), wordColumnCount: 2,
      rows: figures.rows.map { row in
        [row.arm, row.replica == 0 ? row.service : "\(row.service)#\(row.replica)"]
          + columns.map { column in NumberText.count(column.value(row)) }
      })
    return ReportPage.section(
      "nodes", "Node by node at depth \(figures.depth)",
      "Per delivery to the node: CPU and scheduling from the closed-loop trials, counts from the counting pass with one "
        + "request under way. Run-queue wait is time in which it could have run and had no CPU. Requests that were cancelled, "
        + "given up or refused, and what was done for them afterwards, are numbers of the whole run.",
      [
        .element(
          "figure", ["id": "figure-nodes", "class": "card wide"],
          [
            .element(
              "details", [:],
              [
                .element("summary", text: NumberText.plural(figures.rows.count, "row")),
                .element("div", ["class": "scroll"], [table.markup]),
              ])
          ])
      ])
  }
}
