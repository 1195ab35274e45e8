import Launcher
import Results
import Statistics
import Testing

@Suite("Rates and lengths of trials")
struct TrialLengthTests {
  @Test("a common rate is that of every arm and depth, whatever they can do")
  func common() {
    var rates = OpenLoopRates(common: 0.1)
    rates.learn(arm: 0, depth: 1, singleThroughput: 5_000)
    #expect(rates.rate(arm: 0, depth: 1) == 0.1 && rates.rate(arm: 3, depth: 9) == 0.1)
  }

  @Test(
    "a rate is a share of what the arm does at that depth with one request under way, rounded, at least 1",
    arguments: [
      (0.5, 1_000, 500), (0.5, 1_001.2, 501), (0.25, 4_321, 1_080), (0.95, 20_000, 19_000), (0.01, 20_000, 200),
      (0.5, 2, 1), (0.5, 0.3, 1), (0.01, 40, 1), (0.5, 0, 1),
    ] as [(Double, Double, Double)])
  func share(utilisation: Double, throughput: Double, rate: Double) {
    var rates = OpenLoopRates(utilisation: utilisation)
    rates.learn(arm: 1, depth: 3, singleThroughput: throughput)
    #expect(rates.rate(arm: 1, depth: 3) == rate)
    #expect(rates.rate(arm: 1, depth: 2) == 1 && rates.rate(arm: 0, depth: 3) == 1, "nothing is known of them")
    rates.learn(arm: 0, depth: 3, singleThroughput: 100 * throughput)
    #expect(rates.rate(arm: 1, depth: 3) == rate)
  }

  @Test("half of it where nothing else is said")
  func byDefault() {
    var rates = OpenLoopRates()
    rates.learn(arm: 0, depth: 1, singleThroughput: 600)
    #expect(rates.rate(arm: 0, depth: 1) == 300)
  }

  private func spec(_ phase: Trial.Phase = .closed, arm: Int = 0, depth: Int = 3, inFlight: Int = 64) -> TrialSpec {
    TrialSpec(arm: arm, depth: depth, phase: phase, inFlight: inFlight)
  }

  @Test(
    "a trial is as long as asked for, or longer until it holds 200 completions, but 2 s at most",
    arguments: [
      (1e6, 0.05), (4_000, 0.05), (2_000, 0.1), (1_000, 0.2), (101, 200.0 / 101), (100, 2), (1, 2), (0, 0.05),
    ] as [(Double, Double)])
  func lengthened(throughput: Double, seconds: Double) {
    var lengths = TrialLengths(ExamplePlan.make(["a", "b"], depths: [1, 3]))
    #expect(lengths.seconds(spec()) == ExamplePlan.trialSeconds)
    lengths.learn(spec(), throughput: throughput)
    #expect(lengths.seconds(spec()) == seconds)
    for other in [spec(arm: 1), spec(depth: 1), spec(inFlight: 16), spec(.single, inFlight: 1)] {
      #expect(lengths.seconds(other) == ExamplePlan.trialSeconds, "of another kind")
    }
  }

  @Test(
    "the latest trial of a kind counts, a longer one that was asked for stays, and a pilot stands for one in flight")
  func learned() {
    var lengths = TrialLengths(ExamplePlan.make(["a"], depths: [3]))
    lengths.learn(spec(), throughput: 200)
    lengths.learn(spec(), throughput: 400)
    #expect(lengths.seconds(spec()) == 0.5)
    lengths.learn(spec(), throughput: 0)
    #expect(lengths.seconds(spec()) == 0.5, "nothing completed: nothing is learned")
    lengths.learn(spec(.pilot, inFlight: 1), throughput: 250)
    #expect(lengths.seconds(spec(.single, inFlight: 1)) == 0.8)
    var plan = ExamplePlan.make(["a"], depths: [3])
    plan.trialSeconds = 5
    var long = TrialLengths(plan)
    long.learn(spec(), throughput: 1)
    #expect(long.seconds(spec()) == 5)
  }

