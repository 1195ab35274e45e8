// The semantics table as text, and the evidence of one cell.

package import Results
internal import Statistics

package enum SemanticsText {
  /// In the order of `SemanticsAspect`, behind the strategy.
  static let headings: [ReportTable.Heading] = [
    .init(title: "strategy"), .init(title: "keys that", unit: "arrive"), .init(title: "integers", unit: "stay"),
    .init(title: "tracestate", narrow: ("trace-", "state")), .init(title: "deadline"),
    .init(title: "cancel at", unit: "the last"), .init(title: "concurrent", unit: "writers"),
    .init(title: "left over"), .init(title: "context", unit: "B/hop"),
  ]

  package static func render(_ result: SemanticsResult) -> String {
    var lines = [
      "What arrives after \(NumberText.plural(result.depth, "service")), and what deadline and cancel do; every cell was "
        + "measured in running processes"
    ]
    lines += table(result.strategies)
    lines += ["", "ctxchain semantics --explain STRATEGY ASPECT shows what a cell was concluded from; aspects are"]
    lines.append(SemanticsAspect.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    if result.interrupted { lines.append("Interrupted: strategies are missing.") }
    return lines.map(TextReport.printable).joined(separator: "\n") + "\n"
  }

  /// The rows, then a line for each strategy that loses something.
  static func table(_ strategies: [StrategySemantics]) -> [String] {
    let rows = strategies.map { strategy in [strategy.name] + cells(of: strategy) }
    let table = ReportTable(title: "", headings: headings, rows: rows)
    let losses = strategies.flatMap { strategy -> [String] in
      let edges = strategy.cell(.keys)?.evidence.filter { $0.place.contains(" → ") } ?? []
      guard let first = edges.first else { return [] }
      return TextTable.wrapped(
        label: "", pieces: ["\(strategy.name): \(first.place) \(first.text)"], indent: 2)
    }
    return (table?.textLines() ?? []) + losses
  }

  /// In the order of the columns.
  static func cells(of strategy: StrategySemantics) -> [String] {
    SemanticsAspect.allCases.map { strategy.cell($0)?.text ?? NumberText.missing }
  }

  /// What a cell was concluded from, a line for each thing that was seen.
  package static func explain(_ strategy: StrategySemantics, _ aspect: SemanticsAspect, depth: Int) -> String {
    guard let cell = strategy.cell(aspect) else { return "not probed\n" }
    let title =
      "\(strategy.name) (store \(strategy.store ?? NumberText.missing), propagator \(strategy.propagator)), "
      + "\(aspect.rawValue) after \(NumberText.plural(depth, "service")): \(cell.text)"
    let width = min(24, cell.evidence.map(\.place.count).max() ?? 0) + 2
    let lines = cell.evidence.map { item in
      item.place + String(repeating: " ", count: max(1, width - item.place.count)) + item.text
    }
    return ([title] + lines).map(TextReport.printable).joined(separator: "\n") + "\n"
  }
}
