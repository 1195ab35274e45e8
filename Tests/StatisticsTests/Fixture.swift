// Values worked out elsewhere: scripts/make-statistics-fixtures wrote them.

import Foundation
import Statistics

enum Fixture {
  static func cases<Case: Decodable>(_ name: String) throws -> [Case] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appending(path: "Fixtures/statistics/\(name).json")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }
}

/// Equal but for 1e-9 of the larger one; nil is like nil only.
func isClose(_ left: Double?, _ right: Double?) -> Bool {
  guard let left, let right else { return left == nil && right == nil }
  return left == right || abs(left - right) <= 1e-9 * max(abs(left), abs(right))
}

func isClose(_ left: ClosedRange<Double>?, _ right: [Double]?) -> Bool {
  isClose(left?.lowerBound, right?.first) && isClose(left?.upperBound, right?.last)
}

extension SeededGenerator {
  /// Normal with mean 0 and deviation 1 (Box and Muller).
  mutating func nextNormal() -> Double {
    (-2 * log1p(-nextUnit())).squareRoot() * cos(2 * .pi * nextUnit())
  }

  mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in nextNormal() } }
}
