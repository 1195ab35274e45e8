import Foundation
import Statistics
import Testing

@Suite("Paired effects")
struct PairedEffectTests {
  struct SignTestCase: Decodable {
    let roundCount: Int
    let rank: Int
  }

  struct PairedCase: Decodable {
    let scale: PairedEffect.Scale
    let reference: [Double]
    let value: [Double]
    let median: Double
    let effect: Double
    let min: Double
    let max: Double
    let interval: [Double]?
    let reach: Double?
  }

  typealias Pair = (reference: Double, value: Double)

  static func pairs(_ generator: inout SeededGenerator, count: Int) -> [Pair] {
    zip(generator.normals(count), generator.normals(count)).map { (exp($0), exp(0.2 + $1)) }
  }

  @Test("the sign test cuts off as many rounds as scipy's binomial says")
  func signTest() throws {
    for known in try Fixture.cases("sign-test") as [SignTestCase] {
      #expect(SignTest.intervalRank(roundCount: known.roundCount) ?? 0 == known.rank, "R = \(known.roundCount)")
    }
  }

  @Test("Hodges–Lehmann estimates, ranges and intervals of ratios and differences agree with numpy")
  func fixtures() throws {
    for known in try Fixture.cases("paired") as [PairedCase] {
      let pairs = zip(known.reference, known.value).map { (reference: $0, value: $1) }
      let effect = try #require(PairedEffect(known.scale, pairs: pairs))
      let label: Comment = "\(known.scale) of \(pairs.count)"
      #expect(effect.roundCount == pairs.count && effect.omittedCount == 0, label)
      #expect(isClose(effect.estimate.spread.median, known.median), label)
      #expect(isClose(effect.effect, known.effect), label)
      #expect(isClose(effect.min, known.min) && isClose(effect.max, known.max), label)
      #expect(isClose(effect.interval, known.interval), label)
      #expect(isClose(effect.estimate.reach, known.reach), label)
    }
  }

  @Test("units do not matter to a ratio, and a common offset does not matter to a difference")
  func invariance() throws {
    for seed in UInt64(1)...100 {
      var generator = SeededGenerator(seed: seed)
      let pairs = Self.pairs(&generator, count: 1 + generator.next(below: 25))
      // A power of two scales without rounding.
      let scaled = pairs.map { (reference: $0.reference * 1_024, value: $0.value * 1_024) }
      #expect(PairedEffect(pairs: scaled) == PairedEffect(pairs: pairs), "seed \(seed)")
      // Whole numbers move without rounding.
      let whole = pairs.map { (reference: ($0.reference * 1_000).rounded(), value: ($0.value * 1_000).rounded()) }
      let moved = whole.map { (reference: $0.reference + 4_096, value: $0.value + 4_096) }
      #expect(PairedEffect(.difference, pairs: moved) == PairedEffect(.difference, pairs: whole), "seed \(seed)")
    }
  }

  @Test("exchanging arm and reference inverts a ratio and negates a difference, and p stays")
  func symmetry() throws {
    for seed in UInt64(1)...100 {
      var generator = SeededGenerator(seed: seed)
      let pairs = Self.pairs(&generator, count: 1 + generator.next(below: 25))
      let exchanged = pairs.map { (reference: $0.value, value: $0.reference) }
      let ratio = try #require(PairedEffect(pairs: pairs))
      let inverse = try #require(PairedEffect(pairs: exchanged))
      #expect(isClose(inverse.effect, 1 / ratio.effect), "seed \(seed)")
      #expect(isClose(inverse.interval?.lowerBound, ratio.interval.map { 1 / $0.upperBound }), "seed \(seed)")
      #expect(isClose(inverse.interval?.upperBound, ratio.interval.map { 1 / $0.lowerBound }), "seed \(seed)")
      #expect(inverse.excludesNoDifference == ratio.excludesNoDifference, "seed \(seed)")
      #expect(isClose(inverse.test.p, ratio.test.p), "seed \(seed)")
      let difference = try #require(PairedEffect(.difference, pairs: pairs))
      let negative = try #require(PairedEffect(.difference, pairs: exchanged))
      #expect(negative.effect == -difference.effect && negative.min == -difference.max, "seed \(seed)")
      #expect(negative.interval?.lowerBound == difference.interval.map { -$0.upperBound }, "seed \(seed)")
      #expect(negative.test.p == difference.test.p, "seed \(seed)")
    }
  }

