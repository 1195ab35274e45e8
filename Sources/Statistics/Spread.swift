// The median of the rounds and the range they span. It claims nothing about significance.

package struct Spread: Codable, Equatable, Sendable {
  package var min: Double
  package var median: Double
  package var max: Double
  /// Rounds that it was made from.
  package var count: Int

  /// nil when there is no value.
  ///
  /// - Precondition: every value is finite.
  package init?(_ values: [Double]) {
    guard let median = Self.median(values), let least = values.min(), let largest = values.max() else { return nil }
    self.min = least
    self.median = median
    self.max = largest
    count = values.count
  }

  /// Half of `max − min`.
  package var halfRange: Double { (max - min) / 2 }

  /// The middle value, or the mean of the two middle ones; nil when there is none.
  ///
  /// - Precondition: every value is finite.
  package static func median(_ values: [Double]) -> Double? {
    precondition(values.allSatisfy(\.isFinite), "a median is taken of finite values")
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? sorted[middle - 1] / 2 + sorted[middle] / 2 : sorted[middle]
  }
}
