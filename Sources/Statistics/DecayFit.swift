// How a metric grows with depth: a robust line through the rounds, with intervals. It fits a line and nothing else.

/// The slope is the median over rounds of each round's Theil–Sen slope, so that drift from round to round cancels; the
/// intercept is the median of `value − slope·depth` over all points of all rounds. Of a single round this is `TheilSen`.
/// The intervals are of the percentile bootstrap over rounds, see `Bootstrap`.
package struct DecayFit: Equatable, Sendable {
  package let line: TheilSen
  /// Rounds used: those with at least two different depths.
  package let roundCount: Int
  /// One line per resample; none below 6 rounds, where no interval is given.
  package let resampledLines: [TheilSen]
  package let slopeInterval: ClosedRange<Double>?
  package let interceptInterval: ClosedRange<Double>?

  /// nil when no round has two different depths.
  ///
  /// - Parameter rounds: the points of each round.
  /// - Precondition: depths and values are finite; `resampleCount` ≥ 1.
  package init?(
    rounds: [[(depth: Double, value: Double)]], seed: UInt64, resampleCount: Int = Bootstrap.resampleCount
  ) {
    var used: [Round] = []
    for points in rounds {
      guard let line = TheilSen(points.map { (x: $0.depth, y: $0.value) }) else { continue }
      used.append(Round(slope: line.slope, points: points))
    }
    guard !used.isEmpty else { return nil }
    var fitter = Fitter(rounds: used)
    line = fitter.line(used.indices)
    roundCount = used.count
    var lines: [TheilSen] = []
    if used.count >= SignTest.roundCountMin {
      lines.reserveCapacity(resampleCount)
      Bootstrap.forEachResample(roundCount: used.count, seed: seed, count: resampleCount) { indices in
        lines.append(fitter.line(indices))
      }
    }
    resampledLines = lines
    slopeInterval = Bootstrap.interval(lines.map(\.slope))
    interceptInterval = Bootstrap.interval(lines.map(\.intercept))
  }

  /// Of the line's value at a depth: the band around a decay curve. nil below 6 rounds.
  package func interval(at depth: Double) -> ClosedRange<Double>? {
    Bootstrap.interval(resampledLines.map { $0.value(at: depth) })
  }

  private struct Round {
    let slope: Double
    let points: [(depth: Double, value: Double)]
  }

  /// Keeps its memory from one resample to the next.
  private struct Fitter {
    let rounds: [Round]
    private var slopes: [Double] = []
    private var offsets: [Double] = []

    init(rounds: [Round]) {
      self.rounds = rounds
    }

    /// - Precondition: at least one index.
    mutating func line(_ indices: some Sequence<Int>) -> TheilSen {
      slopes.removeAll(keepingCapacity: true)
      offsets.removeAll(keepingCapacity: true)
      for index in indices { slopes.append(rounds[index].slope) }
      let slope = Spread.median(reordering: &slopes)
      for index in indices {
        for point in rounds[index].points { offsets.append(point.value - slope * point.depth) }
      }
      return TheilSen(slope: slope, intercept: Spread.median(reordering: &offsets))
    }
  }
}
