// Whether one run at a rate held its goals, and which criterion it failed when it did not. It measures nothing.

/// What a run has to meet, in the order in which reports name them.
package enum CapacityCriterion: String, CaseIterable, Codable, Sendable {
  /// The client was late or disturbed: the run says nothing good.
  case client
  /// Too few requests went out.
  case sent
  /// Too many did not complete.
  case errors
  /// The upper bound of a percentile is above its goal.
  case latency
  /// Too few requests for a bound.
  case tooFew = "n too small"
}

/// A percentile of one run beside its goal.
package struct BoundedPercentile: Codable, Equatable, Sendable {
  package let objective: LatencyObjective
  /// Nil when it lies among the requests that did not complete, or when there was none.
  package let nanoseconds: Int64?
  /// At or above the true percentile with a confidence of 95 %. Nil when there are too few requests, or when the bound
  /// lies among those that did not complete.
  package let upperNanoseconds: Int64?
}

package struct CapacityCheck: Codable, Equatable, Sendable {
  /// A run that sent less of what was due is no run at that rate.
  package static let sentRatioMin = 0.99

  package let percentiles: [BoundedPercentile]
  /// Sent / due in the window.
  package let sentRatio: Double
  /// Not completed / sent, of the whole run, without what the topology declares to fail.
  package let errorRatio: Double
  /// Empty when the run held.
  package let failed: [CapacityCriterion]

  package var holds: Bool { failed.isEmpty }

  /// A percentile or a bound that is only a lower bound of the true one is as good as infinite.
  ///
  /// - Parameters:
  ///   - responseTime: of the window's requests, from the intended send.
  ///   - sentCount: requests that were due in the window and sent.
  ///   - unsentCount: requests that were due in the window and not sent when it closed.
  ///   - sendLagP99: of those that were sent, in nanoseconds.
  ///   - declaredFailureShare: of the requests, that are to fail.
  package init(
    objectives: [LatencyObjective], errorRateMax: Double, responseTime: LatencyHistogram, ledger: Ledger,
    sentCount: UInt64, unsentCount: UInt64, sendLagP99: Int64, declaredFailureShare: Double = 0
  ) {
    func known(_ nanoseconds: Int64?) -> Int64? { nanoseconds.flatMap { responseTime.isLowerBound($0) ? nil : $0 } }
    var failed: Set<CapacityCriterion> = []
    percentiles = objectives.map { objective in
      let rank = QuantileBound.upperRank(count: responseTime.count, percentile: objective.percentile)
      let upper = known(rank.flatMap { responseTime.value(rank: $0) })
      if rank == nil {
        failed.insert(.tooFew)
      } else if upper ?? .max > objective.nanoseconds {
        failed.insert(.latency)
      }
      return BoundedPercentile(
        objective: objective,
        nanoseconds: responseTime.isEmpty ? nil : known(responseTime.percentile(objective.percentile)),
        upperNanoseconds: upper)
    }
    let due = sentCount &+ unsentCount
    sentRatio = due == 0 ? 0 : Double(sentCount) / Double(due)
    let errors = ledger.lost &- ledger.declaredFailureCount(share: declaredFailureShare)
    errorRatio = ledger.planned == 0 ? 0 : Double(errors) / Double(ledger.planned)
    if sentRatio < Self.sentRatioMin { failed.insert(.sent) }
    if errorRatio > errorRateMax { failed.insert(.errors) }
    if ledger.completed > 0, Self.isInvalid(ledger, sendLagP99, responseTime) { failed.insert(.client) }
    self.failed = CapacityCriterion.allCases.filter(failed.contains)
  }

  /// The rules for a trial's client, without those about what came back: `errors` is for that.
  private static func isInvalid(_ ledger: Ledger, _ sendLagP99: Int64, _ responseTime: LatencyHistogram) -> Bool {
    ValidityVerdict.openLoop(
      ledger: Ledger(planned: ledger.completed, completed: ledger.completed), sendLagP99: sendLagP99,
      responseP50: responseTime.percentile(50), responseP99: responseTime.percentile(99)
    ).verdict == .invalid
  }

  /// Whether more runs, up to `runCount` in all, could not change the majority.
  package static func isDecided(_ checks: [CapacityCheck], runCount: Int) -> Bool {
    let heldCount = checks.filter(\.holds).count
    return 2 * max(heldCount, checks.count - heldCount) > runCount || checks.count >= runCount
  }

  /// The majority of several runs; false where there is none.
  package static func majorityHolds(_ checks: [CapacityCheck]) -> Bool {
    2 * checks.filter(\.holds).count > checks.count
  }

  /// The criteria that most of the runs failed that did not hold, in the order of `CapacityCriterion`.
  package static func mostFailed(_ checks: [CapacityCheck]) -> [CapacityCriterion] {
    let counts = CapacityCriterion.allCases.map { criterion in
      (criterion: criterion, count: checks.filter { $0.failed.contains(criterion) }.count)
    }
    let most = counts.map(\.count).max() ?? 0
    return most == 0 ? [] : counts.filter { $0.count == most }.map(\.criterion)
  }
}
