// How a trial is cut into turns: only numbers go in and come out.

package struct TurnPlan: Equatable {
  /// Nanoseconds of load that count in a turn, at least: the shorter the turns, the more evenly does what slows the machine
  /// down meet every arm.
  package static let countedNanosecondsMin: Int64 = 500_000
  /// Before them, uncounted: the caches still hold the arm before.
  package static let settlingNanoseconds: Int64 = 200_000
  /// Times that a reply takes which a turn lasts at least, so that it is load and not one wave of requests.
  package static let responsesMin = 2.0
  /// Seconds of a reply with which that is still short.
  package static let responseSecondsMax = 2.5e-3
  /// However slow an arm is.
  package static let countMin = 4
  /// What a turn takes beside its load: orders, the way back to rest, readings.
  private static let overheadSeconds = 0.2e-3

  /// Turns of the trial.
  package let count: Int
  /// Of each.
  package let countedNanoseconds: Int64

  /// As many turns as a trial of `trialSeconds` has room for, of an arm whose replies take `responseSeconds`.
  package init(trialSeconds: Double, responseSeconds: Double) {
    let counted = max(Double(Self.countedNanosecondsMin) / 1e9, Self.responsesMin * responseSeconds)
    let settling = max(Double(Self.settlingNanoseconds) / 1e9, responseSeconds)
    countedNanoseconds = Int64(counted * 1e9)
    count = max(Self.countMin, Int((trialSeconds / (counted + settling + Self.overheadSeconds)).rounded()))
  }

  /// Arms that have fewer turns than the block has cycles have them evenly among these.
  package func hasTurn(inCycle cycle: Int, of cycleCount: Int) -> Bool {
    (cycle + 1) * count / cycleCount > cycle * count / cycleCount
  }
}
