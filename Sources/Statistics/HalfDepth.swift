// The depth at which a chain does half of what one service does. It never looks past the depth it is told.

/// Throughput is as 1 / cost, where cost is 1 / throughput or the nodes' CPU time per request. With `cost = a + b·depth`
/// the throughput is half of that at depth 1 where `a + b·h = 2·(a + b)`, so at `h = 2 + a/b`.
package struct HalfDepth: Codable, Equatable, Sendable {
  package let depth: Double
  /// The 2.5th percentile of the resampled lines, for which a line that never halves counts as infinite. nil when it is
  /// beyond `depthMax`, and below 6 rounds.
  package let lower: Double?
  /// The 97.5th percentile; nil as `lower`.
  package let upper: Double?

  package var interval: ClosedRange<Double>? { lower.flatMap { low in upper.map { low...$0 } } }

  /// nil when the line does not halve, or only beyond `depthMax`.
  package init?(_ fit: DecayFit, depthMax: Double) {
    func reached(_ depth: Double?) -> Double? { depth.flatMap { $0 <= depthMax ? $0 : nil } }
    guard let depth = reached(Self.depth(of: fit.line)) else { return nil }
    let interval = Bootstrap.interval(fit.resampledLines.map { Self.depth(of: $0) ?? .infinity })
    self.depth = depth
    lower = reached(interval?.lowerBound)
    upper = reached(interval?.upperBound)
  }

  /// Above 1. nil when the cost does not grow with depth, or is not above 0 at depth 1: then it never doubles.
  package static func depth(of cost: TheilSen) -> Double? {
    guard cost.slope > 0, cost.value(at: 1) > 0 else { return nil }
    return 2 + cost.intercept / cost.slope
  }
}
