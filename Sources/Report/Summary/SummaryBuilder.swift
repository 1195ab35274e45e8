// How the figures of a summary are computed from the slots.

internal import Results
internal import Statistics

struct SummaryBuilder {
  let result: RunResult
  let table: RoundTable
  let baseline: String?
  let control: String?
  private let throughput: Judgement
  private let cpu: Judgement
  private let p50: Judgement
  private let p99: Judgement
  let concurrencies: ConcurrencyFigures

  init(_ result: RunResult) {
    self.result = result
    table = RoundTable(result)
    let baseline = result.baseline
    self.baseline = baseline
    control = baseline.flatMap { name in result.arms.first { $0.controlOf == name }?.name }
    let arms = result.arms.filter { $0.controlOf == nil && $0.name != baseline }.map(\.name)
    func judgement(_ metric: RoundTable.Metric, in table: RoundTable, control: String?) -> Judgement {
      Judgement(metric, of: arms, in: table, baseline: baseline, control: control)
    }
    throughput = judgement(.throughput, in: table, control: control)
    cpu = judgement(.cpuPerHop, in: table, control: control)
    p50 = judgement(.p50, in: table, control: control)
    p99 = judgement(.p99, in: table, control: control)
    concurrencies = ConcurrencyFigures(result, table: table, arms: arms, baseline: baseline, control: control)
  }

  var session: SessionCheck { SessionCheck(controls: cpu.controls) }

  func summary(of arm: Arm) -> RunSummary.ArmSummary {
    let depths = Set(
      [Slot.Phase.closed, .open, .single].flatMap { table.depths(arm: arm.name, phase: $0) }
        + result.histograms.filter { $0.arm == arm.name && $0.phase != .pilot }.map(\.depth))
    var previous: Int?
    let rows = depths.sorted().map { depth in
      defer { previous = depth }
      return row(arm: arm.name, depth: depth, previous: previous)
    }
    return RunSummary.ArmSummary(
      arm: arm, rows: rows, marginalCpu: marginalCpu(arm: arm.name),
      cpuFit: fit(arm: arm.name) { table.value(.cpuPerRequest, arm: arm.name, depth: $0, round: $1) },
      intervalFit: fit(arm: arm.name) { depth, round in
        table.value(.throughput, arm: arm.name, depth: depth, round: round).flatMap { ratio(1, $0) }
      },
      p50Fit: latencyFit(.p50, arm.name, rows) { $0.p50 }, p99Fit: latencyFit(.p99, arm.name, rows) { $0.p99 },
      allocationFit: allocationFit(arm: arm.name), concurrencies: concurrencies.rows(arm: arm.name),
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
      return MedianInterval(pairs.compactMap { pair in ratio(pair.value, pair.reference).map { 1 - $0 } })
    }
    if row.depth != 1 { row.dropAgainstDepthOne = drop(against: (arm, 1)) }
    guard let baseline, baseline != arm else { return }
    row.dropAgainstBaseline = drop(against: (baseline, row.depth))
    row.throughputComparison = throughput.comparison(arm: arm, depth: row.depth)
  }

  private func addCpu(to row: inout RunSummary.Row, arm: String, previous: Int?) {
    row.cpuPerHop = MedianInterval(table.values(.cpuPerHop, arm: arm, depth: row.depth))
    if let previous {
      let pairs = table.pairs(.cpuPerRequest, arm: arm, depth: row.depth, against: (arm, previous))
      row.marginalCpu = MedianInterval(pairs.map { ($0.value - $0.reference) / Double(row.depth - previous) })
    }
    guard let baseline, baseline != arm else { return }
    func added(_ metric: RoundTable.Metric) -> MedianInterval? {
      let pairs = table.pairs(metric, arm: arm, depth: row.depth, against: (baseline, row.depth))
      return MedianInterval(pairs.map { $0.value - $0.reference })
    }
    row.addedCpuPerHop = added(.cpuPerHop)
    row.addedCpuPerRequest = added(.cpuPerRequest)
    row.cpuComparison = cpu.comparison(arm: arm, depth: row.depth)
  }

  private func addLatency(to row: inout RunSummary.Row, arm: String) {
    let one: Slot.Phase = table.headline == Concurrency(inFlight: 1) ? .closed : .single
    row.singleInFlightP50 = histogram(arm: arm, depth: row.depth, phase: one)?.percentile(50)
    if let baseline, baseline != arm {
      let reference = (arm: baseline, depth: row.depth)
      row.p50Effect = PairedEffect(pairs: table.pairs(.p50, arm: arm, depth: row.depth, against: reference))
      row.p99Effect = PairedEffect(pairs: table.pairs(.p99, arm: arm, depth: row.depth, against: reference))
    }
    row.p50Comparison = p50.comparison(arm: arm, depth: row.depth)
    row.p99Comparison = p99.comparison(arm: arm, depth: row.depth)
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
  private func histogram(arm: String, depth: Int, phase: Slot.Phase) -> LatencyHistogram? {
    let found = result.histograms.first {
      $0.arm == arm && $0.depth == depth && $0.phase == phase && $0.concurrency == nil
    }
    return found.flatMap { $0.responseTime.isEmpty ? nil : $0.responseTime }
  }

  private func addCounts(to row: inout RunSummary.Row, arm: String) {
    if let bytes = result.hopBytes.first(where: { $0.arm == arm && $0.depth == row.depth }) {
      row.contextBytesPerHop = bytes.contextBytesPerHop
      row.payloadBytesPerHop = bytes.payloadBytesPerHop
      row.contextKeys = bytes.contextKeysAtDeepest
    }
    guard let pass = result.counts.first(where: { $0.arm == arm && $0.depth == row.depth }) else { return }
    let reached = pass.nodes.filter { $0.deliveriesPerRequest > 0 }
    guard !reached.isEmpty else { return }
    // Of two middle nodes the earlier one: it forwards also in a path of two.
    let middle = reached[(reached.count - 1) / 2]
    row.allocationsPerRequest = middle.allocationsPerRequest
    row.systemCallsPerRequest = middle.systemCallsPerRequest
  }

  private func fit(arm: String, _ value: (_ depth: Int, _ round: Int) -> Double?) -> DecayFit? {
    let depths = table.depths(arm: arm, phase: .closed)
    let rounds = table.rounds.map { round in
      depths.compactMap { depth in value(depth, round).map { (depth: Double(depth), value: $0) } }
    }
    return DecayFit(rounds: rounds, seed: result.seed)
  }

  private func latencyFit(
    _ metric: RoundTable.Metric, _ arm: String, _ rows: [RunSummary.Row], merged: (RunSummary.Row) -> Int64?
  ) -> DecayFit? {
    let depths = table.depths(arm: arm, for: metric)
    let rounds = table.rounds.map { round in
      depths.compactMap { depth in
        table.value(metric, arm: arm, depth: depth, round: round).map { (depth: Double(depth), value: $0) }
      }
    }
    return DecayFit(rounds: rounds, seed: result.seed)
      ?? DecayFit(
        rounds: [rows.compactMap { row in merged(row).map { (Double(row.depth), Double($0)) } }], seed: result.seed)
  }

  private func allocationFit(arm: String) -> DecayFit? {
    let points = result.counts.filter { $0.arm == arm }.compactMap { pass in
      CountTotals(pass).allocationsPerRequest.map { (depth: Double(pass.depth), value: $0) }
    }
    return DecayFit(rounds: [points], seed: result.seed)
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
