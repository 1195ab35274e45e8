// How much is measured, by name.

/// More rounds narrow the interval and allow stronger words; more trials per arm and round steady each value.
package enum RunPreset: String, CaseIterable, Codable, Sendable {
  case quick, standard, publish

  package var roundCount: Int {
    switch self {
    case .quick: 8
    case .standard: 12
    case .publish: 20
    }
  }

  /// Trials of each arm, depth and concurrency in a round.
  package var trialCount: Int {
    switch self {
    case .quick: 1
    case .standard: 2
    case .publish: 4
    }
  }
}
