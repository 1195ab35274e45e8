// A straight line through points, robust against single bad ones.

/// Theil–Sen: the slope is the median of the slopes of all pairs of points with different x; the intercept is the
/// median of `y − slope·x`. (Theil, *A rank-invariant method of linear and polynomial regression analysis*, 1950; Sen,
/// *Estimates of the regression coefficient based on Kendall's tau*, 1968.)
package struct TheilSen: Codable, Equatable, Sendable {
  package let slope: Double
  package let intercept: Double

  package init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  /// nil when fewer than two different x are given.
  ///
  /// - Precondition: every coordinate is finite.
  package init?(_ points: [(x: Double, y: Double)]) {
    var slopes: [Double] = []
    for (index, left) in points.enumerated() {
      for right in points[(index + 1)...] where right.x != left.x {
        slopes.append((right.y - left.y) / (right.x - left.x))
      }
    }
    guard let slope = Spread.median(slopes) else { return nil }
    guard let intercept = Spread.median(points.map { $0.y - slope * $0.x }) else { return nil }
    self.slope = slope
    self.intercept = intercept
  }

  package func value(at x: Double) -> Double { intercept + slope * x }
}
