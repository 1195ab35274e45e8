// A latency goal: so many percent of the requests within so long. A value; it judges nothing.

package struct LatencyObjective: Codable, Equatable, Sendable {
  /// Those that a goal may be about.
  package static let percentiles: [Double] = [50, 90, 99, 99.9]

  package let percentile: Double
  package let nanoseconds: Int64

  /// - Precondition: the percentile is one of `percentiles`, and the time above 0.
  package init(percentile: Double, nanoseconds: Int64) {
    precondition(Self.percentiles.contains(percentile) && nanoseconds > 0, "a goal for P\(percentile)")
    self.percentile = percentile
    self.nanoseconds = nanoseconds
  }

  /// As in options: `p99`, `p99.9`.
  package static func name(_ percentile: Double) -> String {
    percentile == percentile.rounded() ? "p\(Int(percentile))" : "p\(percentile)"
  }

  package var name: String { Self.name(percentile) }
}
