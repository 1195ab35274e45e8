// How small a difference a run could have claimed: what a reader must know before "no difference seen" means anything.

internal import Glibc
package import Statistics

/// At the run's largest depth, for one metric in one regime. A claim asks for a difference beyond the noise floor, and for
/// an interval that excludes none at 5 % corrected over the family (`Comparison`). So the resolution is the larger of two:
/// how far A′ may be from A, and how far the interval of an arm, corrected as Bonferroni does for the first of a family,
/// reaches from its middle, in the median over the arms.
package struct Resolution: Equatable, Sendable {
  package let metric: Metric
  /// Of closed-loop trials; nil in the open loop.
  package let concurrency: Concurrency?
  /// As a ratio − 1: 0.02 is a difference of 2 %. nil where no round, or too few for a corrected p, can be compared.
  package let smallest: Double?
  /// Rounds that it was made from.
  package let rounds: Int

  /// How much longer the run would have to go on until it could claim so small a difference: scatter falls with the root of
  /// the number of rounds. nil where it can already, or where it is not known what a round takes.
  package func secondsMore(until target: Double, roundSeconds: Double?) -> Double? {
    guard let smallest, smallest > target, let roundSeconds else { return nil }
    return Double(rounds) * (pow(smallest / target, 2) - 1) * roundSeconds
  }

  /// nil without a baseline that was measured twice, or without another arm.
  ///
  /// - Parameter depth: the largest of the arms.
  package init?(_ metric: Metric, in result: RunResult, _ table: RoundTable, depth: Int, at concurrency: Concurrency?) {
    guard let baseline = result.baseline,
      let control = result.arms.first(where: { $0.controlOf == baseline })?.name,
      case let arms = result.arms.filter({ $0.controlOf == nil && $0.name != baseline }).map(\.name), !arms.isEmpty
    else { return nil }
    func effect(_ arm: String) -> PairedEffect? {
      let reference = result.reference(of: arm) ?? baseline
      return PairedEffect(
        pairs: table.pairs(metric, arm: arm, depth: depth, against: (reference, depth), at: concurrency))
    }
    let isOfAllDepths = concurrency == nil || concurrency == table.headline
    let family =
      arms.count * (isOfAllDepths ? max(1, table.depths(arm: baseline, for: metric, at: concurrency).count) : 1)
    let effects = arms.compactMap(effect)
    let widths = effects.compactMap { effect in
      SignedRankInterval.estimate(effect.differences, alpha: Comparison.alpha / Double(family)).flatMap { estimate in
        estimate.interval.map { max($0.upperBound - estimate.median, estimate.median - $0.lowerBound) }
      }
    }
    self.metric = metric
    self.concurrency = concurrency
    rounds = effects.map(\.roundCount).max() ?? 0
    guard widths.count == effects.count, let width = Spread.median(widths),
      let noise = effect(control)?.estimate.noiseFloor
    else {
      smallest = nil
      return
    }
    smallest = PairedEffect.Scale.ratio.effect(max(width, noise)) - 1
  }
}
