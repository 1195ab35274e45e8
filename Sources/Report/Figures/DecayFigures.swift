// The curves over depth: per arm and depth a value and, where rounds scatter, its band. In the document's units.

internal import Results
internal import Statistics

struct DecayFigures {
  struct Point: Equatable {
    let depth: Int
    let value: Double
    var band: ClosedRange<Double>?
    /// Rounds that the band is made from; 0 for what is counted once.
    var roundCount = 0
  }

  struct Curve: Equatable {
    let arm: String
    /// By ascending depth; depths without a value are left out.
    let points: [Point]
  }

  private struct Place: Hashable {
    let arm: String
    let depth: Int
  }

  /// What is drawn over depth.
  static let metrics: [Metric] = [
    .throughput, .p50, .p99, .cpuPerHop, .cpuPerRequest, .allocations, .contextBytesPerHop,
  ]

  let summary: RunSummary
  private let table: RoundTable
  private let totals: [Place: CountTotals]

  init(result: RunResult, summary: RunSummary) {
    self.summary = summary
    table = RoundTable(result)
    totals = Dictionary(
      result.counts.map { (Place(arm: $0.arm, depth: $0.depth), CountTotals($0)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// One per arm of the run, in its order.
  func curves(_ metric: Metric) -> [Curve] {
    summary.arms.map { arm in
      Curve(
        arm: arm.arm.name,
        points: arm.rows.compactMap { row in point(metric, arm: arm.arm.name, row: row) })
    }
  }

  func point(_ metric: Metric, arm: String, depth: Int) -> Point? {
    summary.arm(named: arm)?.row(depth: depth).flatMap { point(metric, arm: arm, row: $0) }
  }

  func counts(arm: String, depth: Int) -> CountTotals? { totals[Place(arm: arm, depth: depth)] }

  private func point(_ metric: Metric, arm: String, row: RunSummary.Row) -> Point? {
    let rounds = table.values(metric, arm: arm, depth: row.depth)
    switch metric.facts.source {
    case .rounds: return ofRounds(rounds, row.depth)
    case .percentile(let percentile, _): return merged(percentile == 50 ? row.p50 : row.p99, rounds, row.depth)
    case .counted:
      let count =
        metric == .allocations ? counts(arm: arm, depth: row.depth)?.allocationsPerRequest : row.contextBytesPerHop
      return count.map { Point(depth: row.depth, value: $0) }
    }
  }

  /// The median of the rounds.
  private func ofRounds(_ values: [Double], _ depth: Int) -> Point? {
    Spread(values).map {
      Point(depth: depth, value: $0.median, band: RoundBand.of(values), roundCount: values.count)
    }
  }

  /// A percentile of all rounds merged, in the band of the rounds' own.
  private func merged(_ value: Int64?, _ rounds: [Double], _ depth: Int) -> Point? {
    value.map { Point(depth: depth, value: Double($0), band: RoundBand.of(rounds), roundCount: rounds.count) }
  }
}

/// A counting pass, all nodes together.
struct CountTotals: Equatable {
  let deliveriesPerRequest: Double
  /// nil when some node was not counted.
  let allocationsPerRequest: Double?

  init(_ pass: CountingPass) {
    deliveriesPerRequest = pass.nodes.reduce(0) { $0 + $1.deliveriesPerRequest }
    let counted = pass.nodes.compactMap(\.allocationsPerRequest)
    allocationsPerRequest = counted.count == pass.nodes.count && !counted.isEmpty ? counted.reduce(0, +) : nil
  }

  var allocationsPerHop: Double? { allocationsPerRequest.flatMap { ratio($0, deliveriesPerRequest) } }
}
