// Whether two figures order things alike. It says nothing about how much they differ.

enum RankCorrelation {
  /// Spearman's ρ: Pearson's correlation of the midranks, −1…1. nil when there are fewer than two points, or one side is
  /// the same everywhere.
  static func spearman(_ points: [(x: Double, y: Double)]) -> Double? {
    let left = centredRanks(points.map(\.x))
    let right = centredRanks(points.map(\.y))
    func product(_ one: [Double], _ other: [Double]) -> Double { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
    return ratio(product(left, right), (product(left, left) * product(right, right)).squareRoot())
  }

  /// Equal values share the mean of their ranks; the mean of all is 0.
  private static func centredRanks(_ values: [Double]) -> [Double] {
    values.map { value in
      let below = values.count { $0 < value }
      let equal = values.count { $0 == value }
      return Double(below) + Double(equal + 1) / 2 - Double(values.count + 1) / 2
    }
  }
}
