// How the trials of a block are cut into turns: only numbers go in and come out.

package struct TurnPlan: Equatable {
  /// Nanoseconds of load that count in a turn. What slows a machine down for tens of milliseconds then meets every arm.
  package static let countedNanoseconds: Int64 = 5_000_000
  /// Before them, uncounted: the caches still hold the arm before.
  package static let settlingNanoseconds: Int64 = 1_000_000
  /// Seconds from a request to its reply with which a turn is still a stretch of load, and not one wave of requests.
  package static let responseSecondsMax = 2.5e-3

  /// Turns of each arm.
  package let turnCount: Int

  /// As many as a trial of `trialSeconds` has room for.
  package init(trialSeconds: Double) {
    let turn = Double(Self.countedNanoseconds + Self.settlingNanoseconds) / 1e9
    turnCount = max(1, Int((trialSeconds / turn).rounded()))
  }
}
