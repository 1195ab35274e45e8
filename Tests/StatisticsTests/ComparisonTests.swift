import Statistics
import Testing

@Suite("Holm's correction")
struct HolmTests {
  struct Case: Decodable {
    let p: [Double]
    let adjusted: [Double]
  }

  @Test("agrees with the definition, ties included, in the order given")
  func fixtures() throws {
    for known in try Fixture.cases("holm") as [Case] {
      let adjusted = Holm.adjusted(known.p)
      #expect(adjusted.count == known.p.count)
      #expect(zip(adjusted, known.adjusted).allSatisfy { isClose($0, $1) }, "\(known.p): \(adjusted)")
    }
  }

  @Test("moves with its p values, never makes one smaller and keeps their order")
  func properties() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed: seed)
      let p = (0..<generator.next(below: 30)).map { _ in Double(generator.next(below: 21)) / 20 }
      let adjusted = Holm.adjusted(p)
      let order = RoundSchedule.order(seed: seed, round: 0, count: p.count)
      #expect(Holm.adjusted(order.map { p[$0] }) == order.map { adjusted[$0] }, "seed \(seed)")
      #expect(zip(p, adjusted).allSatisfy { $0 <= $1 && $1 <= 1 }, "seed \(seed)")
      for left in p.indices {
        for right in p.indices where p[left] <= p[right] { #expect(adjusted[left] <= adjusted[right], "seed \(seed)") }
      }
    }
  }

  @Test("gives a weight its share: that much less is asked of its p, and what it does not need goes to the others")
  func weights() {
    // Half of α for the first of four: 2·p, until it is out of the way; the others as if they were alone, then.
    #expect(Holm.adjusted([0.02, 0.01, 0.3, 0.9], weights: [3, 1, 1, 1]) == [0.04, 0.04, 0.6, 0.9])
    let late = Holm.adjusted([0.375, 0.01, 0.3, 0.9], weights: [3, 1, 1, 1])
    #expect(zip(late, [5 * 0.125, 0.06, 5 * 0.125, 0.9]).allSatisfy { isClose($0, $1) }, "\(late)")
    #expect(Holm.adjusted([0.02, 0.01, 0.3], weights: [2, 2, 2]) == Holm.adjusted([0.02, 0.01, 0.3]))
  }

  @Test("keeps the chance of one false word at α, whatever the weights")
  func errorRate() {
    var random = SeededGenerator(seed: 5)
    let weights = [7.0, 1, 1, 1, 1, 1, 1, 1]
    let runCount = 20_000
    let wrong = (0..<runCount).count { _ in
      Holm.adjusted(weights.map { _ in .random(in: 0...1, using: &random) }, weights: weights).contains { $0 <= 0.05 }
    }
    // Independent p values make it 1 − Π(1 − α wᵢ) = 4.9 %; the deviation of so many runs is 0.15 %.
    #expect(abs(Double(wrong) / Double(runCount) - 0.049) < 0.006)
  }

  @Test("refuses what is no probability")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = Holm.adjusted([-0.1]) }
    await #expect(processExitsWith: .failure) { _ = Holm.adjusted([1.1]) }
    await #expect(processExitsWith: .failure) { _ = Holm.adjusted([.nan]) }
    await #expect(processExitsWith: .failure) { _ = Holm.adjusted([0.1], weights: [0]) }
    await #expect(processExitsWith: .failure) { _ = Holm.adjusted([0.1], weights: [1, 1]) }
  }
}

@Suite("Comparisons")
struct ComparisonTests {
  /// Differences of `count` rounds around `centre`, `step` apart.
  static func effect(_ centre: Double, step: Double = 0.001, count: Int) -> PairedEffect {
    let values = (0..<count).map { centre + step * (Double($0) - Double(count - 1) / 2) }
    return PairedEffect(.difference, pairs: values.map { (0, $0) })!
  }

  /// So many that all differ, and differ from each other.
  static func members(_ count: Int, rounds: Int) -> [(effect: PairedEffect?, control: PairedEffect?)] {
    (0..<count).map { (effect(1 + 0.01 * Double($0), count: rounds), effect(0, count: rounds)) }
  }

