// How self-tests are judged, on made-up measurements. The real clock is for `ctxchain selftest`.

import Laboratory
import Report
import Results
import Statistics
import Testing

@Suite("A self-test")
struct SelfTestTests {
  private static let second = 1e9

  /// Of 10 s at 1000/s and no load, with a server that stood still for 4 s: 4000 requests waited from 4 s down to 0.
  private func stalled(scale: Double = 1) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 10_000, count: 6_000)
    for request in 0..<4_000 { histogram.record(nanoseconds: Int64(4e9 * scale * Double(4_000 - request) / 4_000)) }
    return histogram
  }

  @Test("of a stall expects the quantiles that theory gives, and sees when they are 6 % off")
  func stall() throws {
    let figures = SelfTestTheory.stall(stalled(), stall: 4e9, window: 10e9, load: 0)
    #expect(figures.map(\.name) == [75, 80, 90, 95, 99].map { "P\($0) of the response time" })
    #expect(figures.map { ($0.expected ?? 0).rounded() } == [1.5e9, 2e9, 3e9, 3.5e9, 3.9e9])
    #expect(figures.allSatisfy { $0.isWithin })
    for scale in [0.94, 1.06] {
      let wrong = SelfTestTheory.stall(stalled(scale: scale), stall: 4e9, window: 10e9, load: 0)
      #expect(!wrong.contains { $0.isWithin })
    }
    // At a load of 5 % more requests wait.
    let loaded = SelfTestTheory.stall(stalled(), stall: 4e9, window: 10e9, load: 0.05)
    #expect(abs((loaded.first { $0.name.hasPrefix("P90") }?.expected ?? 0) - 3.05e9) < 1)
    // What was delayed too little for 5 % of it to be a measure is left out.
    #expect(
      SelfTestTheory.stall(stalled(), stall: 2e9, window: 10e9, load: 0).map(\.name).first == "P90 of the response time"
    )
  }

  @Test("A client that leaves out what it should have sent meanwhile is seen")
  func coordinatedOmission() {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 10_000, count: 6_000)
    histogram.record(nanoseconds: 4_000_000_000)
    #expect(!SelfTestTheory.stall(histogram, stall: 4e9, window: 10e9, load: 0).contains { $0.isWithin })
  }

  @Test(
    "of a queue expects ρD / 2(1 − ρ), within 10 %",
    arguments: [(1.0, true), (1.09, true), (0.91, true), (1.11, false), (0.89, false)])
  func queue(factor: Double, isWithin: Bool) throws {
    // D = 1 ms, 20 000 requests in 40 s: ρ = 0.5, mean wait 0.5 ms. Each takes 0.1 ms beside.
    let figures = SelfTestTheory.queue(
      meanResponse: 1e6 + 0.1e6 + 0.5e6 * factor, service: 1e6, overhead: 0.1e6, requestCount: 20_000, window: 40e9)
    let wait = try #require(figures.first { $0.name == "mean wait" })
    #expect(abs((wait.expected ?? 0) - 0.5e6) < 1 && abs((wait.tolerance ?? 0) - 0.05e6) < 1)
    #expect(wait.isWithin == isWithin)
    #expect(figures.filter { $0.expected != nil }.count == 1)
  }

  @Test("of arrivals expects a dispersion of 1: the plan's own are within, uniform ones and bursts are not")
  func dispersion() {
    func figure(_ arrival: ArrivalPlan.Arrival, timesEach: Int = 1) -> SelfTestFigure {
      var plan = ArrivalPlan(rate: 1_000 / Double(timesEach), arrival: arrival)
      var times: [Int64] = []
      while let next = Optional(plan.next()), next < 4_100_000_000 { times += Array(repeating: next, count: timesEach) }
      return SelfTestTheory.dispersion(arrivals: times, window: 4_000_000_000, intervalCount: 200)
    }
    let found = figure(.poisson(seed: 1))
    #expect(found.isWithin && abs((found.tolerance ?? 0) - 0.2005) < 1e-4)
    #expect(!figure(.uniform).isWithin && figure(.uniform).found < 0.1)
    #expect(!figure(.poisson(seed: 1), timesEach: 2).isWithin)
    #expect(!SelfTestTheory.dispersion(arrivals: [], window: 1, intervalCount: 200).isWithin)
  }

  private func attempt(isWithin: Bool, _ disturbances: [String] = [], isInterrupted: Bool = false) -> SelfTestAttempt {
    SelfTestAttempt(
      seed: 1, figures: [SelfTestFigure("x", found: isWithin ? 1 : 3, expected: 1, tolerance: 1)],
      disturbances: disturbances, ledgers: [Ledger(planned: 5, completed: 5)], isInterrupted: isInterrupted)
  }

  @Test("passes when one attempt does, fails when one missed undisturbed, and is invalid when all were disturbed")
  func verdicts() {
    let (passed, missed) = (attempt(isWithin: true), attempt(isWithin: false))
    let disturbed = attempt(isWithin: false, ["late"])
    #expect(passed.verdict == .passed && missed.verdict == .missed && disturbed.verdict == .disturbed)
    #expect(attempt(isWithin: true, ["late"]).verdict == .passed)
    for (attempts, verdict, status) in [
      ([passed], .passed, 0), ([missed, disturbed, passed], .passed, 0), ([disturbed, missed], .failed, 1),
      ([disturbed, disturbed], .invalid, 4), ([missed, attempt(isWithin: true, isInterrupted: true)], .interrupted, 0),
    ] as [([SelfTestAttempt], SelfTestOutcome.Verdict, Int)] {
      let outcome = SelfTestOutcome(test: .stall, attempts: attempts)
      #expect(outcome.verdict == verdict)
      #expect(result([outcome]).exitStatus == status)
    }
    let both = [[missed], [disturbed]].map { SelfTestOutcome(test: .queue, attempts: $0) }
    #expect(result(both).exitStatus == 1 && result(both, signal: 2).exitStatus == 130)
  }

  private func result(_ tests: [SelfTestOutcome], signal: Int32? = nil) -> SelfTestResult {
    SelfTestResult(
      toolVersion: "0.1.0", commandLine: [], startedAt: "2026-01-01T00:00:00Z", seed: 1, signal: signal, tests: tests)
  }

  @Test("never passes with a trial in which nothing completed, or whose ledger does not balance")
  func ledgers() {
    for ledger in [Ledger(planned: 5, failed: 5), Ledger(planned: 5, completed: 4)] {
      #expect(SelfTestAttempt(seed: 1, figures: [], disturbances: [], ledgers: [ledger]).verdict == .missed)
    }
    #expect(!SelfTestTheory.completeness(Ledger(planned: 5, completed: 4, censored: 1)).isWithin)
  }

  @Test("is disturbed when the client was held up or kept its plan badly, and not by a slow server")
  func disturbances() {
    func reasons(lag: Int64, response: Int64) -> [String] {
      var (sendLag, responseTime) = (LatencyHistogram(), LatencyHistogram())
      sendLag.record(nanoseconds: 50_000, count: 99)
      sendLag.record(nanoseconds: lag)
      responseTime.record(nanoseconds: response, count: 100)
      return SelfTestTheory.disturbances(
        Ledger(planned: 100, completed: 100), sendLag: sendLag, responseTime: responseTime)
    }
    #expect(reasons(lag: 60_000, response: 100_000).isEmpty && reasons(lag: 60_000, response: 2_000_000_000).isEmpty)
    #expect(reasons(lag: 21_000_000, response: 100_000).contains { $0.contains("held up for 2") })
    #expect(
      SelfTestTheory.disturbances(Ledger(), sendLag: LatencyHistogram(), responseTime: LatencyHistogram()).isEmpty)
  }

  @Test("Its text shows what was expected and seen, and what did not pass")
  func text() {
    let good = SelfTestText.render(result([SelfTestOutcome(test: .poisson, attempts: [attempt(isWithin: true)])]))
    #expect(good.contains("poisson: passed; ") && good.hasSuffix("\nAll passed.\n"))
    let other = SelfTestOutcome(test: .poisson, transport: "http1", attempts: [attempt(isWithin: false)])
    let otherText = SelfTestText.render(result([other]))
    #expect(otherText.contains("\npoisson/http1: failed; "))
    #expect(otherText.hasSuffix("\nNot passed: poisson/http1 (failed).\n"))
    let bad = SelfTestText.render(
      result([
        SelfTestOutcome(test: .queue, attempts: [attempt(isWithin: false), attempt(isWithin: false, ["late"])]),
        SelfTestOutcome(test: .stall, attempts: [attempt(isWithin: false, ["late"])]),
      ]))
    #expect(bad.contains("md1: failed at attempt 2; ") && bad.contains("disturbed: late") && bad.contains("  NO\n"))
    #expect(bad.hasSuffix("\nNot passed: md1 (failed), stall (invalid).\n"))
    #expect(SelfTestText.render(result([], signal: 2)).contains("interrupted"))
  }

  @Test("Tests are named, each once, and run in their own order")
  func names() throws {
    #expect(try SelfTestKind.named(nil) == SelfTestKind.allCases)
    #expect(try SelfTestKind.named(["poisson", "null"]) == [.nullTarget, .poisson])
    #expect(
      throws: LaboratoryError.unknownName(option: "--only", name: "x", known: ["null", "stall", "md1", "poisson"])
    ) {
      try SelfTestKind.named(["x"])
    }
    #expect(throws: LaboratoryError.namedTwice(option: "--only", name: "null")) {
      try SelfTestKind.named(["null", "null"])
    }
  }
}
