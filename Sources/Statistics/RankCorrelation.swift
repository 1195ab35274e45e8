// Whether two figures order things alike. It says nothing about how much they differ.

package enum RankCorrelation {
  /// Spearman's ρ: Pearson's correlation of the midranks, −1…1. nil when there are fewer than two points, or one side is
  /// the same everywhere. (Spearman, *The proof and measurement of association between two things*, 1904.)
  ///
  /// - Precondition: no coordinate is NaN.
  package static func spearman(_ points: [(x: Double, y: Double)]) -> Double? {
    // Doubled ranks are whole numbers with the mean n + 1, so every sum is exact.
    let left = Midranks.doubled(points.map(\.x)).map { $0 - points.count - 1 }
    let right = Midranks.doubled(points.map(\.y)).map { $0 - points.count - 1 }
    let product = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    let leftSquares = left.reduce(0) { $0 + $1 * $1 }
    let rightSquares = right.reduce(0) { $0 + $1 * $1 }
    guard leftSquares > 0, rightSquares > 0 else { return nil }
    let correlation = Double(product) / (Double(leftSquares) * Double(rightSquares)).squareRoot()
    return min(1, max(-1, correlation))
  }
}
