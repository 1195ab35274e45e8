import Statistics
import Testing

@Suite("Plans")
struct PlanTests {
  @Test(
    "a uniform plan is the exact fraction rounded down, however far it runs",
    arguments: [
      // rate, index, floor(index · 10^9 / rate) by exact fractions of the Double
      (0.001, 1, 999_999_999_999),
      (0.1, 3, 29_999_999_999),
      (0.3333333333333333, 1, 3_000_000_000),
      (3.0, 1, 333_333_333),
      (3.0, 2, 666_666_666),
      (3.0, 3_000_000_000, 1_000_000_000_000_000_000),
      (7.5, 1, 133_333_333),
      (33333.3, 1_000_000, 30_000_030_000),
      (33333.3, 1_000_000_000_000, 30_000_030_000_029_997),
      (1e9, 123_456_789_012_345, 123_456_789_012_345),
      (123456.789, 987_654_321_098, 8_000_000_073_693_800),
      (294000.0, 1_058_400_001, 3_600_000_003_401),
    ] as [(Double, UInt64, Int64)])
  func uniformExact(rate: Double, index: UInt64, nanoseconds: Int64) {
    #expect(ArrivalPlan.uniformOffset(of: index, rate: rate) == nanoseconds)
  }

  @Test("a uniform plan never decreases, and keeps its gaps within a nanosecond", arguments: [0.7, 3, 997.3, 300_000])
  func uniformGaps(rate: Double) {
    var plan = ArrivalPlan(rate: rate, arrival: .uniform)
    let times = (0..<5_000).map { _ in plan.next() }
    #expect(times.first == 0)
    #expect(times.enumerated().allSatisfy { ArrivalPlan.uniformOffset(of: UInt64($0), rate: rate) == $1 })
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(gaps.allSatisfy { abs(Double($0) - 1e9 / rate) < 1.0001 })
  }

  @Test("a Poisson plan is the same for one seed, and another one for another seed")
  func poissonFixed() {
    var plan = ArrivalPlan(rate: 1_000, arrival: .poisson(seed: 42))
    // Worked out by an implementation of SplitMix64 and −ln(1−u)/rate in another language.
    #expect((0..<4).map { _ in plan.next() } == [1_353_110, 1_527_357, 1_853_920, 2_275_805])
    var other = ArrivalPlan(rate: 1_000, arrival: .poisson(seed: 43))
    #expect(other.next() != 1_353_110)
  }

  @Test("a Poisson plan has the index of dispersion of a Poisson process", arguments: [1, 2, 3] as [UInt64])
  func dispersion(seed: UInt64) {
    let windowCount = 4_000
    let rate = 10_000.0
    var plan = ArrivalPlan(rate: rate, arrival: .poisson(seed: seed))
    var counts = Array(repeating: 0.0, count: windowCount)
    var time = plan.next()
    var previous: Int64 = 0
    while time < Int64(windowCount) * 1_000_000 {
      #expect(time >= previous)
      counts[Int(time / 1_000_000)] += 1
      previous = time
      time = plan.next()
    }
    let mean = counts.reduce(0, +) / Double(windowCount)
    let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(windowCount - 1)
    #expect(abs(variance / mean - 1) <= 2 * (2 / Double(windowCount - 1)).squareRoot(), "seed \(seed)")
    #expect(abs(mean / 10 - 1) < 0.02, "seed \(seed)")
  }

  @Test(
    "the depths of a chain are at most five, geometric, with both ends",
    arguments: [
      (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 3, 4]), (5, [1, 2, 3, 4, 5]), (6, [1, 2, 3, 4, 6]),
      (7, [1, 2, 3, 4, 7]), (8, [1, 2, 3, 5, 8]), (10, [1, 2, 3, 6, 10]), (20, [1, 2, 4, 9, 20]),
      (32, [1, 2, 6, 13, 32]), (64, [1, 3, 8, 23, 64]),
    ])
  func depths(depthMax: Int, depths: [Int]) {
    #expect(DepthPlan(depthMax: depthMax).depths == depths)
  }

  @Test("every chain up to 64 has ascending depths from 1 to its end", arguments: 1...64)
  func everyChain(depthMax: Int) {
    let depths = DepthPlan(depthMax: depthMax).depths
    #expect(depths.first == 1 && depths.last == depthMax && depths.count == min(5, depthMax))
    #expect(zip(depths, depths.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("given depths are sorted, and refused when absent, out of range or double")
  func given() throws {
    #expect(try DepthPlan([4, 1, 2], depthMax: 4).depths == [1, 2, 4])
    #expect(throws: StatisticsError.noDepths) { try DepthPlan([], depthMax: 4) }
    #expect(throws: StatisticsError.depthOutOfRange(depth: 5, max: 4)) { try DepthPlan([1, 5], depthMax: 4) }
    #expect(throws: StatisticsError.depthOutOfRange(depth: 0, max: 4)) { try DepthPlan([0], depthMax: 4) }
    #expect(throws: StatisticsError.depthTwice(depth: 2)) { try DepthPlan([2, 1, 2], depthMax: 4) }
    #expect(StatisticsError.depthOutOfRange(depth: 5, max: 4).description == "expected depths of 1 to 4, got 5")
  }

  @Test("dropping depths keeps both ends and takes the closest neighbours first")
  func dropping() {
    var plan = DepthPlan(depthMax: 20)
    #expect(plan.dropOne() == 2)
    #expect(plan.depths == [1, 4, 9, 20])
    #expect(plan.dropOne() == 9)
    #expect(plan.dropOne() == 4)
    #expect(plan.dropOne() == nil)
    #expect(plan.depths == [1, 20])
    #expect(plan.dropped == [2, 9, 4])
    var single = DepthPlan(depthMax: 1)
    #expect(single.dropOne() == nil)
  }
}
