import Glibc
import Statistics
import Testing

@Suite("Upper bounds of percentiles")
struct QuantileBoundTests {
  struct Case: Decodable {
    let percentile: Double
    let count: UInt64
    /// 0 where there is none.
    let rank: UInt64
  }

  @Test("have the ranks that scipy gives, and none where not even the largest value bounds the percentile")
  func fixtures() throws {
    let cases = try Fixture.cases("quantile-bound") as [Case]
    #expect(cases.count > 60)
    for known in cases {
      let rank = QuantileBound.upperRank(count: known.count, percentile: known.percentile)
      #expect(rank ?? 0 == known.rank, "\(known)")
    }
  }

  @Test("exist from the smallest number on that theory says", arguments: [(50, 5), (90, 29), (99, 299), (99.9, 2_995)])
  func smallest(percentile: Double, count: UInt64) {
    #expect(QuantileBound.upperRank(count: count, percentile: percentile) == count)
    #expect(QuantileBound.upperRank(count: count - 1, percentile: percentile) == nil)
    #expect(QuantileBound.countMin(percentile) == count)
    #expect(QuantileBound.upperRank(count: 0, percentile: percentile) == nil)
  }

  @Test("lie at or above the percentile in at least 95 % of samples, whatever they are drawn from")
  func coverage() {
    var random = SeededGenerator(seed: 11)
    for power in [1.0, 8] {
      var covered = 0
      for _ in 0..<2_000 {
        var values = (0..<400).map { _ in pow(random.nextUnit(), power) }
        values.sort()
        let rank = QuantileBound.upperRank(count: 400, percentile: 99) ?? 0
        if values[Int(rank) - 1] >= pow(0.99, power) { covered += 1 }
      }
      // At least 95 % by construction; 2 000 samples scatter by half a percent.
      #expect(covered >= 1_860, "\(covered) of 2000")
    }
  }

  @Test("A histogram gives the value of every rank, never below the exact one")
  func ranks() throws {
    var random = SeededGenerator(seed: 12)
    var histogram = LatencyHistogram()
    var values: [Int64] = []
    for _ in 0..<500 {
      let value = Int64(random.nextUnit() * 5_000_000)
      values.append(value)
      histogram.record(nanoseconds: value)
    }
    values.sort()
    for (index, value) in values.enumerated() {
      let found = try #require(histogram.value(rank: UInt64(index + 1)))
      #expect(found >= value && Double(found - value) <= 1e-3 * Double(value) + 1, "rank \(index + 1)")
    }
    #expect(histogram.value(rank: 500) == histogram.max)
    #expect(histogram.value(rank: 0) == nil && histogram.value(rank: 501) == nil)
    #expect(LatencyHistogram().value(rank: 1) == nil)
  }
}
