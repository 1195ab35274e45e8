// A median over rounds with what may be said about it: the range, and from 6 rounds on an interval.

package struct MedianInterval: Codable, Equatable, Sendable {
  /// Median, smallest and largest value.
  package let spread: Spread
  /// By inversion of the exact sign test at 5 %: from the k-th smallest to the k-th largest value, see
  /// `SignTest.intervalRank`. nil below 6 values.
  package let interval: ClosedRange<Double>?

  /// nil when there is no value.
  ///
  /// - Precondition: every value is finite; there are at most `SignTest.roundCountMax`.
  package init?(_ values: [Double]) {
    guard let spread = Spread(values) else { return nil }
    let sorted = values.sorted()
    self.spread = spread
    interval = SignTest.intervalRank(roundCount: sorted.count).map { rank in
      sorted[rank - 1]...sorted[sorted.count - rank]
    }
  }

  /// Of paired differences: the Hodges–Lehmann estimate with the interval of the signed-rank test, see
  /// `SignedRankInterval`. nil when there is no value.
  ///
  /// - Precondition: every value is finite.
  package init?(ofDifferences values: [Double]) {
    guard var spread = Spread(values), let estimate = SignedRankInterval.estimate(values) else { return nil }
    spread.median = estimate.median
    self.init(spread: spread, interval: estimate.interval)
  }

  private init(spread: Spread, interval: ClosedRange<Double>?) {
    self.spread = spread
    self.interval = interval
  }

  package var median: Double { spread.median }
  package var min: Double { spread.min }
  package var max: Double { spread.max }
  /// Rounds that it was made from.
  package var count: Int { spread.count }

  /// What tables and figures show: the interval, and min…max below 6 values.
  package var range: ClosedRange<Double> { interval ?? spread.min...spread.max }

  /// Of all values with the other sign.
  package var negated: MedianInterval {
    var negative = spread
    (negative.min, negative.median, negative.max) = (-spread.max, -spread.median, -spread.min)
    return MedianInterval(spread: negative, interval: interval.map { -$0.upperBound...(-$0.lowerBound) })
  }

  /// How far from 0 the interval reaches, on the side where it reaches farther. nil without an interval.
  package var reach: Double? {
    interval.map { Swift.max(abs($0.lowerBound), abs($0.upperBound)) }
  }

  /// Of A′ against A: by how much the two were found to differ, and where that is no chance, how far it may reach. nil
  /// without an interval.
  package var noiseFloor: Double? { excludes(0) ? reach : interval.map { _ in abs(median) } }

  /// Whether there is an interval, and `value` lies outside. An end that equals `value` includes it.
  package func excludes(_ value: Double) -> Bool {
    interval.map { !$0.contains(value) } ?? false
  }
}
