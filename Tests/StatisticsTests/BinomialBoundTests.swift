import Statistics
import Testing

@Suite("Binomial bounds")
struct BinomialBoundTests {
  struct Case: Decodable {
    let count: Int
    let probability: Double
    let confidence: Double
    let bound: Int
  }

  @Test("of 200 comparisons at 5 %, 18 may differ by chance")
  func calibrate() {
    #expect(BinomialBound.upper(count: 200, probability: 0.05) == 18)
  }

  @Test("agree with scipy, also where no difference at all has a probability below the smallest number")
  func fixtures() throws {
    for known in try Fixture.cases("binomial") as [Case] {
      let bound = BinomialBound.upper(
        count: known.count, probability: known.probability, confidence: known.confidence)
      #expect(bound == known.bound, "\(known)")
    }
  }

  @Test("are 0 or all where there is no chance in it")
  func edges() {
    #expect(BinomialBound.upper(count: 0, probability: 0.05) == 0)
    #expect(BinomialBound.upper(count: 9, probability: 0) == 0)
    #expect(BinomialBound.upper(count: 9, probability: 1) == 9)
    #expect(BinomialBound.upper(count: 9, probability: 0.5, confidence: 0) == 0)
    #expect(BinomialBound.upper(count: 9, probability: 0.5, confidence: 1) == 9)
  }
}
