import Statistics
import Testing

@Suite("Wilcoxon's signed-rank test")
struct WilcoxonSignedRankTests {
  struct Case: Decodable {
    let differences: [Double]
    let count: Int
    let zeroCount: Int
    let positiveRankSum: Double
    let p: Double
  }

  @Test("agrees with whole-number counts and scipy: with ties, with zeros, for up to 100 differences")
  func fixtures() throws {
    let known: [Case] = try Fixture.cases("wilcoxon")
    #expect(known.contains { $0.count == 100 } && known.contains { $0.zeroCount > 0 && $0.count > 20 })
    for known in known {
      let test = WilcoxonSignedRank(known.differences)
      #expect(test.count == known.count && test.zeroCount == known.zeroCount, "\(known.differences)")
      #expect(test.positiveRankSum == known.positiveRankSum, "\(known.differences)")
      #expect(isClose(test.p, known.p), "\(test.p) is not \(known.p) of \(known.differences)")
    }
  }

  @Test("agrees with the critical values of published tables: two-sided, 5 %")
  func table() {
    // The largest W for which p ≤ 0.05.
    for (count, critical) in [(6, 0), (8, 3), (10, 8), (12, 13), (15, 25), (20, 52)] {
      // Signs that give exactly this W⁺: the largest ranks that still fit.
      func test(_ sum: Int) -> WilcoxonSignedRank {
        var left = sum
        let signed = stride(from: count, through: 1, by: -1).map { rank -> Double in
          guard rank <= left else { return Double(-rank) }
          left -= rank
          return Double(rank)
        }
        return WilcoxonSignedRank(signed)
      }
      #expect(test(critical).positiveRankSum == Double(critical))
      #expect(test(critical).p <= 0.05 && test(critical + 1).p > 0.05, "n = \(count)")
    }
  }

  @Test("no p is below that of differences of one sign, 2^(1−n)", arguments: [1, 2, 6, 12, 100, 1_000])
  func least(count: Int) {
    var expected = 2.0
    for _ in 0..<count { expected /= 2 }
    // All ties: the distribution is the binomial, and the ranks are as small as they can be for so many.
    #expect(isClose(WilcoxonSignedRank(Array(repeating: 0.5, count: count)).p, expected))
    guard count <= 100 else { return }
    #expect(isClose(WilcoxonSignedRank((1...count).map(Double.init)).p, expected))
  }

  @Test("does not depend on unit, sign or order")
  func properties() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed: seed)
      // Steps of a quarter give ties and zeros.
      let differences = (0..<generator.next(below: 30)).map { _ in Double(generator.next(below: 17) - 7) / 4 }
      let test = WilcoxonSignedRank(differences)
      #expect(test.p > 0 && test.p <= 1, "seed \(seed)")
      #expect(WilcoxonSignedRank(differences.map { $0 * 1_024 }) == test, "seed \(seed)")
      let negated = WilcoxonSignedRank(differences.map { -$0 })
      #expect(negated.p == test.p && negated.count == test.count, "seed \(seed)")
      #expect(
        negated.positiveRankSum + test.positiveRankSum == Double(test.count * (test.count + 1)) / 2, "seed \(seed)")
      let order = RoundSchedule.order(seed: seed, round: 0, count: differences.count)
      #expect(WilcoxonSignedRank(order.map { differences[$0] }) == test, "seed \(seed)")
      #expect(WilcoxonSignedRank(differences + [0, 0]).p == test.p, "seed \(seed)")
    }
  }

  @Test("refuses what is not finite, and more differences than it can count")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = WilcoxonSignedRank([1, .nan]) }
    await #expect(processExitsWith: .failure) { _ = WilcoxonSignedRank([1, .infinity]) }
    await #expect(processExitsWith: .failure) {
      _ = WilcoxonSignedRank(Array(repeating: 1, count: WilcoxonSignedRank.countMax + 1))
    }
  }
}
