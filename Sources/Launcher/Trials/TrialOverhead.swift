// What trials take beside their own time, as it was measured: what a budget is spent by.

/// Orders, settling that took longer, drain, the result, and the switch to another strategy where sets are shared.
struct TrialOverhead {
  /// Before anything was measured.
  private static let first = 0.02

  private var sum = 0.0
  private var count = 0

  mutating func add(_ seconds: Double) {
    sum += max(0, seconds)
    count += 1
  }

  /// Mean, per trial.
  var seconds: Double { count == 0 ? TrialOverhead.first : sum / Double(count) }
}
