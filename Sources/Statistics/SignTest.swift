// How far an interval for the median of R values reaches. It never sees the values.

internal import Glibc

/// The exact sign test, inverted. Whether a value lies above the true median is a fair coin, whatever the distribution
/// is; so the k-th smallest and the k-th largest of R values hold the median between them but for
/// `2·P(Binomial(R, ½) < k)`. (Conover, *Practical nonparametric statistics*, 3rd edition, section 3.2.)
package enum SignTest {
  /// Below this an interval at 5 % does not exist: `2 / 2^5` is already above 0.05.
  package static let roundCountMin = 6
  /// More would not fit the binomials into a `Double`.
  package static let roundCountMax = 1_000

  /// The largest k with `2·Σ_{i<k} C(R,i) / 2^R ≤ α`: the interval runs from the k-th smallest to the k-th largest of R
  /// values. nil when no k does, which at 5 % is R < 6.
  ///
  /// - Precondition: R is at most `roundCountMax`.
  package static func intervalRank(roundCount: Int, alpha: Double = 0.05) -> Int? {
    precondition(
      (0...roundCountMax).contains(roundCount), "the sign test is for 0 to \(roundCountMax) rounds, not \(roundCount)")
    var rank = 0
    var binomial = 1.0
    var sum = 1.0
    while rank < roundCount, 2 * sum * exp2(-Double(roundCount)) <= alpha {
      rank += 1
      binomial *= Double(roundCount - rank + 1) / Double(rank)
      sum += binomial
    }
    return rank > 0 ? rank : nil
  }
}
