// The band around a median of rounds: what the rounds allow to be said, and no more.

internal import Statistics

enum RoundBand {
  /// By inversion of the exact sign test at 5 % from 6 rounds on, as `MedianInterval` has it: from the k-th smallest to the
  /// k-th largest value. Below that min…max. nil below 2 rounds.
  ///
  /// - Precondition: every value is finite.
  static func of(_ values: [Double]) -> ClosedRange<Double>? {
    guard values.count > 1 else { return nil }
    let sorted = values.sorted()
    let rank = isInterval(roundCount: values.count) ? SignTest.intervalRank(roundCount: values.count) ?? 1 : 1
    return sorted[rank - 1]...sorted[sorted.count - rank]
  }

  /// What ± and (…) mean in tables.
  static func legend(roundCount: Int) -> String {
    guard isInterval(roundCount: roundCount) else {
      return "± is half of max − min over the rounds; (min…max) is over the rounds."
    }
    return "(…) is the interval over the rounds at 95 % or more, and ± half of its width: of a difference by round the "
      + "signed-rank test's, of a median the sign test's; of a value that fewer than \(SignTest.roundCountMin) rounds have, they are min…max and half of it."
  }

  static func isInterval(roundCount: Int) -> Bool {
    roundCount >= SignTest.roundCountMin && roundCount <= SignTest.roundCountMax
  }

  static func name(roundCount: Int) -> String {
    isInterval(roundCount: roundCount)
      ? "the interval over the rounds, at 95 % or more" : "smallest to largest round"
  }
}

extension MedianInterval {
  /// `range`, where there is more than one round to make it from.
  var band: ClosedRange<Double>? { count > 1 ? range : nil }
}
