// A straight line through points, robust against single bad ones.

/// Theil–Sen: the slope is the median of the slopes of all pairs of points with different x; the intercept is the
/// median of `y − slope·x`.
package struct TheilSen: Codable, Equatable, Sendable {
  package let slope: Double
  package let intercept: Double

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
}
