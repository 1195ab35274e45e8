// How a trial is cut into turns: only numbers go in and come out.

package struct TurnPlan: Equatable {
  /// Nanoseconds of load that count in a turn, at least: the shorter the turns, the more evenly does what slows the machine
  /// down meet every arm.
  package static let countedNanosecondsMin: Int64 = 300_000
  /// Before them, uncounted: the caches still hold the arm before.
  package static let settlingNanoseconds: Int64 = 100_000
  /// Of the time that a reply takes, a turn sends requests at least so long. It ends when the last of them has its reply, so
  /// each turn is a wave of requests through the whole chain, or several.
  package static let responsesMin = 0.5
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
    // Behind the last request that is sent there is still half a reply to wait for, in the mean; while settling too.
    let seconds = counted + Double(Self.settlingNanoseconds) / 1e9 + responseSeconds + Self.overheadSeconds
    countedNanoseconds = Int64(counted * 1e9)
    count = max(Self.countMin, Int((trialSeconds / seconds).rounded()))
  }

  /// Arms that have fewer turns than the block has cycles have them evenly among these.
  package func hasTurn(inCycle cycle: Int, of cycleCount: Int) -> Bool {
    (cycle + 1) * count / cycleCount > cycle * count / cycleCount
  }
}
