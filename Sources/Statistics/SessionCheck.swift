// Whether a run can be trusted at all: what is the same must not differ.

/// The first arm is measured twice, as A and A′. A run is suspect when their CPU differs at the largest depth: the
/// interval excludes "no difference", and Wilcoxon's p, corrected by Holm over the depths, is at most 0.05. At the other
/// depths one in twenty may differ by chance; they only count for the correction.
package struct SessionCheck: Equatable, Sendable {
  package enum Verdict: String, Codable, Sendable {
    case ok, suspect
    /// There is no A′, or fewer than 6 rounds.
    case notKnown
  }

  package let verdict: Verdict
  /// The depth that was judged; nil without A′.
  package let depth: Int?
  /// At that depth, corrected over all.
  package let adjustedP: Double?

  /// - Parameter controls: CPU of A′ against A, once per depth, in any order.
  package init(controls: [(depth: Int, effect: PairedEffect)]) {
    let corrected = Holm.adjusted(controls.map { $0.effect.test.p })
    guard let (control, adjustedP) = zip(controls, corrected).max(by: { $0.0.depth < $1.0.depth }) else {
      verdict = .notKnown
      depth = nil
      self.adjustedP = nil
      return
    }
    depth = control.depth
    self.adjustedP = adjustedP
    guard control.effect.estimate.interval != nil else {
      verdict = .notKnown
      return
    }
    let differs = control.effect.excludesNoDifference && adjustedP <= Comparison.alpha
    verdict = differs ? .suspect : .ok
  }
}
