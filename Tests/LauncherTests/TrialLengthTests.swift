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
  func turns(inFlight: Int, throughput: Double, takesTurns: Bool) {
    var lengths = TrialLengths(ExamplePlan.make(["a", "b"], depths: [1, 3]))
    #expect(!lengths.takesTurns(spec(inFlight: inFlight)), "nothing is known of it")
    lengths.learn(spec(inFlight: inFlight), throughput: throughput)
    #expect(lengths.takesTurns(spec(inFlight: inFlight)) == takesTurns)
    #expect(lengths.takesTurns(spec(depth: 1, inFlight: inFlight)) == takesTurns, "a shallower one answers no later")
    #expect(!lengths.takesTurns(spec(depth: 4, inFlight: inFlight)), "a deeper one may")
    #expect(!lengths.takesTurns(spec(arm: 1, inFlight: inFlight)) && !lengths.takesTurns(spec(inFlight: 7)))
    #expect(!lengths.takesTurns(spec(.open, inFlight: inFlight)))
  }

  @Test(
    "a trial has as many turns as it has room for, of 6 ms with their settling",
    arguments: [(0.031, 5), (0.055, 9), (0.02, 3), (0.5, 83), (0.001, 1)])
  func turnCount(seconds: Double, count: Int) {
    #expect(TurnPlan(trialSeconds: seconds).turnCount == count)
  }
}
