import Statistics
import Testing

@Suite("Seeded randomness")
struct RandomTests {
  @Test("the generator gives SplitMix64's published sequence for seed 1234567")
  func vectors() {
    var generator = SeededGenerator(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("streams of one seed differ, and so do seeds of one stream")
  func streams() {
    var firsts: Set<UInt64> = []
    for seed in UInt64(0)..<20 {
      for stream in UInt64(0)..<20 {
        var generator = SeededGenerator(seed: seed, stream: stream)
        firsts.insert(generator.next())
      }
    }
    #expect(firsts.count == 400)
  }

  @Test("bounded numbers are below their bound and reach all of it evenly")
  func bounded() {
    var generator = SeededGenerator(seed: 5)
    var counts = Array(repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.next(below: 7)] += 1 }
    // Six degrees of freedom: the 99.9 % quantile of chi-squared is 22.5.
    let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chiSquared < 22.5)
    #expect((0..<100).allSatisfy { _ in generator.next(below: 1) == 0 })
    let units = (0..<1_000).map { _ in generator.nextUnit() }
    #expect(units.allSatisfy { (0..<1).contains($0) })
    #expect(abs(units.reduce(0, +) / 1_000 - 0.5) < 0.03)
  }

  @Test("the order of a round is the same for one seed, everywhere")
  func fixedOrders() {
    // Worked out by an implementation of SplitMix64, Lemire's bound and Fisher–Yates in another language.
    #expect(RoundSchedule.order(seed: 42, round: 0, count: 8) == [6, 0, 7, 2, 5, 1, 3, 4])
    #expect(RoundSchedule.order(seed: 42, round: 1, count: 8) == [4, 1, 7, 6, 2, 5, 3, 0])
    #expect(RoundSchedule.order(seed: 42, round: 2, count: 8) == [5, 2, 1, 7, 4, 3, 0, 6])
    #expect(RoundSchedule.order(seed: 7, round: 0, count: 8) == [0, 1, 4, 6, 2, 7, 3, 5])
  }

  @Test("every order is a permutation, and every trial comes first about equally often")
  func permutations() {
    var firstCounts = Array(repeating: 0, count: 6)
    for round in 0..<6_000 {
      let order = RoundSchedule.order(seed: 9, round: round, count: 6)
      #expect(order.sorted() == Array(0..<6))
      firstCounts[order[0]] += 1
    }
    // Five degrees of freedom: the 99.9 % quantile of chi-squared is 20.5.
    let chiSquared = firstCounts.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
    #expect(chiSquared < 20.5)
    #expect(RoundSchedule.order(seed: 9, round: 0, count: 0).isEmpty)
    #expect(RoundSchedule.order(seed: 9, round: 0, count: 1) == [0])
  }
}
