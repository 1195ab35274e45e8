// The order of the trials in a round.

package enum RoundSchedule {
  /// A permutation of 0 ..< count, drawn by Fisher–Yates: the same for one seed and round, whatever other rounds there
  /// are.
  ///
  /// - Precondition: `round` ≥ 0, `count` ≥ 0.
  package static func order(seed: UInt64, round: Int, count: Int) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: UInt64(round))
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, generator.next(below: last + 1))
    }
    return order
  }
}
