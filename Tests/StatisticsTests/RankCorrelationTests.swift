import Statistics
import Testing

@Suite("Ranks")
struct RankCorrelationTests {
  struct Case: Decodable {
    let x: [Double]
    let y: [Double]
    let correlation: Double
  }

  @Test("equal values share the mean of their ranks")
  func midranks() {
    #expect(Midranks.doubled([]).isEmpty)
    #expect(Midranks.doubled([7]) == [2])
    #expect(Midranks.doubled([30, 10, 20]) == [6, 2, 4])
    #expect(Midranks.doubled([5, 1, 5, 0]) == [7, 4, 7, 2])
    #expect(Midranks.doubled([2, 2, 2]) == [4, 4, 4])
    #expect(Midranks.doubled([0, -0.0, .infinity, -.infinity]) == [5, 5, 8, 2])
  }

  @Test("Spearman's correlation agrees with scipy")
  func fixtures() throws {
    for known in try Fixture.cases("spearman") as [Case] {
      let correlation = RankCorrelation.spearman(zip(known.x, known.y).map { (x: $0, y: $1) })
      // scipy's own sums leave some 1e-16 where the truth is 0.
      let isSame = isClose(correlation, known.correlation) || (correlation == 0 && abs(known.correlation) < 1e-14)
      #expect(isSame, "\(known.x) \(known.y)")
    }
  }

  @Test("depends on the order alone, is symmetric and changes its sign with one side")
  func properties() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed: seed)
      let points = (0..<generator.next(below: 20)).map { _ in
        (x: Double(generator.next(below: 9)), y: Double(generator.next(below: 9)))
      }
      let correlation = RankCorrelation.spearman(points)
      #expect(correlation.map { (-1...1).contains($0) } ?? true, "seed \(seed)")
      #expect(RankCorrelation.spearman(points.map { (x: $0.y, y: $0.x) }) == correlation, "seed \(seed)")
      let bent = points.map { (x: $0.x * $0.x * $0.x, y: $0.y + 3) }
      #expect(RankCorrelation.spearman(bent) == correlation, "seed \(seed)")
      let negated = RankCorrelation.spearman(points.map { (x: -$0.x, y: $0.y) })
      #expect(negated == correlation.map { -$0 }, "seed \(seed)")
      let order = RoundSchedule.order(seed: seed, round: 0, count: points.count)
      #expect(RankCorrelation.spearman(order.map { points[$0] }) == correlation, "seed \(seed)")
    }
  }

  @Test("is 1 or −1 for what runs together or against, and nothing where one side never changes")
  func edges() {
    #expect(RankCorrelation.spearman((1...9).map { (x: Double($0), y: Double($0 * $0)) }) == 1)
    #expect(RankCorrelation.spearman((1...9).map { (x: Double($0), y: -Double($0)) }) == -1)
    #expect(RankCorrelation.spearman([]) == nil)
    #expect(RankCorrelation.spearman([(1, 1)]) == nil)
    #expect(RankCorrelation.spearman([(1, 1), (2, 1)]) == nil)
    #expect(RankCorrelation.spearman([(1, 1), (1, 2)]) == nil)
  }

  @Test("refuses what is no number")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = RankCorrelation.spearman([(1, 1), (.nan, 2)]) }
  }
}
