// At which rate each arm gets requests in the open loop: so many for all, or for each a share of what it can do.

/// The measure of what an arm can do is its throughput with one request under way, at the same depth: in an open loop
/// requests travel alone, as there, and not in batches as with 64 under way.
package struct OpenLoopRates {
  /// Without `--utilisation` and `--rate`.
  package static let utilisationByDefault = 0.5

  private struct Place: Hashable {
    let arm: Int
    let depth: Int
  }

  /// Asked for.
  private let common: Double?
  private let utilisation: Double
  private var singleThroughput: [Place: Double] = [:]

  package init(common: Double? = nil, utilisation: Double = utilisationByDefault) {
    self.common = common
    self.utilisation = utilisation
  }

  /// What a pilot with one request under way brought.
  package mutating func learn(arm: Int, depth: Int, singleThroughput: Double) {
    self.singleThroughput[Place(arm: arm, depth: depth)] = singleThroughput
  }

  /// Requests per second, at least 1.
  package func rate(arm: Int, depth: Int) -> Double {
    common ?? max(1, (utilisation * (singleThroughput[Place(arm: arm, depth: depth)] ?? 0)).rounded())
  }
}
