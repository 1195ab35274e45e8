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
    guard !values.isEmpty else { return nil }
    var values = values
    return median(sorting: &values)
  }

  /// Leaves the values in ascending order, so that callers in a loop need no memory of their own.
  ///
  /// - Precondition: there is a value, and every one is finite.
  static func median(sorting values: inout [Double]) -> Double {
    precondition(!values.isEmpty && values.allSatisfy(\.isFinite), "a median is taken of finite values")
    values.sort()
    let middle = values.count / 2
    return values.count.isMultiple(of: 2) ? values[middle - 1] / 2 + values[middle] / 2 : values[middle]
  }
}
