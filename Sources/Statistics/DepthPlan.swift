// The depths at which a chain is measured.

internal import Glibc

package struct DepthPlan: Equatable, Sendable {
  package static let geometricCountMax = 5

  /// Ascending, each once.
  package private(set) var depths: [Int]
  /// What `dropOne` took out, in the order in which it went.
  package private(set) var dropped: [Int] = []

  /// At most 5 depths, 1 and `depthMax` among them: all of them up to 5, else `depthMax^(k/4)` rounded, for k = 0…4.
  ///
  /// - Precondition: `depthMax` ≥ 1.
  package init(depthMax: Int) {
    precondition(depthMax >= 1, "a chain has at least one service")
    guard depthMax > Self.geometricCountMax else {
      depths = Array(1...depthMax)
      return
    }
    depths = [1]
    for step in 1..<Self.geometricCountMax {
      let exponent = Double(step) / Double(Self.geometricCountMax - 1)
      let depth = Int(pow(Double(depthMax), exponent).rounded())
      depths.append(max(depth, depths[step - 1] + 1))
    }
  }

  /// Depths as given, in any order.
  package init(_ given: [Int], depthMax: Int) throws(StatisticsError) {
    guard !given.isEmpty else { throw .noDepths }
    for depth in given where !(1...depthMax).contains(depth) {
      throw .depthOutOfRange(depth: depth, max: depthMax)
    }
    depths = given.sorted()
    for (left, right) in zip(depths, depths.dropFirst()) where left == right { throw .depthTwice(depth: left) }
  }

  /// For a budget that does not reach: takes out the inner depth whose neighbours are closest to each other (as a
  /// ratio). The smallest and the largest stay.
  ///
  /// - Returns: the depth taken out; nil when only the outer ones are left.
  package mutating func dropOne() -> Int? {
    let inner = depths.indices.dropFirst().dropLast()
    func gap(_ index: Int) -> Double { Double(depths[index + 1]) / Double(depths[index - 1]) }
    guard let index = inner.min(by: { gap($0) < gap($1) }) else { return nil }
    let depth = depths.remove(at: index)
    dropped.append(depth)
    return depth
  }
}
