// What a run says of its transports in words and as a table: no more than may be claimed.

internal import Results
internal import Statistics

extension TransportFigures {
  /// Pairs that are named before the rest is counted.
  private static let namedPairCountMax = 3

  func sentences(_ summary: RunSummary) -> [String] { wires.map { sentence($0, summary) } + orderSentences }

  private func sentence(_ wire: Wire, _ summary: RunSummary) -> String {
    guard let comparison = wire.comparison(summary), let added = wire.added(summary), comparison.verdict.isClaim else {
      return wire.comparison(summary)?.verdict == .noDifferenceSeen
        ? "What a hop takes over \(wire.transport) cannot be told from what it takes over \(names[0])."
        : "Of \(wire.transport) against \(names[0]) nothing is claimed."
    }
    let (size, verb) = added.median < 0 ? (added.negated, "less") : (added, "more")
    let doubt = comparison.verdict == .indicated ? " [indicated]" : ""
    return "A hop of \(wire.arm) takes " + NumberText.withRange(size, unit: " µs", NumberText.microseconds)
      + " CPU \(verb)\(doubt) than one of \(baseline)."
  }

  private var orderSentences: [String] {
    guard let order else { return [] }
    let over = NumberText.list(names)
    guard order != .same else { return ["The order of strategies is the same over \(over)."] }
    let changing = pairs.filter { $0.order == .changes }
    let named = changing.prefix(Self.namedPairCountMax).map(Self.words)
    let more = changing.count - named.count
    let same = pairs.count { $0.order == .same }
    let unknown = pairs.count - changing.count - same
    return named + (more > 0 ? ["So it is with \(NumberText.plural(more, "more pair"))."] : [])
      + [rest(same: same, unknown: unknown, changes: !changing.isEmpty)].compactMap { $0 }
  }

  private func rest(same: Int, unknown: Int, changes: Bool) -> String? {
    let (over, others) = (NumberText.list(names), changes ? "other " : "")
    guard unknown > 0 else {
      return same > 0 ? "Of \(NumberText.plural(same, "other pair")) the order is the same over \(over)." : nil
    }
    guard same > 0 else {
      return "Whether the order of \(others)strategies is the same over \(over) cannot be told."
    }
    return
      "Of \(NumberText.plural(same + unknown, "\(others)pair")) of strategies the order is the same over \(over) in "
      + "\(same), and cannot be told in \(unknown)."
  }

  private static func words(_ pair: Pair) -> String {
    let isSure = pair.over.map(\.comparison.verdict).allSatisfy { !$0.isClaim || $0 == .difference }
    return
      "\(pair.first) is cheaper than \(pair.second) over \(NumberText.list(pair.transports(cheaper: true))) and dearer over "
      + NumberText.list(pair.transports(cheaper: false)) + (isSure ? "." : " [indicated].")
  }

  /// A row per strategy, over each transport what it adds.
  ///
  /// - Parameter rows: of all arms at the largest depth.
  func table(_ rows: [ArmRow], depth: Int) -> ReportTable? {
    let strategies = rows.filter { $0.arm.arm.controlOf == nil }.map(\.arm.arm.strategyName)
      .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    func row(_ strategy: String, _ transport: String) -> ArmRow? {
      rows.first {
        $0.arm.arm.controlOf == nil && $0.arm.arm.strategyName == strategy && $0.arm.arm.transportName == transport
      }
    }
    let headings = names.flatMap { name in
      [ReportTable.Heading(title: "over \(name)", unit: "added µs/hop"), ReportTable.Heading(title: "claim")]
    }
    let regime = Column<ArmRow>.regime(.headline)
    var table = ReportTable(
      title: "What the wire costs, and the context over each, at depth \(depth)",
      lead:
        "CPU per hop. Of \(baseline) over \(names[0]) all of it, over the others what they add to that: the wire. Of "
        + "each other strategy what it adds to \(baseline) over the same transport: the context.",
      headings: [ReportTable.Heading(title: "strategy")] + headings,
      rows: strategies.map { strategy in
        [strategy]
          + names.flatMap { name -> [String] in
            guard let row = row(strategy, name) else { return [NumberText.missing, NumberText.missing] }
            return [regime.cell(row).shown, Column<ArmRow>.claim.cell(row).shown]
          }
      })
    table?.notes = orderSentences
    return table
  }
}
