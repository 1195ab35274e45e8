// Ranks of values, where equal ones share the mean of the ranks that they take up.

package enum Midranks {
  /// Twice the rank of every value, in the order given, so that ranks of ties are whole numbers too. The smallest of n
  /// different values has rank 1, the largest n.
  ///
  /// - Precondition: no value is NaN.
  package static func doubled(_ values: [Double]) -> [Int] {
    precondition(values.allSatisfy { !$0.isNaN }, "a rank is of numbers")
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = Array(repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
      // Ranks first + 1 … end: their mean is (first + 1 + end) / 2.
      for position in first..<end { ranks[order[position]] = first + 1 + end }
      first = end
    }
    return ranks
  }
}
