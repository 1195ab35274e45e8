// Every arm at the run's largest depth, once per concurrency that was measured there.

internal import Results
internal import Statistics

struct ConcurrencyFigures {
  let depth: Int
  /// The headline first.
  let concurrencies: [Concurrency]
  private let result: RunResult
  private let table: RoundTable
  private let baseline: String?
  private let references: [String: String]
  private var throughput: [Concurrency: Judgement] = [:]
  private var cpu: [Concurrency: Judgement] = [:]

  /// - Parameter arms: those to be judged: neither the baseline nor its control.
  init(
    _ result: RunResult, table: RoundTable, arms: [String], baseline: String?, control: String?,
    references: [String: String]
  ) {
    self.result = result
    self.table = table
    self.baseline = baseline
    self.references = references
    depth = result.arms.compactMap { table.depths(arm: $0.name, phase: .closed).last }.max() ?? 0
    concurrencies = table.concurrencies(depth: depth)
    for one in concurrencies {
      throughput[one] = Judgement(
        .throughput, of: arms, in: table, baseline: baseline, control: control, references: references, at: one)
      cpu[one] = Judgement(
        .cpuPerHop, of: arms, in: table, baseline: baseline, control: control, references: references, at: one)
    }
  }

  /// Those that have a trial; empty when the headline is all there is.
  func rows(arm: String) -> [RunSummary.ConcurrencyRow] {
    guard concurrencies.count > 1 else { return [] }
    return concurrencies.map { row(arm: arm, at: $0) }.filter { $0.throughput != nil }
  }

  private func row(arm: String, at concurrency: Concurrency) -> RunSummary.ConcurrencyRow {
    func values(_ metric: Metric) -> MedianInterval? {
      MedianInterval(table.values(metric, arm: arm, depth: depth, at: concurrency))
    }
    var row = RunSummary.ConcurrencyRow(
      concurrency: concurrency, throughput: values(.throughput), cpuPerHop: values(.cpuPerHop))
    let merged = histogram(arm: arm, at: concurrency)
    row.p50 = merged?.percentile(50)
    row.isP50LowerBound = row.p50.map { merged?.isLowerBound($0) == true } ?? false
    guard let baseline, baseline != arm else { return row }
    func pairs(_ metric: Metric) -> [(reference: Double, value: Double)] {
      table.pairs(metric, arm: arm, depth: depth, against: (references[arm] ?? baseline, depth), at: concurrency)
    }
    row.dropAgainstBaseline = MedianInterval(
      ofDifferences: pairs(.throughput).compactMap { pair in ratio(pair.value, pair.reference).map { 1 - $0 } })
    row.addedCpuPerHop = MedianInterval(ofDifferences: pairs(.cpuPerHop).map { $0.value - $0.reference })
    row.throughputComparison = throughput[concurrency]?.comparison(arm: arm, depth: depth)
    row.cpuComparison = cpu[concurrency]?.comparison(arm: arm, depth: depth)
    return row
  }

  private func histogram(arm: String, at concurrency: Concurrency) -> LatencyHistogram? {
    let isSingle = concurrency == Concurrency(inFlight: 1) && concurrency != table.headline
    return result.histograms.first {
      $0.arm == arm && $0.depth == depth && $0.phase == (isSingle ? .single : .closed)
        && $0.concurrency == (isSingle || concurrency == table.headline ? nil : concurrency)
        && !$0.responseTime.isEmpty
    }?.responseTime
  }
}
