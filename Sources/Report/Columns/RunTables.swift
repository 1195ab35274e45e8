// The tables of a run, as every form of a report shows them: titles, how they are to be read, columns and entries. They
// know no form of output.

internal import Results
internal import Statistics

struct RunTables {
  let result: RunResult
  let decay: DecayFigures
  private var summary: RunSummary { decay.summary }

  /// One arm at every depth, under what it is.
  func arm(_ arm: RunSummary.ArmSummary, title: String, _ columns: [Column<ArmRow>]) -> ReportTable? {
    ReportTable(title: title, columns, arm.rows.map { ArmRow(arm: arm, row: $0, decay: decay) })
  }

  /// All arms at the largest depth, behind their names the transports where these differ.
  func comparison(title: String, _ columns: [Column<ArmRow>]) -> ReportTable? {
    guard let depth = summary.depths.last else { return nil }
    return ReportTable(title: title, withTransport(columns), ArmRow.all(decay, depth: depth))
  }

  private func withTransport(_ columns: [Column<ArmRow>]) -> [Column<ArmRow>] {
    let transport = result.arms.commonTransport == nil ? [Column<ArmRow>.transport] : []
    return columns.prefix(1) + transport + columns.dropFirst()
  }

  /// Those that stand beside the comparison.
  var beside: [ReportTable] {
    [transports, regimes, responseTime, concurrency, slopes, wireBytes, compression].compactMap { $0 }
  }

  /// Every table that has something to say, but for those of arms, in the order of reports.
  var all: [ReportTable] { beside + [fidelity, semantics, inProcess].compactMap { $0 } }

  /// What each transport costs, and what the context costs over each.
  private var transports: ReportTable? {
    guard let depth = summary.depths.last else { return nil }
    return summary.transports?.table(ArmRow.all(decay, depth: depth), depth: depth)
  }

  /// What every arm adds at the largest depth, however requests come.
  private var regimes: ReportTable? {
    guard let depth = summary.depths.last, summary.arms.contains(where: { $0.row(depth: depth)?.openCpuPerHop != nil })
    else { return nil }
    return ReportTable(
      title: "Three regimes, at depth \(depth)",
      lead: "A hop costs less where many requests are under way: they are read and written together. "
        + RegimeWords.choice(result.settings), Column.regimes(inFlight: result.settings.inFlight),
      ArmRow.all(decay, depth: depth))
  }

  /// P50 and P99 of every arm at the largest depth against the baseline, by round.
  private var responseTime: ReportTable? {
    guard let depth = summary.depths.last else { return nil }
    return ReportTable(
      title: "Response time at depth \(depth) against the baseline, by round",
      lead: "Per round the arm's percentile / that of the baseline; a round counts for P99 when both have "
        + "\(PercentileFigure.countMin(99)) requests.", Column.responseTime,
      ArmRow.all(decay, depth: depth).filter { $0.row.p50Effect != nil || $0.row.p99Effect != nil })
  }

  /// Every arm at the largest depth, at each concurrency.
  private var concurrency: ReportTable? {
    let all = summary.arms.flatMap { arm in arm.concurrencies.map { (arm: arm.arm.name, row: $0) } }
    var order: [Concurrency] = []
    for one in all where !order.contains(one.row.concurrency) { order.append(one.row.concurrency) }
    return ReportTable(
      title: "By concurrency, at depth \(summary.depths.last ?? 0)",
      lead: "Closed loop: so many requests under way, over one connection between client and entry, or AxB over B.",
      Column.byConcurrency, order.flatMap { one in all.filter { $0.row.concurrency == one } })
  }

  /// By a robust line over the depths.
  private var slopes: ReportTable? {
    ReportTable(
      title: "Marginal cost per hop",
      lead: "Slope of a Theil–Sen line over the depths, with the bootstrap's interval over the rounds from "
        + "\(SignTest.roundCountMin) of them on.", Column.slopes, summary.arms.filter { !$0.fits.isEmpty })
  }

  /// What crossed the wire for a request, of every arm at the largest depth.
  private var wireBytes: ReportTable? {
    guard let depth = summary.depths.last else { return nil }
    return ReportTable(
      title: "Bytes on the wire for a request at depth \(depth)",
      lead:
        "Requests and answers of all hops, the client's included: the context as it lies on the wire, names, lengths "
        + "and base64 included; what the protocol adds to each; payload of both. Counted, not timed.",
      withTransport([.arm] + Column.wireBytes + [.contextShare]),
      ArmRow.all(decay, depth: depth).filter { $0.row.wireBytes != nil })
  }

  /// What HPACK made of the context.
  private var compression: ReportTable? {
    guard let depth = summary.depths.last else { return nil }
    return ReportTable(
      title: "Compression of header fields at depth \(depth)",
      lead:
        "Of the context of a request, over all hops: before HPACK and after it, and how many of its fields and of the call's "
        + "were new to the table that both ends of a connection keep, each pushing out older ones. Counted, not timed.",
      withTransport([.arm] + Column.compression + [.contextCompressed]),
      ArmRow.all(decay, depth: depth).filter { $0.row.wireBytes?.uncompressedContext != nil })
  }

  private var fidelity: ReportTable? { FidelityDecay(result).table }

  private var semantics: ReportTable? { result.semantics?.table }

  private var inProcess: ReportTable? {
    let depth = summary.depths.last ?? 0
    return ReportTable(
      title: "The context work of a hop in one process, beside the CPU per hop at depth \(depth)",
      InProcessComparison.columns,
      InProcessComparison(result: result, summary: summary).rows.filter { $0.depth == depth })
  }
}
