import Launcher
import Results
import Statistics
import Testing

@Suite("The trials of a round")
struct RoundPlanTests {
  private static let names = ["baseline", "map", "packed", "baseline′"]
  private static let seeds: [UInt64] = [1, 42, .max]

  /// What all arms of a block have in common.
  private struct Work: Hashable {
    let phase: Trial.Phase
    let depth: Int
    let inFlight: Int
    let connections: Int

    init(_ phase: Trial.Phase, _ depth: Int, _ inFlight: Int = 64, _ connections: Int = 1) {
      (self.phase, self.depth, self.inFlight, self.connections) = (phase, depth, inFlight, connections)
    }

    init(_ spec: TrialSpec) { self.init(spec.phase, spec.depth, spec.inFlight, spec.connections) }
  }

  private static func plan(
    _ depths: [Int] = [1, 2, 5], seed: UInt64 = 1, change: (inout ExperimentPlan) -> Void = { _ in }
  ) -> RoundPlan {
    var plan = ExamplePlan.make(names, depths: depths, seed: seed)
    change(&plan)
    return RoundPlan(plan: plan, depths: depths, rates: OpenLoopRates(common: 700))
  }

  private static func count(_ blocks: [[TrialSpec]]) -> [Work: Int] {
    Dictionary(blocks.map { (Work($0[0]), 1) }, uniquingKeysWith: +)
  }

  @Test("a block has every arm once, next to each other, and all of them do the same", arguments: seeds)
  func blocks(seed: UInt64) {
    let plan = Self.plan(seed: seed) { plan in
      plan.moreConcurrencies.append(Concurrency(inFlight: 64, connections: 64))
      plan.preset = .standard
      plan.trialCount = 2
    }
    for round in 0..<50 {
      for explains in [false, true] {
        for block in plan.blocks(round: round, explains: explains) {
          #expect(block.map(\.arm).sorted() == Array(Self.names.indices), "round \(round)")
          #expect(Set(block.map(Work.init)).count == 1, "round \(round)")
        }
      }
    }
  }

  @Test("every round has the largest depth twice")
  func answering() {
    #expect(Self.count(Self.plan().blocks(round: 3, explains: false)) == [Work(.closed, 5): 2])
    let publish = Self.plan { $0.trialCount = 4 }
    #expect(Self.count(publish.blocks(round: 3, explains: false)) == [Work(.closed, 5): 8])
  }

  @Test("a comparison has more trials of each concurrency, and all of them where there is one")
  func comparing() {
    let expected = [Work(.closed, 5): 6, Work(.single, 5, 1): 2, Work(.open, 5, 1): 1]
    #expect(Self.count(Self.plan([5]) { $0.compareOnly() }.blocks(round: 0, explains: true)) == expected)
    let single = Self.plan([5]) { plan in
      plan.inFlight = 1
      plan.compareOnly()
    }
    #expect(Self.count(single.blocks(round: 0, explains: true)) == [Work(.closed, 5, 1): 8, Work(.open, 5, 1): 1])
  }

  @Test("a round that explains has all other depths, the other concurrencies and the open loop once as well")
  func explaining() {
    var expected = [
      Work(.closed, 5): 2, Work(.closed, 2): 1, Work(.closed, 1): 1, Work(.single, 5, 1): 1, Work(.open, 5, 1): 1,
    ]
    #expect(Self.count(Self.plan().blocks(round: 0, explains: true)) == expected)
    let preset = Self.plan { plan in
      plan.preset = .quick
      plan.moreConcurrencies = [
        Concurrency(inFlight: 1), Concurrency(inFlight: 64, connections: 64), Concurrency(inFlight: 64),
      ]
    }
    expected[Work(.closed, 5, 64, 64)] = 1
    expected[Work(.open, 1, 1)] = 1
    #expect(Self.count(preset.blocks(round: 0, explains: true)) == expected, "64 over one connection is the headline")
    let twice = Self.plan { plan in
      plan.preset = .standard
      plan.trialCount = 2
      plan.moreConcurrencies = [Concurrency(inFlight: 1), Concurrency(inFlight: 64, connections: 64)]
    }
    #expect(Self.count(twice.blocks(round: 0, explains: true)) == expected.mapValues { 2 * $0 })
  }

  @Test("without the open loop, other depths and other concurrencies there is nothing to explain")
  func nothingToExplain() {
    let plan = Self.plan([3]) { plan in
      plan.passes.remove(.open)
      plan.moreConcurrencies = []
    }
    #expect(plan.explaining.isEmpty)
    #expect(Self.count(plan.blocks(round: 0, explains: true)) == [Work(.closed, 3): 2])
  }

  @Test("an arm that has one depth, or a concurrency of its own, keeps it")
  func ownConditions() {
    let plan = Self.plan { plan in
      plan.arms[1].own.depth = 2
      plan.arms[2].own.inFlight = 7
    }
    let trials = plan.blocks(round: 0, explains: true).flatMap { $0 }
    #expect(trials.filter { $0.arm == 1 && $0.phase == .closed }.map(\.depth) == [2, 2])
    let own = trials.filter { $0.arm == 2 && $0.phase == .closed }
    #expect(own.map(\.inFlight) == Array(repeating: 7, count: 4))
    #expect(own.map(\.depth).sorted() == [1, 2, 5, 5])
    #expect(trials.filter { $0.phase == .single }.map(\.depth).sorted() == [2, 5, 5, 5])
  }

  @Test("depths that were dropped have no trial")
  func dropped() {
    let plan = RoundPlan(
      plan: ExamplePlan.make(Self.names, depths: [1, 2, 5]), depths: [1, 5], rates: OpenLoopRates(common: 700))
    #expect(Set(plan.blocks(round: 0, explains: true).joined().map(\.depth)) == [1, 5])
  }

  @Test("open loops have the rate of their arm and depth, and no other trial has one")
  func rates() {
    var rates = OpenLoopRates(utilisation: 0.5)
    for arm in Self.names.indices { rates.learn(arm: arm, depth: 5, singleThroughput: 1_000 * Double(arm + 1)) }
    let plan = RoundPlan(plan: ExamplePlan.make(Self.names, depths: [1, 5]), depths: [1, 5], rates: rates)
    for spec in plan.blocks(round: 0, explains: true).joined() {
      #expect(spec.rate == (spec.phase == .open ? 500 * Double(spec.arm + 1) : 0))
    }
  }

  @Test("the order of blocks and of the arms in each is another one in every round, and the same for one seed")
  func order() {
    func sequence(_ seed: UInt64, _ round: Int) -> [String] {
      Self.plan(seed: seed).blocks(round: round, explains: true).joined().map { "\($0.arm) \($0.phase) \($0.depth)" }
    }
    #expect(sequence(7, 3) == sequence(7, 3))
    #expect(Set((0..<40).map { sequence(7, $0) }).count == 40 && sequence(7, 3) != sequence(8, 3))
    // In two of every round's blocks the order of arms is another one more often than not: there are 24 of it.
    let orders = (0..<40).map { Self.plan().blocks(round: $0, explains: false).map { $0.map(\.arm) } }
    #expect(orders.count { $0[0] != $0[1] } > 30)
    // No arm stands first more often than chance has it: of 240 blocks a quarter, give or take four standard deviations.
    let first = (0..<40).flatMap { Self.plan().blocks(round: $0, explains: true).map { $0[0].arm } }
    try? #require(first.count == 240)
    for arm in Self.names.indices { #expect(abs(first.count { $0 == arm } - 60) <= 27) }
  }
}
