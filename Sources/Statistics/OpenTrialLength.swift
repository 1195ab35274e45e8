// How long a trial of the open loop is, so that a round has enough requests for a P99 of its own.

package enum OpenTrialLength {
  /// Seconds: at low rates a run would never end.
  package static let secondsMax = 10.0

  /// Seconds of each of a round's trials, settling included, of which the windows together hold the requests that a P99
  /// needs (`PercentileFigure.countMin`); never below `shortest`, and above it at most `secondsMax`.
  ///
  /// Planned are more requests than that: 1 % more, so that no rounding is short of one, and 10 % more where arrivals are
  /// random, which is three standard deviations of 1000.
  ///
  /// - Precondition: `rate` > 0, in requests per second; `trialCount` ≥ 1.
  package static func seconds(
    rate: Double, trialCount: Int, shortest: Double, settleSeconds: Double, isPoisson: Bool
  ) -> Double {
    precondition(rate > 0 && trialCount >= 1, "a trial has a rate, and a round has trials")
    let count = Double(PercentileFigure.countMin(99)) * (isPoisson ? 1.1 : 1.01)
    return max(shortest, min(secondsMax, settleSeconds + count / rate / Double(trialCount)))
  }
}
