// The band around a median of rounds: what the rounds allow to be said, and no more.

internal import Statistics

enum RoundBand {
  /// By inversion of the exact sign test at 5 % from 6 rounds on, as `PairedEffect` has it: from the k-th smallest to the
  /// k-th largest value. Below that min…max. nil below 2 rounds.
  ///
  /// - Precondition: every value is finite.
  static func of(_ values: [Double]) -> ClosedRange<Double>? {
    guard values.count > 1 else { return nil }
    let sorted = values.sorted()
    let rank = isInterval(roundCount: values.count) ? SignTest.intervalRank(roundCount: values.count) ?? 1 : 1
    return sorted[rank - 1]...sorted[sorted.count - rank]
  }

  static func isInterval(roundCount: Int) -> Bool {
    roundCount >= SignTest.roundCountMin && roundCount <= 1_000
  }

  static func name(roundCount: Int) -> String {
    isInterval(roundCount: roundCount)
      ? "the sign test's interval of the median, at 95 % or more" : "smallest to largest round"
  }
}
