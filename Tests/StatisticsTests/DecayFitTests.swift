import Statistics
import Testing

@Suite("Decay fits")
struct DecayFitTests {
  struct LineCase: Decodable {
    let x: [Double]
    let y: [Double]
    let slope: Double
    let intercept: Double
  }

  struct QuantileCase: Decodable {
    let sorted: [Double]
    let share: Double
    let quantile: Double
  }

  struct DecayCase: Decodable {
    let seed: UInt64
    let depths: [Double]
    let rounds: [[Double]]
    let slope: Double
    let intercept: Double
    let halfDepth: Double?
    let slopeInterval: [Double]?
    let interceptInterval: [Double]?
    let deepestInterval: [Double]?
    let halfDepthInterval: [Double]?
    let slopeAllowed: [Double]?
    let interceptAllowed: [Double]?

    var points: [[(depth: Double, value: Double)]] {
      rounds.map { values in zip(depths, values).map { (depth: $0, value: $1) } }
    }
  }

  @Test("Theil–Sen agrees with scipy")
  func theilSen() throws {
    for known in try Fixture.cases("theil-sen") as [LineCase] {
      let line = try #require(TheilSen(zip(known.x, known.y).map { (x: $0, y: $1) }))
      #expect(isClose(line.slope, known.slope) && isClose(line.intercept, known.intercept), "\(known.x) \(known.y)")
    }
  }

  @Test("quantiles agree with numpy")
  func quantiles() throws {
    for known in try Fixture.cases("quantiles") as [QuantileCase] {
      #expect(isClose(Bootstrap.quantile(known.share, sorted: known.sorted), known.quantile), "\(known)")
    }
    #expect(Bootstrap.quantile(0.5, sorted: []) == nil && Bootstrap.interval([]) == nil)
  }

  @Test("a quantile next to an infinite value is a number")
  func infinite() {
    #expect(Bootstrap.quantile(0.5, sorted: [1, .infinity, .infinity]) == .infinity)
    #expect(Bootstrap.quantile(0.5, sorted: [1, 2, .infinity]) == 2)
    #expect(Bootstrap.quantile(0.75, sorted: [.infinity, .infinity]) == .infinity)
    #expect(Bootstrap.quantile(0.5, sorted: [1, .infinity]) == .infinity)
  }

  @Test("lines agree with scipy and numpy, and intervals with the same resamples drawn by another program")
  func fixtures() throws {
    for known in try Fixture.cases("decay") as [DecayCase] {
      let fit = try #require(DecayFit(rounds: known.points, seed: known.seed))
      let label: Comment = "seed \(known.seed)"
      #expect(fit.roundCount == known.rounds.count, label)
      #expect(isClose(fit.line.slope, known.slope) && isClose(fit.line.intercept, known.intercept), label)
      #expect(isClose(fit.slopeInterval, known.slopeInterval), label)
      #expect(isClose(fit.interceptInterval, known.interceptInterval), label)
      #expect(isClose(fit.interval(at: known.depths.last!), known.deepestInterval), label)
      #expect(isClose(HalfDepth.depth(of: fit.line), known.halfDepth), label)
      let half = HalfDepth(fit, depthMax: 1_000)
      #expect(isClose(half?.depth, known.halfDepth), label)
      #expect(isClose(half?.lower, known.halfDepthInterval?.first), label)
      #expect(isClose(half?.upper, known.halfDepthInterval?.last), label)
    }
  }

  @Test("the ends of intervals of other seeds lie where 200 000 resamples by numpy let them, within 4.5 deviations")
  func seeds() throws {
    for known in try Fixture.cases("decay") as [DecayCase] {
      guard let slopes = known.slopeAllowed, let intercepts = known.interceptAllowed else { continue }
      for seed in UInt64(1)...3 {
        let fit = try #require(DecayFit(rounds: known.points, seed: seed))
        for (interval, allowed) in [(fit.slopeInterval, slopes), (fit.interceptInterval, intercepts)] {
          let interval = try #require(interval)
          // Sums of the same values in another order may differ in their last digits.
          let slack = 1e-9 * abs(allowed[3])
          #expect((allowed[0] - slack...allowed[1] + slack).contains(interval.lowerBound), "seed \(seed)")
          #expect((allowed[2] - slack...allowed[3] + slack).contains(interval.upperBound), "seed \(seed)")
        }
      }
    }
  }

  static func rounds(_ generator: inout SeededGenerator, count: Int) -> [[(depth: Double, value: Double)]] {
    (0..<count).map { _ in
      let drift = generator.nextNormal()
      return (1...4).map { (Double($0), 10 + 2 * Double($0) + drift + 0.3 * generator.nextNormal()) }
    }
  }

