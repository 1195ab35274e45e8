// How the figures of a summary are computed from the trials.

internal import Results
internal import Statistics

struct SummaryBuilder {
  let result: RunResult
  let table: RoundTable
  let baseline: String?
  let control: String?
  /// Of arms that are held against another one than the baseline.
  private let references: [String: String]
  private let judgements: [Metric: Judgement]
  let concurrencies: ConcurrencyFigures

  init(_ result: RunResult) {
    self.result = result
    table = RoundTable(result)
    let baseline = result.baseline
    self.baseline = baseline
    control = baseline.flatMap { name in result.arms.first { $0.controlOf == name }?.name }
    let arms = result.arms.filter { $0.controlOf == nil && $0.name != baseline }.map(\.name)
    let own = arms.compactMap { arm in result.reference(of: arm).map { (arm, $0) } }.filter { $0.1 != baseline }
    let references = Dictionary(own, uniquingKeysWith: { first, _ in first })
    self.references = references
    var judgements: [Metric: Judgement] = [:]
    for metric in [Metric.throughput, .cpuPerHop, .cpuPerHopOpen, .p50, .p99] {
      judgements[metric] = Judgement(
        metric, of: arms, in: table, baseline: baseline, control: control, references: references)
    }
    self.judgements = judgements
    concurrencies = ConcurrencyFigures(
      result, table: table, arms: arms, baseline: baseline, control: control, references: references)
  }

  /// nil for the baseline, and without one.
  private func reference(of arm: String) -> String? { arm == baseline ? nil : references[arm] ?? baseline }

  /// nil where all arms have one.
  var transports: TransportFigures? { TransportFigures(result, table, depth: concurrencies.depth, control: control) }

  var session: SessionCheck { SessionCheck(controls: judgements[.cpuPerHop]?.controls ?? []) }

  /// Of every regime that was measured, at the largest depth.
  var resolutions: [Resolution] {
    let closed = concurrencies.concurrencies.flatMap { one in
      [Metric.cpuPerHop, .throughput].map { (metric: $0, concurrency: one as Concurrency?) }
    }
    let open = [Metric.cpuPerHopOpen, .p50, .p99].map { (metric: $0, concurrency: nil as Concurrency?) }
    return (closed + open).compactMap { regime in
      Resolution(regime.metric, in: result, table, depth: concurrencies.depth, at: regime.concurrency)
    }.filter { $0.rounds > 0 }
  }

  func summary(of arm: Arm) -> RunSummary.ArmSummary {
    let depths = Set(
      [Trial.Phase.closed, .open, .single].flatMap { table.depths(arm: arm.name, phase: $0) }
        + result.histograms.filter { $0.arm == arm.name && $0.phase != .pilot }.map(\.depth))
    var previous: Int?
    let rows = depths.sorted().map { depth in
      defer { previous = depth }
      return row(arm: arm.name, depth: depth, previous: previous)
    }
    return RunSummary.ArmSummary(
      arm: arm, reference: reference(of: arm.name), rows: rows, marginalCpu: marginalCpu(arm: arm.name),
      fits: fits(arm: arm.name, rows), concurrencies: concurrencies.rows(arm: arm.name),
      fidelity: result.fidelity.first { $0.arm == arm.name })
  }

  private func row(arm: String, depth: Int, previous: Int?) -> RunSummary.Row {
    var row = RunSummary.Row(depth: depth)
    addThroughput(to: &row, arm: arm)
    addCpu(to: &row, arm: arm, previous: previous)
    addLatency(to: &row, arm: arm)
    addCounts(to: &row, arm: arm)
    return row
  }

  private func addThroughput(to row: inout RunSummary.Row, arm: String) {
    row.throughput = MedianInterval(table.values(.throughput, arm: arm, depth: row.depth))
    func drop(against reference: (arm: String, depth: Int)) -> MedianInterval? {
      let pairs = table.pairs(.throughput, arm: arm, depth: row.depth, against: reference)
      return MedianInterval(
        ofDifferences: pairs.compactMap { pair in ratio(pair.value, pair.reference).map { 1 - $0 } })
    }
    if row.depth != 1 { row.dropAgainstDepthOne = drop(against: (arm, 1)) }
    guard let reference = reference(of: arm) else { return }
    row.dropAgainstBaseline = drop(against: (reference, row.depth))
    row.throughputComparison = comparison(.throughput, arm, row.depth)
  }

  private func addCpu(to row: inout RunSummary.Row, arm: String, previous: Int?) {
    row.cpuPerHop = MedianInterval(table.values(.cpuPerHop, arm: arm, depth: row.depth))
    row.openCpuPerHop = MedianInterval(table.values(.cpuPerHopOpen, arm: arm, depth: row.depth))
    if let previous {
      let pairs = table.pairs(.cpuPerRequest, arm: arm, depth: row.depth, against: (arm, previous))
      row.marginalCpu = MedianInterval(
        ofDifferences: pairs.map { ($0.value - $0.reference) / Double(row.depth - previous) })
    }
    guard let reference = reference(of: arm) else { return }
    func added(_ metric: Metric) -> MedianInterval? {
      let pairs = table.pairs(metric, arm: arm, depth: row.depth, against: (reference, row.depth))
      return MedianInterval(ofDifferences: pairs.map { $0.value - $0.reference })
    }
    row.addedCpuPerHop = added(.cpuPerHop)
    row.addedCpuPerRequest = added(.cpuPerRequest)
    row.cpuComparison = comparison(.cpuPerHop, arm, row.depth)
    row.openAddedCpuPerHop = added(.cpuPerHopOpen)
    row.openCpuComparison = comparison(.cpuPerHopOpen, arm, row.depth)
  }

