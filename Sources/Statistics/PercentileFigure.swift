// A percentile, or that there are too few requests for it. It is only ever of one histogram: that of a round, or that of
// several rounds merged, and never a mean of percentiles.

/// A percentile is given when at least 10 values lie beyond it on average: n ≥ 10 / (1 − p/100), which is 1 000 for P99
/// and 10 000 for P99.9.
package enum PercentileFigure: Equatable, Sendable {
  case nanoseconds(Int64)
  case tooFew(count: UInt64, needed: UInt64)

  /// - Parameter percentile: 0 ..< 100.
  package init(_ percentile: Double, of histogram: LatencyHistogram) {
    let needed = Self.countMin(percentile)
    self =
      histogram.count >= needed
      ? .nanoseconds(histogram.percentile(percentile)) : .tooFew(count: histogram.count, needed: needed)
  }

  /// nil when there are too few.
  package var nanoseconds: Int64? {
    if case .nanoseconds(let value) = self { value } else { nil }
  }

  /// The least number of values. At 0, the smallest, 10 too.
  ///
  /// - Precondition: `percentile` is 0 ..< 100.
  package static func countMin(_ percentile: Double) -> UInt64 {
    precondition((0..<100).contains(percentile), "a percentile with values beyond it is 0 up to 100, not \(percentile)")
    let count = 1_000 / (100 - percentile)
    // 99.9 is no binary fraction: 10 000.000000000568 means 10 000.
    return UInt64((count * (1 - 1e-9)).rounded(.up))
  }

  /// The percentile on both sides of every round in which both have enough values: what a `PairedEffect` may be made
  /// of. When none has, there is none, and the verdict is *n too small*.
  package static func pairs(
    _ percentile: Double, rounds: [(reference: LatencyHistogram, value: LatencyHistogram)]
  ) -> [(reference: Double, value: Double)] {
    rounds.compactMap { round in
      guard
        let reference = PercentileFigure(percentile, of: round.reference).nanoseconds,
        let value = PercentileFigure(percentile, of: round.value).nanoseconds
      else { return nil }
      return (Double(reference), Double(value))
    }
  }
}
