// How much larger or smaller one arm is than another, paired by round. It never pools requests of several rounds.

internal import Glibc

/// Per round a difference d, of which the middle is taken, with its interval: see `Scale`.
package struct PairedEffect: Equatable, Sendable {
  package enum Scale: String, Codable, Equatable, Sendable {
    /// For times and rates: `d = ln(value / reference)`; the effect is `exp(median d)`, and 1 is no difference.
    case ratio
    /// For what a strategy adds (CPU, latency, 1 / throughput): `d = value − reference`; the effect is `median d`, and
    /// 0 is no difference.
    case difference
  }

  package let scale: Scale
  /// d of every pair that was used, in the order given.
  package let differences: [Double]
  /// Pairs left out because they have no finite d; for ratios also those of which a value was not above 0.
  package let omittedCount: Int
  /// Hodges–Lehmann estimate, range and interval of `differences`.
  package let estimate: MedianInterval

  /// Ratios. nil when no pair can be used.
  package init?(pairs: [(reference: Double, value: Double)]) {
    self.init(.ratio, pairs: pairs)
  }

  /// nil when no pair can be used.
  ///
  /// - Precondition: at most `SignTest.roundCountMax` pairs.
  package init?(_ scale: Scale, pairs: [(reference: Double, value: Double)]) {
    let differences = pairs.compactMap { scale.difference(reference: $0.reference, value: $0.value) }
    guard let estimate = MedianInterval(ofDifferences: differences) else { return nil }
    self.scale = scale
    self.differences = differences
    self.estimate = estimate
    omittedCount = pairs.count - differences.count
  }

  /// Pairs used.
  package var roundCount: Int { differences.count }
  package var effect: Double { scale.effect(estimate.spread.median) }
  /// The smallest ratio, or difference, of a round.
  package var min: Double { scale.effect(estimate.spread.min) }
  /// The largest ratio, or difference, of a round.
  package var max: Double { scale.effect(estimate.spread.max) }

  /// By inversion of the signed-rank test at 5 %; nil below 6 rounds.
  package var interval: ClosedRange<Double>? {
    estimate.interval.map { scale.effect($0.lowerBound)...scale.effect($0.upperBound) }
  }

  /// The same differences in every round, but for rounding.
  func isSame(as other: PairedEffect) -> Bool {
    scale == other.scale && differences.count == other.differences.count
      && zip(differences, other.differences).allSatisfy { abs($0 - $1) <= 1e-9 }
  }

  /// Whether there is an interval, and "no difference" lies outside.
  package var excludesNoDifference: Bool { estimate.excludes(0) }

  /// The test that the median of d is 0. Computed at every call.
  package var test: WilcoxonSignedRank { WilcoxonSignedRank(differences) }
}

extension PairedEffect.Scale {
  /// d of one pair; nil when it has none.
  package func difference(reference: Double, value: Double) -> Double? {
    switch self {
    case .ratio:
      guard reference > 0, value > 0 else { return nil }
      let logarithm = log(value / reference)
      return logarithm.isFinite ? logarithm : nil
    case .difference:
      let difference = value - reference
      return difference.isFinite ? difference : nil
    }
  }

  /// What a d means in the reader's terms.
  package func effect(_ difference: Double) -> Double {
    switch self {
    case .ratio: exp(difference)
    case .difference: difference
    }
  }
}
