// The exact signed-rank test of paired differences. It never falls back on the normal approximation.

/// Wilcoxon's signed-rank test, two-sided, that differences are symmetric about 0. Zeros are dropped; the absolute
/// values are ranked with midranks for ties; the statistic W⁺ is the sum of the ranks of positive differences. Its
/// distribution is over all 2^n signs of these very ranks, ties included, so p is exact:
///
/// ```
/// p = min(1, 2·min(P(W ≤ W⁺), P(W ≥ W⁺)))
/// ```
///
/// (Wilcoxon, *Individual comparisons by ranking methods*, 1945; zeros and ties as in Hollander, Wolfe and Chicken,
/// *Nonparametric statistical methods*, 3rd edition, section 3.1.) Ties are differences of exactly the same size.
package struct WilcoxonSignedRank: Codable, Equatable, Sendable {
  /// More would let the probability of one choice of signs, `2^−n`, lose digits.
  package static let countMax = 1_000

  /// Differences that are not 0: the n of the test.
  package let count: Int
  /// Differences that are 0, and were dropped.
  package let zeroCount: Int
  /// W⁺, a multiple of ½.
  package let positiveRankSum: Double
  /// Never below `2^(1−n)`; 1 when every difference is 0.
  package let p: Double

  /// - Precondition: every difference is finite, and at most `countMax` are not 0.
  package init(_ differences: [Double]) {
    precondition(differences.allSatisfy(\.isFinite), "the signed-rank test is for finite differences")
    let used = differences.filter { $0 != 0 }
    precondition(used.count <= Self.countMax, "the signed-rank test is for at most \(Self.countMax) differences")
    let ranks = Midranks.doubled(used.map(abs))
    let positive = zip(used, ranks).reduce(0) { sum, pair in pair.0 > 0 ? sum + pair.1 : sum }
    // The distribution is symmetric: P(W ≥ W⁺) = P(W ≤ total − W⁺).
    let total = used.count * (used.count + 1)
    count = used.count
    zeroCount = differences.count - used.count
    positiveRankSum = Double(positive) / 2
    let tail = SignedRankDistribution.probabilities(upTo: min(positive, total - positive), ranks: ranks)
    p = min(1, 2 * tail.reduce(0, +))
  }
}
