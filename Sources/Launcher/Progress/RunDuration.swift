// How long things take before any of them was measured, and durations in words.

enum RunDuration {
  /// To start a process set and to warm it up, as it was seen on a quiet machine of two CPUs.
  static let setSeconds = 0.3
  /// To put new processes in the place of a set, with the load before the first trial.
  static let roundSetSeconds = 0.1
  /// Per arm: the fidelity check, the counting pass, and what a pilot takes beside its trial.
  static let armSeconds = 0.2
  /// Per arm, of passes that explain costs.
  static let inProcessSeconds = 0.15
  static let semanticsSeconds = 0.7

  /// `0.25 s`, `7 s`, `85 s`, `6 min`, `1 h 5 min`: to the precision that an estimate has.
  static func text(_ seconds: Double) -> String {
    guard seconds >= 1 else { return "\((seconds * 100).rounded() / 100) s" }
    guard seconds >= 120 else { return "\(Int(seconds.rounded(.up))) s" }
    let minutes = Int((seconds / 60).rounded(.up))
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
