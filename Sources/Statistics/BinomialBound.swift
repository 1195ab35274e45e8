// How often something may happen by chance alone.

internal import Glibc

package enum BinomialBound {
  /// The smallest k with `P(X ≤ k) ≥ confidence` for X of Binomial(count, probability). Of 200 comparisons of what is the
  /// same, at 5 % each, 18 may see a difference: more than that happens in less than 1 of 100 calibrations.
  ///
  /// - Precondition: `count` ≥ 0; `probability` and `confidence` are 0…1.
  package static func upper(count: Int, probability: Double, confidence: Double = 0.99) -> Int {
    precondition(count >= 0, "a binomial counts no less than 0 tries")
    precondition((0...1).contains(probability) && (0...1).contains(confidence), "a probability is 0 to 1")
    guard probability > 0 else { return 0 }
    guard probability < 1 else { return confidence > 0 ? count : 0 }
    let odds = log(probability) - log1p(-probability)
    var logarithm = Double(count) * log1p(-probability)
    var sum = exp(logarithm)
    var bound = 0
    while sum < confidence, bound < count {
      logarithm += log(Double(count - bound) / Double(bound + 1)) + odds
      sum += exp(logarithm)
      bound += 1
    }
    return bound
  }
}