  private func addLatency(to row: inout RunSummary.Row, arm: String) {
    let one: Trial.Phase = table.headline == Concurrency(inFlight: 1) ? .closed : .single
    row.singleInFlightP50 = histogram(arm: arm, depth: row.depth, phase: one)?.percentile(50)
    if let reference = reference(of: arm) {
      let reference = (arm: reference, depth: row.depth)
      row.p50Effect = PairedEffect(pairs: table.pairs(.p50, arm: arm, depth: row.depth, against: reference))
      row.p99Effect = PairedEffect(pairs: table.pairs(.p99, arm: arm, depth: row.depth, against: reference))
    }
    row.p50Comparison = comparison(.p50, arm, row.depth)
    row.p99Comparison = comparison(.p99, arm, row.depth)
    guard let open = histogram(arm: arm, depth: row.depth, phase: .open) else { return }
    row.latencyCount = open.count
    row.leastUnfinished = open.leastUnfinished
    row.p50 = open.percentile(50)
    row.p90 = open.percentile(90)
    row.p99 = Self.percentile99(open)
    guard row.depth != 1, let first = histogram(arm: arm, depth: 1, phase: .open) else { return }
    func growth(_ value: Int64?, _ reference: Int64?) -> Double? {
      guard let value, let reference else { return nil }
      return ratio(Double(value), Double(reference))
    }
    row.p50Growth = growth(row.p50, first.percentile(50))
    row.p90Growth = growth(row.p90, first.percentile(90))
    row.p99Growth = growth(row.p99, Self.percentile99(first))
  }

  private static func percentile99(_ histogram: LatencyHistogram) -> Int64? {
    PercentileFigure(99, of: histogram).nanoseconds
  }

  /// nil when nothing was recorded.
  private func histogram(arm: String, depth: Int, phase: Trial.Phase) -> LatencyHistogram? {
    let found = result.histograms.first {
      $0.arm == arm && $0.depth == depth && $0.phase == phase && $0.concurrency == nil
    }
    return found.flatMap { $0.responseTime.isEmpty ? nil : $0.responseTime }
  }

  private func addCounts(to row: inout RunSummary.Row, arm: String) {
    let pass = result.counts.first { $0.arm == arm && $0.depth == row.depth }
    if let bytes = result.hopBytes.first(where: { $0.arm == arm && $0.depth == row.depth }) {
      row.wireBytes = pass.flatMap { WireBytes(bytes, hops: CountTotals($0).deliveriesPerRequest) }
      row.contextBytesPerHop = bytes.contextBytesPerHop
      row.payloadBytesPerHop = bytes.payloadBytesPerHop
      row.contextKeys = bytes.contextKeysAtDeepest
    }
    guard let pass else { return }
    let reached = pass.nodes.filter { $0.deliveriesPerRequest > 0 }
    guard !reached.isEmpty else { return }
    // Of two middle nodes the earlier one: it forwards also in a path of two.
    let middle = reached[(reached.count - 1) / 2]
    row.allocationsPerRequest = middle.allocationsPerRequest
    row.systemCallsPerRequest = middle.systemCallsPerRequest
  }

  private func comparison(_ metric: Metric, _ arm: String, _ depth: Int) -> Comparison? {
    judgements[metric]?.comparison(arm: arm, depth: depth)
  }

  private func fits(arm: String, _ rows: [RunSummary.Row]) -> [Metric: DecayFit] {
    var fits: [Metric: DecayFit] = [:]
    for metric in RunSummary.sloped { fits[metric] = fit(metric, arm, rows) }
    return fits
  }

  private func fit(_ metric: Metric, _ arm: String, _ rows: [RunSummary.Row]) -> DecayFit? {
    func merged(_ points: [(depth: Double, value: Double)]) -> DecayFit? {
      DecayFit(rounds: [points], seed: result.seed)
    }
    let depths = table.depths(arm: arm, for: metric)
    let rounds = table.rounds.map { round in
      depths.compactMap { depth in
        table.value(metric, arm: arm, depth: depth, round: round).map { (depth: Double(depth), value: $0) }
      }
    }
    switch metric.facts.source {
    case .rounds: return DecayFit(rounds: rounds, seed: result.seed)
    case .percentile(let percentile, _):
      let values = rows.map { (depth: $0.depth, value: percentile == 50 ? $0.p50 : $0.p99) }
      return DecayFit(rounds: rounds, seed: result.seed)
        ?? merged(values.compactMap { row in row.value.map { (Double(row.depth), Double($0)) } })
    case .counted:
      return merged(
        result.counts.filter { $0.arm == arm }.compactMap { pass in
          CountTotals(pass).allocationsPerRequest.map { (Double(pass.depth), $0) }
        })
    }
  }

  private func marginalCpu(arm: String) -> MedianInterval? {
    let depths = table.depths(arm: arm, phase: .closed)
    return MedianInterval(
      table.rounds.compactMap { round in
        let points = depths.compactMap { depth in
          table.value(.cpuPerRequest, arm: arm, depth: depth, round: round)
            .map { (x: Double(depth), y: $0) }
        }
        return TheilSen(points)?.slope
      })
  }
}
