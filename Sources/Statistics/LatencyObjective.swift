// A latency goal: so many percent of the requests within so long. A value; it judges nothing.

package struct LatencyObjective: Codable, Equatable, Sendable {
  /// A goal may be about any percentile above 0 and up to this: beyond it no run has requests enough.
  package static let percentileMax = 99.999

  package let percentile: Double
  package let nanoseconds: Int64

  /// - Precondition: the percentile is above 0 and at most `percentileMax`, and the time above 0.
  package init(percentile: Double, nanoseconds: Int64) {
    precondition(percentile > 0 && percentile <= Self.percentileMax && nanoseconds > 0, "a goal for P\(percentile)")
    self.percentile = percentile
    self.nanoseconds = nanoseconds
  }

  /// As in options: `p99`, `p99.9`.
  package static func name(_ percentile: Double) -> String {
    percentile == percentile.rounded() ? "p\(Int(percentile))" : "p\(percentile)"
  }

  package var name: String { Self.name(percentile) }

  /// Of `p95` and `p99.9`, digits and a point alone; nil when it is none that a goal may be about.
  package static func percentile(named name: String) -> Double? {
    guard name.first == "p", name.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2e }),
      let percentile = Double(name.dropFirst()), percentile > 0, percentile <= percentileMax
    else { return nil }
    return percentile
  }
}
