import Statistics
import Testing

@Suite("Percentiles")
struct PercentileFigureTests {
  static func histogram(_ count: UInt64, nanoseconds: Int64 = 500) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: nanoseconds, count: count)
    return histogram
  }

  @Test(
    "need ten values beyond them",
    arguments: [
      (0, 10), (50, 20), (90, 100), (95, 200), (99, 1_000), (99.5, 2_000), (99.9, 10_000), (99.99, 100_000),
      (99.999, 1_000_000),
    ] as [(Double, UInt64)])
  func countMin(percentile: Double, count: UInt64) {
    #expect(PercentileFigure.countMin(percentile) == count)
    let enough = PercentileFigure(percentile, of: Self.histogram(count))
    #expect(enough == .nanoseconds(500) && enough.nanoseconds == 500)
    let few = PercentileFigure(percentile, of: Self.histogram(count - 1))
    #expect(few == .tooFew(count: count - 1, needed: count) && few.nanoseconds == nil)
  }

  @Test("are of the values, and of an empty histogram nothing")
  func values() {
    var histogram = Self.histogram(990, nanoseconds: 100)
    histogram.record(nanoseconds: 900, count: 10)
    #expect(PercentileFigure(99, of: histogram) == .nanoseconds(100))
    histogram.record(nanoseconds: 900)
    #expect(PercentileFigure(99, of: histogram) == .nanoseconds(900))
    #expect(PercentileFigure(50, of: LatencyHistogram()) == .tooFew(count: 0, needed: 20))
  }

  @Test("are compared only in rounds in which both sides have enough")
  func pairs() throws {
    let rounds = [
      (Self.histogram(1_000, nanoseconds: 100), Self.histogram(1_000, nanoseconds: 200)),
      (Self.histogram(999), Self.histogram(2_000)),
      (Self.histogram(2_000), Self.histogram(999)),
      (Self.histogram(5_000, nanoseconds: 300), Self.histogram(1_000, nanoseconds: 900)),
    ]
    let pairs = PercentileFigure.pairs(99, rounds: rounds.map { (reference: $0.0, value: $0.1) })
    #expect(pairs.map(\.reference) == [100, 300] && pairs.map(\.value) == [200, 900])
    let none = PercentileFigure.pairs(99.9, rounds: rounds.map { (reference: $0.0, value: $0.1) })
    let comparison = Comparison.family([(PairedEffect(pairs: none), nil)])[0]
    #expect(none.isEmpty && comparison.verdict == .tooFew)
  }
}
