// How much larger or smaller one arm is than another, paired by round. It never pools requests of several rounds.

internal import Glibc

/// The ratio value / reference over rounds: per round `d = ln(value / reference)`, the effect is `exp(median d)`.
package struct PairedEffect: Equatable, Sendable {
  package enum Verdict: String, Codable, Equatable, Sendable {
    /// Fewer than 6 rounds, or no control arm: nothing but min…max may be said.
    case onlyRange
    /// The interval includes 1, or the effect is no larger than the scatter of the control arm.
    case noDifferenceSeen
    /// The interval excludes 1 and the effect exceeds the scatter of the control arm. A stronger word needs a
    /// corrected p-value beside it, which this type does not compute.
    case indicated
  }

  /// Pairs used.
  package let roundCount: Int
  /// Pairs left out because one of their values was not above 0, so that their ratio has no logarithm.
  package let omittedCount: Int
  package let effect: Double
  /// The smallest ratio of a round.
  package let min: Double
  /// The largest ratio of a round.
  package let max: Double
  /// By inversion of the exact sign test at 5 %; nil below 6 rounds.
  package let interval: ClosedRange<Double>?

  /// nil when no pair can be used.
  package init?(pairs: [(reference: Double, value: Double)]) {
    let logarithms = pairs.compactMap { pair -> Double? in
      guard pair.reference > 0, pair.value > 0 else { return nil }
      let logarithm = log(pair.value / pair.reference)
      return logarithm.isFinite ? logarithm : nil
    }.sorted()
    guard let median = Spread.median(logarithms), let least = logarithms.first, let largest = logarithms.last else {
      return nil
    }
    roundCount = logarithms.count
    omittedCount = pairs.count - logarithms.count
    effect = exp(median)
    min = exp(least)
    max = exp(largest)
    interval = SignTest.intervalRank(roundCount: logarithms.count).map { rank in
      exp(logarithms[rank - 1])...exp(logarithms[logarithms.count - rank])
    }
  }

  /// - Parameter control: the effect of the baseline measured a second time (A′) against the baseline, for the same
  ///   metric and depth. Without it nothing is claimed.
  package func verdict(control: PairedEffect?) -> Verdict {
    guard let interval, let noise = control?.interval else { return .onlyRange }
    let noiseHalfWidth = log(noise.upperBound / noise.lowerBound) / 2
    let excludesOne = interval.lowerBound > 1 || interval.upperBound < 1
    return excludesOne && abs(log(effect)) > noiseHalfWidth ? .indicated : .noDifferenceSeen
  }
}

package enum SignTest {
  /// Below this an interval at 5 % does not exist: `2 / 2^5` is already above 0.05.
  package static let roundCountMin = 6

  /// The largest k with `2·Σ_{i<k} C(R,i) / 2^R ≤ α`: the interval runs from the k-th smallest to the k-th largest of R
  /// values. nil when no k does, which at 5 % is R < 6.
  ///
  /// - Precondition: R is at most 1 000, so that the binomials fit a `Double`.
  package static func intervalRank(roundCount: Int, alpha: Double = 0.05) -> Int? {
    precondition((0...1_000).contains(roundCount), "the sign test is for 0 to 1 000 rounds, not \(roundCount)")
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
