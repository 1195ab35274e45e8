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
    return median(reordering: &values)
  }

  /// Leaves the values in another order, so that callers in a loop need no memory of their own. By selection, not by
  /// sorting: bootstraps take some thousand medians per line.
  ///
  /// - Precondition: there is a value, and every one is finite.
  static func median(reordering values: inout [Double]) -> Double {
    precondition(!values.isEmpty && values.allSatisfy(\.isFinite), "a median is taken of finite values")
    let middle = values.count / 2
    return values.withUnsafeMutableBufferPointer { values in
      select(middle, of: values)
      guard values.count.isMultiple(of: 2) else { return values[middle] }
      var below = values[0]
      for value in values[..<middle] where value > below { below = value }
      return below / 2 + values[middle] / 2
    }
  }

  /// Hoare's selection: afterwards the value at `rank`, from 0, is the one that sorting would put there, nothing before
  /// it is larger and nothing behind it smaller.
  private static func select(_ rank: Int, of values: UnsafeMutableBufferPointer<Double>) {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right {
        high = right
      } else if rank >= left {
        low = left
      } else {
        return
      }
    }
  }
}