  @Test("scales with the unit, and moves with an offset; the seed alone decides the resamples")
  func invariance() throws {
    for seed in UInt64(1)...10 {
      var generator = SeededGenerator(seed: seed)
      let rounds = Self.rounds(&generator, count: 6 + generator.next(below: 10))
      func fit(_ change: (Double) -> Double) throws -> DecayFit {
        let changed = rounds.map { $0.map { (depth: $0.depth, value: change($0.value)) } }
        return try #require(DecayFit(rounds: changed, seed: seed, resampleCount: 200))
      }
      let plain = try fit { $0 }
      let again = try fit { $0 }
      #expect(plain == again, "seed \(seed)")
      #expect(plain.resampledLines.count == 200, "seed \(seed)")
      let scaled = try fit { $0 * 1_024 }
      #expect(scaled.line.slope == plain.line.slope * 1_024, "seed \(seed)")
      #expect(scaled.slopeInterval?.upperBound == plain.slopeInterval.map { $0.upperBound * 1_024 }, "seed \(seed)")
      #expect(isClose(HalfDepth.depth(of: scaled.line), HalfDepth.depth(of: plain.line)), "seed \(seed)")
      let moved = try fit { $0 + 100 }
      #expect(isClose(moved.line.slope, plain.line.slope), "seed \(seed)")
      #expect(isClose(moved.line.intercept, plain.line.intercept + 100), "seed \(seed)")
      let negative = try fit { -$0 }
      #expect(negative.line.slope == -plain.line.slope, "seed \(seed)")
      #expect(isClose(negative.slopeInterval?.lowerBound, plain.slopeInterval.map { -$0.upperBound }), "seed \(seed)")
      let other = try #require(DecayFit(rounds: rounds, seed: seed + 1_000, resampleCount: 200))
      #expect(other.line == plain.line && other.resampledLines != plain.resampledLines, "seed \(seed)")
    }
  }

  @Test("the order of the rounds does not matter to the line, nor a drift between them to its slope")
  func drift() throws {
    for seed in UInt64(1)...20 {
      var generator = SeededGenerator(seed: seed)
      let rounds = Self.rounds(&generator, count: 1 + generator.next(below: 12))
      let plain = try #require(DecayFit(rounds: rounds, seed: 1, resampleCount: 1))
      let order = RoundSchedule.order(seed: seed, round: 0, count: rounds.count)
      #expect(DecayFit(rounds: order.map { rounds[$0] }, seed: 1, resampleCount: 1)?.line == plain.line, "seed \(seed)")
      let drifted = rounds.enumerated().map { index, points in
        points.map { (depth: $0.depth, value: $0.value + 1_000 * Double(index)) }
      }
      let slope = DecayFit(rounds: drifted, seed: 1, resampleCount: 1)?.line.slope
      #expect(abs(try #require(slope) - plain.line.slope) < 1e-9, "seed \(seed)")
    }
  }

  @Test("of one round it is Theil–Sen; below 6 there are no intervals; rounds without two depths are not used")
  func few() throws {
    let points = [(1.0, 3.0), (2, 5), (4, 10)]
    let round = points.map { (depth: $0.0, value: $0.1) }
    let single = try #require(DecayFit(rounds: [round], seed: 1))
    #expect(single.line == TheilSen(points.map { (x: $0.0, y: $0.1) }))
    #expect(single.slopeInterval == nil && single.interceptInterval == nil && single.interval(at: 2) == nil)
    let mixed = try #require(DecayFit(rounds: [round, [], [(3, 7)], round, round, round, round], seed: 1))
    #expect(mixed.roundCount == 5 && mixed.line == single.line && mixed.slopeInterval == nil)
    let enough = try #require(DecayFit(rounds: Array(repeating: round, count: 6), seed: 1))
    #expect(enough.slopeInterval == enough.line.slope...enough.line.slope)
    #expect(DecayFit(rounds: [], seed: 1) == nil)
    #expect(DecayFit(rounds: [[], [(1, 1)], [(2, 1), (2, 3)]], seed: 1) == nil)
  }

  @Test("refuses values that are not finite")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = DecayFit(rounds: [[(1, 1), (2, .nan)]], seed: 1) }
    await #expect(processExitsWith: .failure) { _ = DecayFit(rounds: [[(1, .infinity), (2, 1)]], seed: 1) }
  }

  @Test("half-depth is where the cost has doubled, and nowhere when it does not grow")
  func halfDepth() throws {
    #expect(HalfDepth.depth(of: TheilSen(slope: 1, intercept: 0)) == 2)
    #expect(HalfDepth.depth(of: TheilSen(slope: 2, intercept: 6)) == 5)
    #expect(HalfDepth.depth(of: TheilSen(slope: 2, intercept: -1)) == 1.5)
    #expect(HalfDepth.depth(of: TheilSen(slope: 0, intercept: 6)) == nil)
    #expect(HalfDepth.depth(of: TheilSen(slope: -1, intercept: 6)) == nil)
    #expect(HalfDepth.depth(of: TheilSen(slope: 1, intercept: -1)) == nil)
  }

  @Test("half-depth is not given beyond the depth it is asked for, nor are its ends")
  func halfDepthMax() throws {
    func rounds(_ slopes: [Double]) -> [[(depth: Double, value: Double)]] {
      slopes.map { slope in [1, 2].map { (depth: $0, value: 10 + slope * $0) } }
    }
    let exact = try #require(DecayFit(rounds: rounds(Array(repeating: 1, count: 6)), seed: 1))
    #expect(HalfDepth(exact, depthMax: 11.9) == nil)
    let half = try #require(HalfDepth(exact, depthMax: 12))
    #expect(half.depth == 12 && half.lower == 12 && half.upper == 12)
    let flat = try #require(DecayFit(rounds: rounds([-1, 1, 1, 1, 1, 2]), seed: 1))
    let open = try #require(HalfDepth(flat, depthMax: 12))
    #expect(open.depth == 12 && open.lower! < 12 && open.upper == nil)
    let few = try #require(DecayFit(rounds: rounds([1, 1, 1, 1, 1]), seed: 1))
    #expect(HalfDepth(few, depthMax: 12)?.depth == 12 && HalfDepth(few, depthMax: 12)?.lower == nil)
  }
}
