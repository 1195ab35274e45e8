// Whether a run can be trusted at all: what is the same must not differ.

/// The first arm is measured twice, as A and A′. A run is suspect when their CPU differs at the largest depth: Wilcoxon's p
/// is at most 0.01, as it is in one sound run of a hundred.
package struct SessionCheck: Equatable, Sendable {
  package enum Verdict: String, Codable, Sendable {
    case ok, suspect
    /// There is no A′, or fewer than 8 rounds: no p is then small enough.
    case notKnown
  }

  package static let alpha = 0.01
  /// The least R with 2^(1−R) ≤ 0.01.
  package static let roundCountMin = 8

  package let verdict: Verdict
  /// The depth that was judged; nil without A′.
  package let depth: Int?
  /// At that depth.
  package let p: Double?
  /// How far from none the difference may be that A and A′ have there, by its interval, as a share. nil below 6 rounds.
  package let reach: Double?

  /// - Parameter controls: CPU of A′ against A as ratios, once per depth, in any order.
  package init(controls: [(depth: Int, effect: PairedEffect)]) {
    guard let control = controls.max(by: { $0.depth < $1.depth }) else {
      (verdict, depth, p, reach) = (.notKnown, nil, nil, nil)
      return
    }
    let p = control.effect.test.p
    depth = control.depth
    self.p = p
    reach = control.effect.estimate.reach
    verdict =
      control.effect.roundCount < Self.roundCountMin ? .notKnown : p <= Self.alpha ? .suspect : .ok
  }
}