  static func verdict(_ effect: PairedEffect?, _ control: PairedEffect?) -> Comparison {
    Comparison.family([(effect, control)])[0]
  }

  @Test(
    "the word grows with the rounds",
    arguments: [
      (1, .rangeOnly, .fewRounds), (5, .rangeOnly, .fewRounds), (6, .difference, nil), (20, .difference, nil),
    ] as [(Int, Comparison.Verdict, Comparison.Obstacle?)])
  func rounds(count: Int, verdict: Comparison.Verdict, obstacle: Comparison.Obstacle?) {
    for centre in [1.0, -1] {
      let comparison = Self.verdict(Self.effect(centre, count: count), Self.effect(0, count: 12))
      #expect(comparison.verdict == verdict && comparison.obstacle == obstacle)
    }
  }

  @Test("the interval must exclude no difference, and the effect exceed what A and A′ were found to differ by")
  func noise() throws {
    // k = 1 of 6 rounds: from −0.1125 to 0.5125.
    let control = Self.effect(0.2, step: 0.125, count: 6)
    #expect(isClose(Self.verdict(nil, control).noise, 0.2))
    for count in [8, 12] {
      let less = Self.verdict(Self.effect(0.19, count: count), control)
      #expect(less.verdict == .noDifferenceSeen && less.obstacle == .withinNoise)
      #expect(Self.verdict(Self.effect(-0.21, count: count), control).verdict == .difference)
      let wide = Self.verdict(Self.effect(0.4, step: 0.5, count: count), control)
      #expect(wide.verdict == .noDifferenceSeen && wide.obstacle == .intervalIncludesNoDifference)
    }
  }

  @Test("where A and A′ differ by no chance, the effect must exceed all that they may differ by, on whichever side")
  func disturbedControl() {
    for shift in [5.0, -5] {
      let shifted = Self.effect(shift, step: 0.125, count: 6)
      #expect(Self.verdict(nil, shifted).noise == 5.3125)
      #expect(Self.verdict(Self.effect(5.3, count: 12), shifted).obstacle == .withinNoise)
      #expect(Self.verdict(Self.effect(5.4, count: 12), shifted).verdict == .difference)
    }
  }

  @Test("of what is the same no more differs than chance has, and of what is not far more than goes beyond A′'s reach")
  func power() {
    var same = 0
    var other = 0
    var beyondReach = 0
    let count = 400
    for seed in UInt64(1)...UInt64(count) {
      var generator = SeededGenerator(seed: seed)
      let (a, again, b) = (generator.normals(12), generator.normals(12), generator.normals(12))
      let control = PairedEffect(.difference, pairs: Array(zip(a, again)).map { ($0.0, $0.1) })!
      func effect(_ shift: Double) -> PairedEffect {
        PairedEffect(.difference, pairs: (0..<12).map { ((a[$0] + again[$0]) / 2, b[$0] + shift) })!
      }
      if Self.verdict(effect(0), control).verdict == .difference { same += 1 }
      let seen = Self.verdict(effect(1.5), control)
      if seen.verdict == .difference {
        other += 1
        if abs(seen.effect!.effect) > control.estimate.reach! { beyondReach += 1 }
      }
    }
    let chance = BinomialBound.upper(count: count, probability: Comparison.alpha, confidence: 0.99)
    #expect(same <= chance, "\(same) of \(count)")
    #expect(other >= count * 9 / 10 && beyondReach <= count * 3 / 4, "\(other) and \(beyondReach) of \(count)")
  }

  @Test("without a control of at least 6 rounds nothing is claimed")
  func control() {
    let effect = Self.effect(1, count: 12)
    for control in [nil, Self.effect(0, count: 5)] {
      let comparison = Self.verdict(effect, control)
      #expect(comparison.verdict == .rangeOnly && comparison.obstacle == .noiseNotKnown)
      #expect(comparison.noise == nil)
    }
  }

