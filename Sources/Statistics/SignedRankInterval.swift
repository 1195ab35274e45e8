// The interval that belongs to the signed-rank test: what it does not reject. It never sees a clock.

internal import Glibc

/// The Hodges–Lehmann estimate of n differences is the median of their n(n+1)/2 Walsh averages, (xᵢ + xⱼ)/2 for i ≤ j; the
/// interval goes from the k-th smallest of these to the k-th largest, with the largest k for which 2·P(W < k) ≤ α. So an
/// end lies on the other side of 0 exactly when the test of `WilcoxonSignedRank` rejects 0 (ties aside). (Hodges and
/// Lehmann, *Estimates of location based on rank tests*, 1963; Hollander, Wolfe and Chicken, *Nonparametric statistical
/// methods*, 3rd edition, sections 3.2 and 3.3.)
package enum SignedRankInterval {
  /// Above this P(W < k) is taken from the normal distribution, whose rank is then off by one at most.
  static let exactCountMax = 200

  /// nil when there is no value.
  ///
  /// - Precondition: every value is finite.
  package static func estimate(
    _ values: [Double], alpha: Double = 0.05
  ) -> (median: Double, interval: ClosedRange<Double>?)? {
    guard !values.isEmpty else { return nil }
    var averages: [Double] = []
    averages.reserveCapacity(values.count * (values.count + 1) / 2)
    for (index, value) in values.enumerated() {
      for other in values[index...] { averages.append(value / 2 + other / 2) }
    }
    averages.sort()
    let middle = averages.count / 2
    let median = averages.count % 2 == 1 ? averages[middle] : averages[middle - 1] / 2 + averages[middle] / 2
    let interval = rank(count: values.count, alpha: alpha).map { averages[$0 - 1]...averages[averages.count - $0] }
    return (median, interval)
  }

  /// The k of n differences; nil where none is small enough, which at 5 % is n < 6.
  ///
  /// - Precondition: `count` ≥ 0.
  package static func rank(count: Int, alpha: Double = 0.05) -> Int? {
    guard count > exactCountMax else { return exactRank(count, alpha) }
    let n = Double(count)
    let deviation = (n * (n + 1) * (2 * n + 1) / 24).squareRoot()
    return Int((n * (n + 1) / 4 - 0.5 - normalQuantile(1 - alpha / 2) * deviation).rounded(.down)) + 1
  }

  private static func exactRank(_ count: Int, _ alpha: Double) -> Int? {
    // The distribution is symmetric, so what is cut off at one end is less than half of it.
    let limit = count * (count + 1) / 4
    let probabilities = SignedRankDistribution.probabilities(upTo: limit, ranks: (0..<count).map { $0 + 1 })
    var (rank, below) = (0, 0.0)
    while rank <= limit, 2 * (below + probabilities[rank]) <= alpha {
      below += probabilities[rank]
      rank += 1
    }
    return rank > 0 ? rank : nil
  }

  /// By bisection of the error function.
  private static func normalQuantile(_ probability: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
