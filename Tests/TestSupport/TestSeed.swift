// The seeds of random tests: fixed unless the environment says otherwise, and printed when a test asks.

package import Statistics
internal import Glibc

package enum TestSeed {
  /// The seed in the variable `name`, or `standard`.
  package static func value(_ name: String = "CTXCHAIN_TEST_SEED", standard: UInt64) -> UInt64 {
    number(name) ?? standard
  }

  /// A whole number from the environment.
  package static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }

  /// A generator whose seed stands in the test's output.
  package static func generator(_ test: String, standard: UInt64) -> SeededGenerator {
    let seed = value(standard: standard)
    print("\(test): seed \(seed) (CTXCHAIN_TEST_SEED)")
    return SeededGenerator(seed: seed)
  }
}

extension SeededGenerator {
  package mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  package mutating func chance(_ probability: Double) -> Bool { nextUnit() < probability }

  package mutating func element<Element>(of list: [Element]) -> Element { list[next(below: list.count)] }
}
