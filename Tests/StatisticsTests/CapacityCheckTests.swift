import Statistics
import Testing

@Suite("One run against its goals")
struct CapacityCheckTests {
  private static let goal = LatencyObjective(percentile: 99, nanoseconds: 5_000)

  /// So many requests of 1 µs and so many of 9 µs.
  private func check(
    fast: UInt64, slow: UInt64, failed: UInt64 = 0, unsent: UInt64 = 0, errorRateMax: Double = 0,
    sendLagP99: Int64 = 0, objectives: [LatencyObjective] = [goal]
  ) -> CapacityCheck {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 1_000, count: fast)
    histogram.record(nanoseconds: 9_000, count: slow)
    histogram.recordUnfinished(nanoseconds: 10_000_000, count: failed)
    let ledger = Ledger(planned: fast + slow + failed, completed: fast + slow, failed: failed)
    return CapacityCheck(
      objectives: objectives, errorRateMax: errorRateMax, responseTime: histogram, ledger: ledger,
      sentCount: fast + slow + failed, unsentCount: unsent, sendLagP99: sendLagP99)
  }

  @Test("holds when the upper bound of the percentile does, not the percentile alone")
  func bound() {
    // Of 1000 values the bound of P99 has rank 996: 4 may lie above the goal.
    let held = check(fast: 996, slow: 4)
    #expect(held.holds && held.percentiles[0].upperNanoseconds == 1_000)
    let missed = check(fast: 995, slow: 5)
    #expect(missed.failed == [.latency])
    #expect(missed.percentiles[0].nanoseconds == 1_000 && missed.percentiles[0].upperNanoseconds == 9_000)
  }

  @Test("says that n is too small below 299 requests for P99, and not that the goal was missed")
  func few() {
    #expect(check(fast: 298, slow: 0).failed == [.tooFew])
    #expect(check(fast: 299, slow: 0).holds)
    #expect(check(fast: 298, slow: 0).percentiles[0].upperNanoseconds == nil)
  }

  @Test("needs every goal")
  func several() {
    let goals = [
      LatencyObjective(percentile: 50, nanoseconds: 500), LatencyObjective(percentile: 99, nanoseconds: 5_000),
    ]
    let found = check(fast: 1_000, slow: 0, objectives: goals)
    #expect(found.failed == [.latency])
    #expect(found.percentiles.map(\.upperNanoseconds) == [1_000, 1_000])
  }

  @Test("counts what did not complete as slower than anything, also where errors are allowed")
  func lost() {
    #expect(check(fast: 1_000, slow: 0, failed: 1).failed == [.errors])
    #expect(check(fast: 1_000, slow: 0, failed: 1, errorRateMax: 0.01).holds)
    let many = check(fast: 990, slow: 0, failed: 10, errorRateMax: 0.01)
    #expect(many.failed == [.latency] && many.percentiles[0].upperNanoseconds == nil)
    #expect(many.percentiles[0].nanoseconds == 1_000)
  }

  @Test("needs 99 % of what was due to be sent, and a client whose lag is not all there is")
  func sent() {
    #expect(check(fast: 990, slow: 0, unsent: 10).holds)
    #expect(check(fast: 989, slow: 0, unsent: 11).failed == [.sent])
    #expect(check(fast: 1_000, slow: 0, sendLagP99: 1_000).holds)
    #expect(check(fast: 1_000, slow: 0, sendLagP99: 1_001).failed == [.client])
    #expect(check(fast: 0, slow: 0).failed == [.sent, .tooFew])
    #expect(check(fast: 0, slow: 0, failed: 500).failed == [.errors, .latency])
  }

  @Test("Runs end when the majority of three is known")
  func decided() {
    let (held, missed) = (check(fast: 1_000, slow: 0), check(fast: 900, slow: 100))
    for (checks, isDecided) in [
      ([], false), ([held], false), ([held, held], true), ([held, missed], false), ([missed, missed], true),
      ([held, missed, held], true),
    ] as [([CapacityCheck], Bool)] {
      #expect(CapacityCheck.isDecided(checks, runCount: 3) == isDecided)
    }
    #expect(CapacityCheck.isDecided([held], runCount: 1))
  }

  @Test("Several runs are judged by their majority, and blamed for what most of them failed")
  func majority() {
    let (held, slow) = (check(fast: 1_000, slow: 0), check(fast: 900, slow: 100))
    let unsent = check(fast: 900, slow: 100, unsent: 500)
    #expect(CapacityCheck.majorityHolds([held, slow, held]) && !CapacityCheck.majorityHolds([slow, slow]))
    #expect(!CapacityCheck.majorityHolds([held, slow]) && !CapacityCheck.majorityHolds([]))
    #expect(CapacityCheck.mostFailed([slow, unsent, held]) == [.latency])
    #expect(CapacityCheck.mostFailed([unsent]) == [.sent, .latency] && CapacityCheck.mostFailed([held]) == [])
  }
}
