import Statistics
import Testing

@Suite("The validity of a trial")
struct ValidityVerdictTests {
  static func ledger(_ completed: UInt64) -> Ledger {
    Ledger(planned: 10_000, completed: completed, censored: 10_000 - completed)
  }

  @Test(
    "an open loop is judged by its achieved rate, just above and just below each threshold",
    arguments: [
      (10_000, .ok), (9_900, .ok), (9_899, .suspect), (9_500, .suspect), (9_499, .invalid), (1, .invalid),
      (0, .invalid),
    ] as [(UInt64, ValidityVerdict.Verdict)])
  func achieved(completed: UInt64, verdict: ValidityVerdict.Verdict) {
    let got = ValidityVerdict.openLoop(
      ledger: Self.ledger(completed), sendLagP99: 100, responseP50: 50_000, responseP99: 80_000)
    #expect(got.verdict == verdict)
    #expect(got.reasons.isEmpty == (verdict == .ok))
  }

  @Test(
    "a trial is invalid when the readings cover less than half of its window, and late ones do no harm",
    arguments: [
      (100, .ok), (106, .ok), (94, .ok), (126, .ok), (400, .ok), (74, .ok), (50, .ok), (49, .invalid), (0, .invalid),
    ] as [(Int64, ValidityVerdict.Verdict)])
  func readings(milliseconds: Int64, verdict: ValidityVerdict.Verdict) {
    let got = ValidityVerdict.ok.judged(
      readNanoseconds: milliseconds * 1_000_000, windowNanoseconds: 100_000_000)
    #expect(got.verdict == verdict)
    #expect(
      got.reasons == (verdict == .ok ? [] : ["the clocks were read over \(milliseconds) ms, the window took 100 ms"]))
    var suspect = ValidityVerdict.ok
    suspect.add(.suspect, "x")
    let judged = suspect.judged(readNanoseconds: milliseconds * 1_000_000, windowNanoseconds: 100_000_000)
    #expect(judged.verdict == (verdict == .ok ? .suspect : .invalid) && judged.reasons == ["x"] + got.reasons)
  }

  @Test(
    "an open loop is judged by its send lag against 2 ms, the median and the P99",
    arguments: [
      // lag, P50, P99
      (2_000_000, 50_000, 3_000_000, .ok), (2_000_001, 50_000, 3_000_000, .suspect),
      (2_000_001, 2_500_000, 3_000_000, .ok), (2_500_001, 2_500_000, 3_000_000, .suspect),
      (3_000_000, 50_000, 3_000_000, .suspect), (3_000_001, 50_000, 3_000_000, .invalid),
      (80_001, 50_000, 80_000, .invalid),
    ] as [(Int64, Int64, Int64, ValidityVerdict.Verdict)])
  func lag(lag: Int64, p50: Int64, p99: Int64, verdict: ValidityVerdict.Verdict) {
    let got = ValidityVerdict.openLoop(
      ledger: Self.ledger(10_000), sendLagP99: lag, responseP50: p50, responseP99: p99)
    #expect(got.verdict == verdict)
    #expect(got.reasons.isEmpty == (verdict == .ok))
  }

  @Test(
    "what a topology declares to fail is as good as completed, within what chance allows; what is more is not",
    arguments: [
      // failed, otherwise lost, of 10 000 of which 400 are to fail: 459 do at most but for one time in 700
      (400, 0, .ok), (0, 0, .ok), (459, 100, .ok), (459, 101, .suspect), (559, 0, .ok), (560, 0, .suspect),
      (0, 101, .suspect), (400, 501, .invalid),
    ] as [(UInt64, UInt64, ValidityVerdict.Verdict)])
  func declaredFailures(failed: UInt64, censored: UInt64, verdict: ValidityVerdict.Verdict) {
    let ledger = Ledger(
      planned: 10_000, completed: 10_000 - failed - censored, failed: failed, censored: censored)
    let closed = ValidityVerdict.closedLoop(
      ledger: ledger, clientShare: 0, clientSharesCPU: true, declaredFailureShare: 0.04)
    let open = ValidityVerdict.openLoop(
      ledger: ledger, sendLagP99: 1, responseP50: 2, responseP99: 3, declaredFailureShare: 0.04)
    #expect(closed.verdict == verdict && open == closed)
    #expect(closed.reasons.allSatisfy { $0.hasSuffix("of the planned requests completed, 96.0 % were to") })
  }

  @Test("the worst reason decides, and all are named")
  func severalReasons() {
    let got = ValidityVerdict.openLoop(
      ledger: Self.ledger(9_600), sendLagP99: 9_000, responseP50: 1_000, responseP99: 8_000)
    #expect(got.verdict == .invalid)
    #expect(
      got.reasons == ["96.0 % of the planned requests completed", "send lag P99 is 9 µs, response P99 only 8 µs"])
  }

  @Test("what a closed loop does not complete is judged as in an open one")
  func closedLoop() {
    for (completed, verdict) in [
      (10_000, .ok), (9_900, .ok), (9_899, .suspect), (9_499, .invalid), (100, .invalid),
    ] as [(UInt64, ValidityVerdict.Verdict)] {
      let timedOut = Ledger(planned: 10_000, completed: completed, timedOut: 10_000 - completed)
      let got = ValidityVerdict.closedLoop(ledger: timedOut, clientShare: 0.1, clientSharesCPU: false)
      #expect(got.verdict == verdict && got.reasons.isEmpty == (verdict == .ok))
    }
  }

  @Test("an open loop that its client did not get to is judged by what was due")
  func unsent() {
    let got = ValidityVerdict.openLoop(
      ledger: Ledger(planned: 900, completed: 900), unsentCount: 100, sendLagP99: 0, responseP50: 1, responseP99: 1)
    #expect(got.verdict == .invalid && got.reasons == ["90.0 % of the planned requests completed"])
    let one = ValidityVerdict.openLoop(
      ledger: Ledger(planned: 4, completed: 4), unsentCount: 1, sendLagP99: 0, responseP50: 1, responseP99: 1)
    #expect(one == .ok)
  }

  @Test("an early end makes a trial invalid, and lost connections make it suspect")
  func connections() {
    let early = ValidityVerdict.ok.judged(earlyEnd: "no connection", lostConnectionCount: 1)
    #expect(early.verdict == .invalid)
    #expect(early.reasons == ["the load ended early: no connection", "a connection to the entry was lost"])
    let lost = ValidityVerdict.ok.judged(earlyEnd: nil, lostConnectionCount: 3)
    #expect(lost.verdict == .suspect && lost.reasons == ["3 connections to the entry were lost"])
    #expect(ValidityVerdict.ok.judged(earlyEnd: nil, lostConnectionCount: 0) == .ok)
  }

  @Test("the client's share is judged in a closed loop only where the client has a CPU of its own")
  func clientShare() {
    func judge(_ share: Double, _ shares: Bool) -> ValidityVerdict.Verdict {
      ValidityVerdict.closedLoop(ledger: Self.ledger(10_000), clientShare: share, clientSharesCPU: shares).verdict
    }
    #expect(judge(0.95, false) == .ok)
    #expect(judge(0.951, false) == .suspect)
    #expect(judge(0.951, true) == .ok)
  }

  @Test("an unbalanced ledger, and one without completions, is invalid in both loops")
  func ledgers() {
    let broken = [
      Ledger(planned: 10, completed: 9), Ledger(planned: 10, failed: 10), Ledger(), Ledger(planned: 0, completed: 3),
    ]
    for ledger in broken {
      #expect(ValidityVerdict.closedLoop(ledger: ledger, clientShare: 0, clientSharesCPU: true).verdict == .invalid)
      #expect(
        ValidityVerdict.openLoop(ledger: ledger, sendLagP99: 0, responseP50: 1, responseP99: 1).verdict == .invalid)
    }
  }

  @Test("stolen time over 2 % makes a trial suspect, and never better than it was")
  func steal() {
    #expect(ValidityVerdict.ok.judged(stealRatio: 0.02) == .ok)
    let stolen = ValidityVerdict.ok.judged(stealRatio: 0.0305)
    #expect(stolen.verdict == .suspect)
    #expect(stolen.reasons == ["3.0 % of the CPU time was stolen by the host"])
    var invalid = ValidityVerdict.ok
    invalid.add(.invalid, "x")
    #expect(invalid.judged(stealRatio: 0.5).verdict == .invalid)
  }
}