  @Test("of two runs indicate at most, noise known or not, and still hold against noise and p")
  func twoRuns() {
    func judge(_ effect: PairedEffect, _ control: PairedEffect?) -> Comparison {
      Comparison.family([(effect, control)], isOneRun: false)[0]
    }
    for control in [nil, Self.effect(0, count: 5), Self.effect(0, count: 12)] {
      let seen = judge(Self.effect(1, count: 12), control)
      #expect(seen.verdict == .indicated && seen.obstacle == .noCommonNoise)
      #expect(judge(Self.effect(1, count: 8), control).obstacle == .noCommonNoise)
      #expect(judge(Self.effect(1, count: 5), control).verdict == .rangeOnly)
      #expect(judge(Self.effect(0, count: 12), control).verdict == .noDifferenceSeen)
    }
    #expect(judge(Self.effect(0.3, count: 12), Self.effect(0.4, step: 0.125, count: 6)).obstacle == .withinNoise)
    let many = Self.members(103, rounds: 12).map { (effect: $0.effect, control: nil as PairedEffect?) }
    #expect(Comparison.family(many, isOneRun: false).allSatisfy { $0.obstacle == .fewRoundsForTest })
  }

  @Test("what has no round is n too small, and does not count for the correction")
  func nothing() throws {
    let control = Self.effect(0, count: 12)
    let effect = Self.effect(1, count: 12)
    let family = Comparison.family([(nil, control), (effect, control), (nil, nil)])
    #expect(family.map(\.verdict) == [.tooFew, .difference, .tooFew])
    #expect(family[0].adjustedP == nil && family[0].obstacle == .noRound)
    #expect(family[1].adjustedP == effect.test.p)
    #expect(Comparison.family([]).isEmpty)
  }

  @Test("the family corrects: 12 rounds carry 102 comparisons and not 103, 10 rounds 25 and not 26")
  func family() {
    for (count, most) in [(10, 25), (12, 102)] {
      let full = Comparison.family(Self.members(most, rounds: count))
      #expect(full.allSatisfy { $0.verdict == .difference })
      let over = Comparison.family(Self.members(most + 1, rounds: count))
      #expect(over.allSatisfy { $0.verdict == .indicated && $0.obstacle == .fewRoundsForTest })
      #expect(Comparison.roundCountMin(familyCount: most) == count)
      #expect(Comparison.roundCountMin(familyCount: most + 1) == count + 1)
    }
    #expect(Comparison.roundCountMin(familyCount: 0) == 6)
  }

  @Test("what is the same in other units counts once for the correction")
  func sameInOtherUnits() throws {
    func ratios(_ unit: Double) throws -> PairedEffect {
      let pairs = (2..<14).map { (round: Int) -> (reference: Double, value: Double) in
        let value = Double(round)
        return (unit * value, unit * (value + 1))
      }
      return try #require(PairedEffect(pairs: pairs))
    }
    let same = [0.997, 0.998, 0.999, 1, 1, 1, 1.001, 1.002, 1.003]
    let control = try #require(PairedEffect(pairs: same.map { (1, $0) }))
    let family = Comparison.family([(try ratios(1), control), (try ratios(3e-9), control), (try ratios(7), control)])
    #expect(family.map(\.adjustedP) == Array(repeating: try ratios(1).test.p, count: 3))
    #expect(family.allSatisfy { $0.verdict == .difference })
  }

  @Test("each member gets its own corrected p, in the order given")
  func order() {
    let control = Self.effect(0, count: 12)
    // p of 2^−11, of 1 and of 2^−11: Holm makes 3·2^−11, 1, 3·2^−11.
    let family = Comparison.family([
      (Self.effect(1, count: 12), control), (control, control), (Self.effect(-2, count: 12), control),
    ])
    #expect(family.map(\.adjustedP) == [3 * 0x1p-11, 1, 3 * 0x1p-11])
    #expect(family.map(\.verdict) == [.difference, .noDifferenceSeen, .difference])
  }

  @Test("ratios are judged in logarithms")
  func ratios() throws {
    func effect(_ ratios: [Double]) -> PairedEffect? { PairedEffect(pairs: ratios.map { (1, $0) }) }
    // By no chance below 1: the noise reaches as far as the interval, to 0.8 and so also to 1.25.
    let control = effect([0.8, 0.82, 0.84, 0.86, 0.9, 0.95])
    #expect(isClose(Self.verdict(nil, control).noise, 0.22314355131420976))
    #expect(Self.verdict(effect(Array(repeating: 1.24, count: 12)), control).verdict == .noDifferenceSeen)
    #expect(Self.verdict(effect(Array(repeating: 0.81, count: 12)), control).verdict == .noDifferenceSeen)
    #expect(Self.verdict(effect(Array(repeating: 1.26, count: 12)), control).verdict == .difference)
    #expect(Self.verdict(effect(Array(repeating: 0.79, count: 12)), control).verdict == .difference)
  }

