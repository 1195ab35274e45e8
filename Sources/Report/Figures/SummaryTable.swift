// Tables of a summary beside the comparison, as every form of a report shows them. They know no form of output.

internal import Results
internal import Statistics

struct SummaryTable {
  let title: String
  /// How it is to be read.
  let lead: String
  let columns: [ComparisonTable.Column]
  let rows: [ComparisonTable.Row]

  /// Every table that has something to say, in the order of reports.
  static func all(_ summary: RunSummary) -> [SummaryTable] {
    [responseTime(summary), concurrency(summary), slopes(summary)].compactMap { $0 }
  }

  /// P50 and P99 of every arm at the largest depth against the baseline, by round.
  private static func responseTime(_ summary: RunSummary) -> SummaryTable? {
    guard let depth = summary.depths.last else { return nil }
    let rows = summary.arms.compactMap { arm -> ComparisonTable.Row? in
      guard let row = arm.row(depth: depth), row.p50Effect != nil || row.p99Effect != nil else { return nil }
      return ComparisonTable.Row(
        arm: arm.arm.name,
        cells: [
          arm.arm.name, row.microseconds(row.p50), ratio(row.p50Effect), seen(row.p50Comparison),
          row.microseconds(row.p99), ratio(row.p99Effect), seen(row.p99Comparison),
          row.p99Effect.map { "\($0.roundCount)" } ?? "0",
        ])
    }
    guard !rows.isEmpty else { return nil }
    return SummaryTable(
      title: "Response time at depth \(depth) against the baseline, by round",
      lead: "Per round the arm's percentile / that of the baseline; a round counts for P99 when both have "
        + "\(PercentileFigure.countMin(99)) requests.",
      columns: [
        .init(title: "arm", unit: ""), .init(title: "P50", unit: "µs"), .init(title: "P50 /", unit: "baseline"),
        .init(title: "seen", unit: ""), .init(title: "P99", unit: "µs"), .init(title: "P99 /", unit: "baseline"),
        .init(title: "seen", unit: ""), .init(title: "rounds", unit: "with a P99"),
      ], rows: rows)
  }

  private static func ratio(_ effect: PairedEffect?) -> String {
    guard let effect else { return NumberText.missing }
    let text = { (value: Double?) in NumberText.short(value) }
    return effect.roundCount > 1
      ? NumberText.withRange(effect.effect, effect.interval ?? effect.min...effect.max, unit: "", text)
      : text(effect.effect)
  }

  private static func seen(_ comparison: Comparison?) -> String {
    comparison?.verdict == .tooFew ? Comparison.Verdict.tooFew.words : ComparisonTable.word(comparison)
  }

  /// Every arm at the largest depth, at each concurrency.
  private static func concurrency(_ summary: RunSummary) -> SummaryTable? {
    let all = summary.arms.flatMap { arm in arm.concurrencies.map { (arm: arm.arm.name, row: $0) } }
    guard let depth = summary.depths.last, let headline = all.first?.row.concurrency else { return nil }
    var order = [headline]
    for one in all where !order.contains(one.row.concurrency) { order.append(one.row.concurrency) }
    let rows = order.flatMap { concurrency in
      all.filter { $0.row.concurrency == concurrency }.map { arm, row in
        ComparisonTable.Row(
          arm: arm,
          cells: [
            arm, row.concurrency.name, NumberText.plusMinus(row.throughput, NumberText.whole),
            NumberText.withRange(row.dropAgainstBaseline, NumberText.percent),
            ComparisonTable.word(row.throughputComparison),
            NumberText.plusMinus(row.cpuPerHop, NumberText.microseconds),
            NumberText.withRange(row.addedCpuPerHop, NumberText.microseconds), ComparisonTable.word(row.cpuComparison),
            NumberText.microseconds(row.p50, isLowerBound: row.isP50LowerBound),
          ])
      }
    }
    return SummaryTable(
      title: "By concurrency, at depth \(depth)",
      lead: "Closed loop: so many requests under way, over one connection between client and entry, or AxB over B.",
      columns: [
        .init(title: "arm", unit: ""), .init(title: "in flight", unit: ""), .init(title: "throughput", unit: "1/s"),
        .init(title: "drop vs", unit: "baseline %"), .init(title: "seen", unit: ""),
        .init(title: "CPU", unit: "µs/hop"), .init(title: "added CPU", unit: "µs/hop"),
        .init(title: "seen", unit: ""), .init(title: "P50", unit: "µs"),
      ], rows: rows)
  }

  /// What one more hop adds, by a robust line over the depths.
  private static func slopes(_ summary: RunSummary) -> SummaryTable? {
    let rows = summary.arms.compactMap { arm -> ComparisonTable.Row? in
      let slopes = DecaySlope.allCases.map { $0.text(arm) }
      guard slopes.contains(where: { $0 != NumberText.missing }) else { return nil }
      return ComparisonTable.Row(arm: arm.arm.name, cells: [arm.arm.name] + slopes)
    }
    guard !rows.isEmpty else { return nil }
    return SummaryTable(
      title: "What one more hop adds",
      lead: "Slope of a Theil–Sen line over the depths, with the bootstrap's interval over the rounds from "
        + "\(SignTest.roundCountMin) of them on.",
      columns: [.init(title: "arm", unit: "")] + DecaySlope.allCases.map { .init(title: $0.title, unit: $0.unit) },
      rows: rows)
  }
}
