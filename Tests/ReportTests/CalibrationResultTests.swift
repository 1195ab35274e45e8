import Report
import Results
import Statistics
import Testing

@Suite("The result of a calibration")
struct CalibrationResultTests {
  static func empty(pairs: Int, rounds: Int = 12) -> CalibrationResult {
    CalibrationResult(
      toolVersion: "0.1.0", commandLine: ["ctxchain", "calibrate"], startedAt: "2026-01-31T12:00:00Z", seed: 1,
      host: ExampleRun.sparse().host, placement: "one", depth: 3, inFlight: 64, trialSeconds: 0.25,
      roundsPerPair: rounds, pairsPerBatch: 4, pairsPlanned: pairs)
  }

  /// A batch whose pairs are `ratios` apart, but for up to 1 % that scatters from round to round.
  static func batch(_ ratios: [Double], rounds: Int = 12, seed: UInt64 = 1) -> RunResult {
    let arms = ratios.indices.flatMap { pair in
      ["a", "b"].map { Arm(name: "pair \(pair + 1)\($0)", store: nil, propagator: "none") }
    }
    var result = ExampleRun.empty(rounds: rounds, depths: [3], arms: arms)
    var generator = SeededGenerator(seed: seed, stream: 0)
    for round in 0..<rounds {
      for (index, arm) in arms.enumerated() {
        let cpu = 1e9 * (1 + 0.01 * (generator.nextUnit() - 0.5)) * (index % 2 == 1 ? ratios[index / 2] : 1)
        result.trials.append(
          RunSummaryTests.trial(arm, depth: 3, round: round, perSecond: 1_000, cpu: Int64(cpu)))
      }
    }
    return result
  }

  @Test("a pair that is 10 % apart differs by 10 %, one that is the same does not")
  func pairs() throws {
    var result = Self.empty(pairs: 3)
    let added = result.add(batch: 7, Self.batch([1, 1.1, 0.9]))
    #expect(added.map(\.cpuPerHop.differs) == [false, true, true] && added.map(\.pair) == [0, 1, 2])
    #expect(added.allSatisfy { $0.batch == 7 && $0.rounds == 12 })
    for (pair, ratio) in zip(added, [1, 1.1, 0.9]) {
      let effect = pair.cpuPerHop
      #expect(abs(effect.ratio / ratio - 1) < 0.01 && effect.low <= effect.ratio && effect.ratio <= effect.high)
    }
    #expect(added[1].cpuPerHop.p < 0.001 && added[0].cpuPerHop.p > 0.05)
    #expect(result.pairs == added && result.differingInCpuCount == 2 && result.differingInThroughputCount == 0)
  }

  @Test("the verdict is the binomial bound's: 18 of 200 pass, 19 fail, and 199 pairs are not all")
  func verdict() {
    for (differing, verdict) in [(0, CalibrationResult.Verdict.passed), (18, .passed), (19, .failed)] {
      var result = Self.empty(pairs: 200)
      for number in 0..<50 {
        #expect(result.verdict == .incomplete)
        let ratios = (0..<4).map { 4 * number + $0 < differing ? 2.0 : 1 }
        // Without scatter what is the same never differs.
        result.add(batch: number, Self.even(ratios))
      }
      #expect(result.differingInCpuCount == differing && result.allowedCount == 18)
      #expect(result.verdict == verdict)
      let line = result.text.split(separator: "\n").last ?? ""
      let share = "\(differing) (\(["0.0", "9.0", "9.5"][[0, 18, 19].firstIndex(of: differing)!]) %)"
      #expect(
        line.hasPrefix(
          (verdict == .passed ? "Passed: " : "FAILED: ") + "of 200 pairs of the same \(share) differ in CPU per hop"),
        "\(line)")
    }
  }

  private static func even(_ ratios: [Double]) -> RunResult {
    var result = batch(ratios)
    for (index, trial) in result.trials.enumerated() {
      let place = index % (2 * ratios.count)
      result.trials[index].nodeCpuNanoseconds = Int64(1e9 * (place % 2 == 1 ? ratios[place / 2] : 1))
      #expect(trial.arm == result.arms[place].name)
    }
    return result
  }

  @Test("of what is the same, no more pairs differ than chance allows, whatever the seed")
  func chance() {
    var result = Self.empty(pairs: 400)
    for number in 0..<100 { result.add(batch: number, Self.batch([1, 1, 1, 1], seed: UInt64(number))) }
    #expect(result.verdict == .passed && result.pairs.count == 400)
    // The interval of 12 rounds errs in 4.2 %.
    #expect(result.differingInCpuCount > 0)
  }

  @Test("too many pairs that differ in throughput alone fail as well")
  func throughput() {
    var result = Self.empty(pairs: 1)
    var batch = Self.even([1])
    for index in batch.trials.indices where batch.trials[index].arm == "pair 1b" { batch.trials[index].throughput *= 2 }
    result.add(batch: 0, batch)
    #expect(result.differingInCpuCount == 0 && result.differingInThroughputCount == 1)
    #expect(result.pairs[0].throughput.ratio == 2)
  }

  @Test("a pair without CPU times in some round is left out and noted")
  func missing() {
    var result = Self.empty(pairs: 2)
    var batch = Self.batch([1, 2])
    let index = batch.trials.firstIndex { $0.arm == "pair 2b" }!
    batch.trials[index].superseded = true
    result.add(batch: 0, batch)
    #expect(result.pairs.map(\.pair) == [0] && result.verdict == .incomplete)
    #expect(result.notes == ["batch 0, pair 1: not every round has CPU times and throughput"])
    #expect(result.text.contains("Incomplete: "))
    #expect(Self.empty(pairs: 1).text.hasSuffix("Found nothing: no pair was measured.\n"))
  }
}