  @Test("an open loop is long enough for a P99 of its round, under a budget 0.1 s, never shorter than asked for")
  func open() {
    func seconds(_ rate: Double, budget: Double? = nil, change: (inout ExperimentPlan) -> Void = { _ in }) -> Double {
      var plan = ExamplePlan.make(["a"], depths: [3], budgetSeconds: budget)
      change(&plan)
      return TrialLengths(plan).seconds(TrialSpec(arm: 0, depth: 3, phase: .open, rate: rate))
    }
    func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-9 }
    // 1010 planned requests, 1100 where arrivals are random, and 5 ms of settling.
    #expect(isClose(seconds(2_000), 0.005 + 1_010 / 2_000.0))
    #expect(isClose(seconds(2_000) { $0.isPoisson = true }, 0.005 + 1_100 / 2_000.0))
    #expect(isClose(seconds(2_000) { $0.trialCount = 2 }, 0.005 + 1_010 / 4_000.0))
    #expect(seconds(1e6) == ExamplePlan.trialSeconds && seconds(1) == 10 && seconds(0) == 10)
    #expect(seconds(2_000, budget: 85) == 0.1 && seconds(1, budget: 85) == 0.1)
    #expect(seconds(2_000, budget: 85) { $0.trialSeconds = 0.4 } == 0.4)
  }

  @Test(
    "turns are for trials whose replies take 2.5 ms or less, by what is under way / throughput",
    arguments: [(64, 25_601.0, true), (64, 25_599, false), (1, 401, true), (1, 399, false)])
  func turns(inFlight: Int, throughput: Double, expected: Bool) {
    var lengths = TrialLengths(ExamplePlan.make(["a", "b"], depths: [1, 3]))
    func hasTurns(_ spec: TrialSpec) -> Bool { lengths.turns(spec) != nil }
    #expect(!hasTurns(spec(inFlight: inFlight)), "nothing is known of it")
    lengths.learn(spec(inFlight: inFlight), throughput: throughput)
    #expect(hasTurns(spec(inFlight: inFlight)) == expected)
    #expect(hasTurns(spec(depth: 1, inFlight: inFlight)) == expected, "a shallower one answers no later")
    #expect(!hasTurns(spec(depth: 4, inFlight: inFlight)), "a deeper one may")
    #expect(!hasTurns(spec(arm: 1, inFlight: inFlight)) && !hasTurns(spec(inFlight: 7)))
    #expect(!hasTurns(spec(.open, inFlight: inFlight)))
  }

  @Test(
    "a turn sends for 0.3 ms or half as long as a reply takes, and a trial has as many as it has room for, at least 4",
    arguments: [
      // Seconds of the trial, of a reply; turns, and the nanoseconds that count of each.
      (0.031, 50e-6, 48, 300_000), (0.031, 250e-6, 36, 300_000), (0.031, 1e-3, 17, 500_000),
      (0.031, 2.5e-3, 8, 1_250_000), (0.02, 50e-6, 31, 300_000), (0.5, 50e-6, 769, 300_000), (0.001, 1e-3, 4, 500_000),
    ] as [(Double, Double, Int, Int64)])
  func turnPlan(trial: Double, response: Double, count: Int, counted: Int64) {
    let turns = TurnPlan(trialSeconds: trial, responseSeconds: response)
    #expect(turns.count == count && turns.countedNanoseconds == counted)
  }

  @Test(
    "an arm with fewer turns than its block has cycles has all of them, evenly among the cycles",
    arguments: [8, 17, 48])
  func evenly(cycleCount: Int) {
    let turns = TurnPlan(trialSeconds: 0.031, responseSeconds: 2.5e-3)
    let places = (0..<cycleCount).filter { turns.hasTurn(inCycle: $0, of: cycleCount) }
    #expect(places.count == turns.count)
    let gaps = zip(places.dropFirst(), places).map { $0 - $1 }
    #expect(gaps.max()! - gaps.min()! <= 1)
  }
}