  @Test("more rounds of the same never weaken a word, whatever the family", arguments: [1, 5, 30, 200])
  func monotonous(familyCount: Int) {
    let order: [Comparison.Verdict] = [.rangeOnly, .indicated, .difference]
    var last = 0
    for count in 5...20 {
      let judged = Comparison.family(Self.members(familyCount, rounds: count))
      let place = order.firstIndex(of: judged[0].verdict) ?? -1
      #expect(place >= last, "\(count) rounds of \(familyCount): \(judged[0].verdict)")
      last = place
    }
    #expect(last == 2)
  }

  @Test("what the interval excludes and the corrected p does not is indicated: it may be chance")
  func notSignificant() {
    let weak = [1.0, 2, 3, 4].map { scale in
      PairedEffect(.difference, pairs: [-1, 1, 2, 3, 4, 5, 6, 7].map { (0, scale * $0) })!
    }
    #expect(weak[0].excludesNoDifference && weak[0].test.p <= 0.05)
    let family = Comparison.family(weak.map { ($0, Self.effect(0, step: 0.01, count: 8)) })
    #expect(family.allSatisfy { $0.verdict == .indicated && $0.obstacle == .notSignificant })
  }

  @Test("every verdict and obstacle has words of its own")
  func words() {
    #expect(
      Comparison.Verdict.allCases.map(\.words) == [
        "difference", "indicated", "no difference seen", "range only", "n too small",
      ])
    #expect(Set(Comparison.Obstacle.allCases.map(\.words)).count == Comparison.Obstacle.allCases.count)
  }

  @Test("an effect and a noise of different scales are refused")
  func scales() async {
    await #expect(processExitsWith: .failure) {
      _ = Comparison.family([(PairedEffect(pairs: [(1, 1)]), PairedEffect(.difference, pairs: [(1, 1)]))])
    }
  }
}

@Suite("The session's check")
struct SessionCheckTests {
  static let same = ComparisonTests.effect(0, count: 12)
  static let differs = ComparisonTests.effect(1, count: 12)

  @Test("a run is suspect only when A and A′ differ at the largest depth")
  func largestDepth() {
    let quiet = SessionCheck(controls: [(5, Self.same), (1, Self.differs), (3, Self.differs)])
    #expect(quiet.verdict == .ok && quiet.depth == 5 && quiet.p == 1)
    let loud = SessionCheck(controls: [(5, Self.differs), (1, Self.same), (3, Self.same)])
    #expect(loud.verdict == .suspect && loud.depth == 5 && loud.p == 0x1p-11)
  }

  @Test("8 rounds can be suspect, fewer are not known, however many depths there are", arguments: [1, 5])
  func rounds(depths: Int) {
    func verdict(_ roundCount: Int) -> SessionCheck.Verdict {
      let effect = ComparisonTests.effect(1, count: roundCount)
      return SessionCheck(controls: (1...depths).map { ($0, effect) }).verdict
    }
    #expect(verdict(8) == .suspect && verdict(7) == .notKnown)
  }

  @Test("a run in which A and A′ differ by what one in twenty does is not suspect")
  func chance() {
    let twentieth = PairedEffect(.difference, pairs: [-1, 1, 2, 3, 4, 5, 6, 7].map { (0, $0) })!
    #expect(twentieth.excludesNoDifference)
    #expect(SessionCheck(controls: [(1, twentieth)]).verdict == .ok)
  }

  @Test("the noise is how far A′ may be from A at the largest depth")
  func noise() {
    let control = ComparisonTests.effect(0.25, step: 0.125, count: 6)
    #expect(SessionCheck(controls: [(1, Self.differs), (5, control)]).reach == 0.5625)
  }

  @Test("without A′ it is not known")
  func notKnown() {
    let none = SessionCheck(controls: [])
    #expect(none.verdict == .notKnown && none.depth == nil && none.p == nil && none.reach == nil)
  }
}
