import Glibc
import Statistics
import Testing

@Suite("Estimates over rounds")
struct EstimateTests {
  @Test("a spread is minimum, median and maximum, and nothing without values")
  func spread() throws {
    #expect(Spread([]) == nil)
    let odd = try #require(Spread([5, 1, 3]))
    #expect(odd.min == 1 && odd.median == 3 && odd.max == 5 && odd.count == 3 && odd.halfRange == 2)
    let even = try #require(Spread([4, 1, 2, 10]))
    #expect(even.min == 1 && even.median == 3 && even.max == 10 && even.count == 4)
    #expect(Spread([7])?.halfRange == 0)
  }

  @Test("a median is what sorting finds, for values in any order and with repeats")
  func medianBySelection() {
    var random = SeededGenerator(seed: 11)
    for count in 1...200 {
      let values = (0..<count).map { _ in Double(random.next() % UInt64(count)) }
      let sorted = values.sorted()
      let expected =
        count.isMultiple(of: 2) ? sorted[count / 2 - 1] / 2 + sorted[count / 2] / 2 : sorted[count / 2]
      #expect(Spread.median(values) == expected, "\(values)")
      #expect(Spread.median(sorted) == expected && Spread.median(sorted.reversed()) == expected)
    }
  }

  @Test(
    "the sign test cuts off as many rounds at each end as published tables do",
    arguments: [
      (0, nil), (1, nil), (5, nil), (6, 1), (7, 1), (8, 1), (9, 2), (10, 2), (11, 2), (12, 3), (15, 4), (17, 5),
      (20, 6), (25, 8), (30, 10), (50, 18),
    ] as [(Int, Int?)])
  func intervalRank(roundCount: Int, rank: Int?) {
    #expect(SignTest.intervalRank(roundCount: roundCount) == rank)
  }

  @Test("a paired effect is the middle of the ratios and of the means of every two, with the range of the rounds")
  func pairedEffect() throws {
    let effect = try #require(PairedEffect(pairs: [(100, 50), (10, 4), (1, 0.8)]))
    // 0.4 ≤ √0.2 ≤ 0.5 ≤ √0.32 ≤ √0.4 ≤ 0.8: the middle is between the third and the fourth.
    #expect(abs(effect.effect - (0.5 * 0.32.squareRoot()).squareRoot()) < 1e-12)
    #expect(abs(effect.min - 0.4) < 1e-12)
    #expect(abs(effect.max - 0.8) < 1e-12)
    #expect(effect.roundCount == 3 && effect.omittedCount == 0)
    #expect(effect.interval == nil)
  }

  @Test("a pair that has no ratio is left out and counted")
  func omittedPairs() throws {
    let effect = try #require(PairedEffect(pairs: [(0, 1), (1, 0), (2, 3)]))
    #expect(effect.roundCount == 1 && effect.omittedCount == 2)
    #expect(abs(effect.effect - 1.5) < 1e-12)
    #expect(PairedEffect(pairs: [(0, 1)]) == nil)
    #expect(PairedEffect(pairs: []) == nil)
  }

  @Test("the interval of ten rounds runs from the ninth smallest to the ninth largest mean of two")
  func interval() throws {
    // Of 1…10, as logarithms: means from 1 in steps of ½, of which 1, 1, 2, 2, 3 and so on are equal. The ninth is 3.
    let effect = try #require(
      PairedEffect(.difference, pairs: [9, 1, 8, 2, 7, 3, 6, 4, 5, 10].map { (2, 2 + Double($0)) }))
    let interval = try #require(effect.interval)
    #expect(interval == 3...8 && effect.effect == 5.5)
    let ratios = try #require(PairedEffect(pairs: [9, 1, 8, 2, 7, 3, 6, 4, 5, 10].map { (2, 2 * exp2(Double($0))) }))
    let ends = try #require(ratios.interval)
    #expect(abs(ends.lowerBound / 8 - 1) < 1e-12 && abs(ends.upperBound / 256 - 1) < 1e-12)
    #expect(abs(ratios.effect / exp2(5.5) - 1) < 1e-12)
  }

  @Test(
    "the signed-rank test cuts off as many means at each end as published tables do",
    arguments: [
      (0, nil), (1, nil), (5, nil), (6, 1), (7, 3), (8, 4), (9, 6), (10, 9), (11, 11), (12, 14), (15, 26), (20, 53),
      (25, 90), (30, 138), (50, 435),
    ] as [(Int, Int?)])
  func signedRank(roundCount: Int, rank: Int?) {
    #expect(SignedRankInterval.rank(count: roundCount) == rank)
  }

  @Test("Theil–Sen finds the line through exact points, and is not moved by a wild one")
  func theilSen() throws {
    let exact = try #require(TheilSen((1...5).map { (Double($0), 3 + 2 * Double($0)) }))
    #expect(exact.slope == 2 && exact.intercept == 3)
    let wild = try #require(TheilSen([(1, 5), (2, 7), (3, 9), (4, 11), (5, 1_000)]))
    #expect(wild.slope == 2 && wild.intercept == 3)
  }

  @Test("Theil–Sen agrees with slopes and intercept worked out by hand")
  func theilSenByHand() throws {
    // (0,1) (1,0) (2,3) (4,9): pairs −1, 1, 2, 3, 3, 3 -> median 2.5; y − 2.5x: 1, −2.5, −2, −1 -> median −1.5.
    let line = try #require(TheilSen([(0, 1), (1, 0), (2, 3), (4, 9)]))
    #expect(line.slope == 2.5 && line.intercept == -1.5)
  }

  @Test("Theil–Sen needs two different x")
  func theilSenDegenerate() {
    #expect(TheilSen([]) == nil)
    #expect(TheilSen([(1, 1)]) == nil)
    #expect(TheilSen([(1, 1), (1, 2)]) == nil)
    #expect(TheilSen([(1, 1), (1, 3), (2, 4)])?.slope == 2)
  }
}