  @Test("the order of the rounds does not matter")
  func permutation() throws {
    for seed in UInt64(1)...100 {
      var generator = SeededGenerator(seed: seed)
      let pairs = Self.pairs(&generator, count: 1 + generator.next(below: 25))
      let order = RoundSchedule.order(seed: seed, round: 0, count: pairs.count)
      let effect = try #require(PairedEffect(pairs: pairs))
      let shuffled = try #require(PairedEffect(pairs: order.map { pairs[$0] }))
      #expect(shuffled.estimate == effect.estimate && shuffled.test == effect.test, "seed \(seed)")
    }
  }

  @Test("of a single round there is the value alone; of rounds without any difference the interval is a point")
  func edges() throws {
    let single = try #require(PairedEffect(.difference, pairs: [(3, 5)]))
    #expect(single.effect == 2 && single.min == 2 && single.max == 2)
    #expect(single.interval == nil && single.estimate.reach == nil && !single.excludesNoDifference)
    for scale in [PairedEffect.Scale.ratio, .difference] {
      let same = try #require(PairedEffect(scale, pairs: Array(repeating: (7, 7), count: 12)))
      let none = scale == .ratio ? 1.0 : 0
      #expect(same.effect == none && same.interval == none...none && same.estimate.reach == 0)
      #expect(!same.excludesNoDifference && same.test.p == 1 && same.test.zeroCount == 12)
    }
  }

  @Test("an interval that ends at no difference includes it")
  func touching() throws {
    let touching = try #require(PairedEffect(.difference, pairs: [0, 1, 1, 1, 1, 1].map { (0, $0) }))
    #expect(touching.interval == 0...1 && !touching.excludesNoDifference)
  }

  @Test("values that are not finite are left out and counted; differences need not be above 0")
  func omitted() throws {
    let pairs: [Pair] = [(.nan, 1), (1, .nan), (.infinity, 1), (1, .infinity), (-1, 1), (1, 3)]
    let ratio = try #require(PairedEffect(pairs: pairs))
    #expect(ratio.roundCount == 1 && ratio.omittedCount == 5 && isClose(ratio.effect, 3))
    let difference = try #require(PairedEffect(.difference, pairs: pairs))
    #expect(difference.roundCount == 2 && difference.omittedCount == 4 && difference.effect == 2)
    #expect(PairedEffect(.difference, pairs: [(.nan, 1)]) == nil)
    #expect(PairedEffect(.difference, pairs: []) == nil)
  }

  @Test("the interval excludes no difference exactly when the signed-rank test says so")
  func agreement() throws {
    for seed in UInt64(1)...300 {
      var generator = SeededGenerator(seed: seed)
      let shift = Double(generator.next(below: 3)) / 2
      let values = generator.normals(6 + generator.next(below: 90)).map { (reference: 0.0, value: $0 + shift) }
      let effect = try #require(PairedEffect(.difference, pairs: values))
      // Where the normal distribution stands in, the two may part by a hair.
      guard abs(effect.test.p - 0.05) > 0.001 || effect.roundCount <= 200 else { continue }
      #expect(effect.excludesNoDifference == (effect.test.p <= 0.05), "seed \(seed)")
    }
  }

  @Test("of what is the same, the interval excludes no difference no more often than it says")
  func calibration() throws {
    // 12 rounds: 2·P(W < 14) = 4.2 %; the bound is that of 5 %.
    let comparisonCount = 1_000
    var generator = SeededGenerator(seed: 77)
    var falseCount = 0
    var smallPCount = 0
    for _ in 0..<comparisonCount {
      let pairs = generator.normals(12).map { (reference: 0.0, value: $0) }
      let effect = try #require(PairedEffect(.difference, pairs: pairs))
      if effect.excludesNoDifference { falseCount += 1 }
      if effect.test.p <= 0.05 { smallPCount += 1 }
    }
    let bound = BinomialBound.upper(count: comparisonCount, probability: 0.05)
    #expect((15...bound).contains(falseCount) && (25...bound).contains(smallPCount), "seed 77")
  }
}
