// Which trials a round has, and in which order. It measures nothing and knows no time.

internal import Results
package import Statistics

/// A round is made of blocks. A block has one trial of every arm, all of the same kind, next to each other: what drifts
/// from second to second then meets all of them. Blocks, and the arms in each, are in an order drawn from the seed.
package struct RoundPlan {
  /// What the arms of a block do.
  package enum Kind: Hashable {
    /// At the run's own concurrency. The depths of an arm are counted from its largest, which is 0.
    case closed(fromLargest: Int)
    /// At the largest depth, at another concurrency.
    case more(Concurrency)
    /// In the open loop.
    case open(fromLargest: Int)
  }

  package let plan: ExperimentPlan
  /// Ascending, without those that were dropped.
  package let depths: [Int]
  /// Requests per second, by arm and depth.
  package let rates: OpenLoopRates

  package init(plan: ExperimentPlan, depths: [Int], rates: OpenLoopRates) {
    self.plan = plan
    self.depths = depths
    self.rates = rates
  }

  /// Of every round.
  package var answering: [Kind] {
    Array(repeating: .closed(fromLargest: 0), count: plan.headlineTrialCount * plan.trialCount)
  }

  /// Of the rounds that have more than that: as many as their claims need.
  package var explaining: [Kind] { Array(repeating: explainingKinds, count: plan.trialCount).flatMap { $0 } }

  /// Of one trial of each.
  var explainingKinds: [Kind] {
    let count = plan.arms.indices.map { plan.depths(of: $0, among: depths).count }.max() ?? 0
    var kinds = (1..<max(1, count)).map { Kind.closed(fromLargest: $0) }
    kinds += plan.moreConcurrencies.filter { $0 != plan.headline }
      .flatMap { Array(repeating: Kind.more($0), count: plan.moreTrialCount) }
    if plan.passes.contains(.open) {
      kinds.append(.open(fromLargest: 0))
      if plan.preset != nil, count > 1 { kinds.append(.open(fromLargest: count - 1)) }
    }
    return kinds
  }

  /// The blocks of a round, and the trials of each, in the order in which they run.
  package func blocks(round: Int, explains: Bool) -> [[TrialSpec]] {
    let kinds = answering + (explains ? explaining : [])
    return RoundSchedule.order(seed: plan.seed, round: round, count: kinds.count).map { block in
      let specs = trials(of: kinds[block])
      // Another stream for each block of the run.
      let order = RoundSchedule.order(seed: ~plan.seed, round: round << 16 | block, count: specs.count)
      return order.map { specs[$0] }
    }
  }

  /// One per arm that has such.
  package func trials(of kind: Kind) -> [TrialSpec] {
    plan.arms.indices.compactMap { arm in
      let depths = plan.depths(of: arm, among: depths)
      func depth(_ fromLargest: Int) -> Int? { depths.dropLast(fromLargest).last }
      switch kind {
      case .closed(let place):
        return depth(place).map { TrialSpec(arm: arm, depth: $0, phase: .closed, inFlight: plan.inFlight(of: arm)) }
      case .open(let place):
        return depth(place).map { TrialSpec(arm: arm, depth: $0, phase: .open, rate: rates.rate(arm: arm, depth: $0)) }
      case .more(let more):
        return depth(0).map {
          TrialSpec(
            arm: arm, depth: $0, phase: more == Concurrency(inFlight: 1) ? .single : .closed, inFlight: more.inFlight,
            connections: more.connections)
        }
      }
    }
  }
}
