// Rounds drawn again with replacement, and the interval of what is computed from them. The same seed draws the same
// rounds on every machine.

/// The percentile bootstrap: a figure is computed anew from R rounds drawn with replacement from the R rounds there are,
/// B times; the interval at 95 % runs from the 2.5th to the 97.5th percentile of the B figures. (Efron and Tibshirani,
/// *An introduction to the bootstrap*, 1993, chapter 13.)
package enum Bootstrap {
  package static let resampleCount = 2_000
  /// The stream of a seed that the bootstrap draws from, so that it shares no number with the order of a round.
  package static let stream: UInt64 = 0x626f_6f74_7374_7261

  /// Calls `body` with the indices of every resample.
  ///
  /// - Precondition: `roundCount` ≥ 1, `count` ≥ 1.
  package static func forEachResample(
    roundCount: Int, seed: UInt64, count: Int = resampleCount, _ body: (_ rounds: [Int]) -> Void
  ) {
    precondition(roundCount >= 1 && count >= 1, "a bootstrap needs rounds and resamples")
    var generator = SeededGenerator(seed: seed, stream: stream)
    var rounds = Array(repeating: 0, count: roundCount)
    for _ in 0..<count {
      for index in rounds.indices { rounds[index] = generator.next(below: roundCount) }
      body(rounds)
    }
  }

  /// From the 2.5th to the 97.5th percentile of the figures; nil when there are none.
  ///
  /// - Precondition: no figure is NaN; one that does not exist is infinite.
  package static func interval(_ figures: [Double]) -> ClosedRange<Double>? {
    let sorted = figures.sorted()
    guard let lower = quantile(0.025, sorted: sorted), let upper = quantile(0.975, sorted: sorted) else { return nil }
    return lower...upper
  }

  /// Between the two values next to the place `(n − 1)·share`, linearly (definition 7 of Hyndman and Fan, *Sample
  /// quantiles in statistical packages*, 1996; the default of numpy and R). nil when there are no values.
  ///
  /// - Precondition: `sorted` is ascending without NaN, `share` is 0…1.
  package static func quantile(_ share: Double, sorted: [Double]) -> Double? {
    precondition((0...1).contains(share), "a quantile is of a share from 0 to 1, not \(share)")
    precondition(sorted.allSatisfy { !$0.isNaN }, "a quantile is of numbers")
    guard let last = sorted.last else { return nil }
    let place = Double(sorted.count - 1) * share
    let index = Int(place)
    guard index + 1 < sorted.count else { return last }
    let (left, right) = (sorted[index], sorted[index + 1])
    let part = place - Double(index)
    // Equal or infinite neighbours must not give ∞ − ∞.
    return part == 0 || left == right ? left : left + part * (right - left)
  }
}
