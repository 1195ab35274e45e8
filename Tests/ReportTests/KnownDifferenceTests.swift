import Report
import Results
import Statistics
import Testing

@Suite("The result of comparisons of a known difference")
struct KnownDifferenceTests {
  /// With 64 in flight and with one: every comparison sees a ratio ± 0.4 %, and noise of 0.5 %.
  static func result(ratios: [Double], planned: Int? = nil, known: Double = 0.01) -> KnownDifferenceResult {
    var result = KnownDifferenceResult(
      toolVersion: "0.1.0", commandLine: ["ctxchain", "calibrate"], startedAt: "2026-01-31T12:00:00Z", seed: 1,
      host: ExampleRun.sparse().host, placement: "one", depth: 3, trialSeconds: 0.031, rounds: 12,
      runsPlanned: planned ?? ratios.count, difference: known)
    for inFlight in [64, 1] {
      result.begin(.init(inFlight: inFlight, iterations: 4000, addedIterations: 48, known: known))
      for ratio in ratios { result.add(run(ratio), regimeCount: 2) }
    }
    return result
  }

  private static func run(_ ratio: Double) -> KnownDifferenceResult.Run {
    let isFound = abs(ratio - 1) > 0.005
    var compared = MetricComparison(
      .cpuPerHop, a: 2, b: 2 * ratio, verdict: isFound ? .difference : .noDifferenceSeen)
    (compared.ratio, compared.noise, compared.adjustedP) = (ratio, 1.005, 0.01)
    compared.interval = MetricComparison.Interval(ratio - 0.004...ratio + 0.004)
    return KnownDifferenceResult.Run(compared, seed: 7, seconds: 17)!
  }

  @Test("passes when 9 of 10 comparisons of each regime find it, and not when 8 do")
  func verdict() {
    let found = Array(repeating: 1.01, count: 9)
    #expect(Self.result(ratios: found + [1.002]).verdict == .passed)
    #expect(Self.result(ratios: found.dropLast() + [1.002, 1.003]).verdict == .failed)
    #expect(Self.result(ratios: found, planned: 10).verdict == .incomplete)
    #expect([1, 5, 10, 11, 20].map(KnownDifferenceResult.needed) == [1, 5, 9, 10, 18])
  }

  @Test("a difference into the other direction is not the one that is known")
  func opposite() {
    let result = Self.result(ratios: [0.98])
    #expect(result.regimes[0].runs[0].verdict == .difference && result.regimes[0].foundCount == 0)
    #expect(result.verdict == .failed)
  }

  @Test("says the smallest difference that 9 of 10 would have found, by what each saw too much or too little")
  func smallest() throws {
    // The noise asks for 0.5 %. Whoever sees 1.3 % of a known 1 % would have seen 0.5 % of 0.2 %.
    let seen = [1.013, 1.012, 1.011, 1.010, 1.009, 1.008, 1.007, 1.007, 1.007, 1.002]
    let smallest = try #require(Self.result(ratios: seen).regimes[0].smallestFound)
    #expect(abs(smallest - (0.01 + 0.005 - 0.007)) < 1e-12, "the tenth need not find it")
    #expect(Self.result(ratios: []).regimes[0].smallestFound == nil)
  }

  @Test("an interval or a noise that was not to be had is no comparison")
  func silent() {
    let compared = MetricComparison(.cpuPerHop, a: 2, b: 2, verdict: .rangeOnly)
    #expect(KnownDifferenceResult.Run(compared, seed: 1, seconds: 1) == nil)
  }

  @Test("is told in words and a table")
  func text() {
    let text = Self.result(ratios: [1.01, 1.002]).text
    #expect(text.contains("4000 + 48  1.0 %  1 of 2  0.6 % (0.2…1.0)"))
    #expect(
      text.hasSuffix(
        "FAILED: a hop is 1.0 % dearer, and only 1 of 2 comparisons with 64 in flight and 1 of 2 comparisons with 1 in "
          + "flight call it a difference; 2 must.\n"))
    #expect(Self.result(ratios: []).text.hasSuffix("Found nothing: no comparison was made.\n"))
  }
}
