// Maps values to places along an axis, and finds round values to mark there. It draws nothing.

internal import Glibc

package struct Scale {
  package enum Kind: Equatable {
    case linear
    /// To the base 10; every value must be above 0.
    case logarithmic
    /// Linear up to `unit` on both sides of 0, logarithmic beyond: asinh(value / unit).
    case symmetric(unit: Double)
  }

  package let kind: Kind
  /// Where the axis begins and ends.
  package let lower: Double
  package let upper: Double
  /// Coordinates of `lower` and `upper`.
  package let start: Double
  package let end: Double
  /// Ascending, all within `lower…upper`.
  package let ticks: [Double]

  /// Ends where the values do, with ticks of the caller's.
  package init(kind: Kind, lower: Double, upper: Double, start: Double, end: Double, ticks: [Double]) {
    self.kind = kind
    self.lower = lower
    self.upper = upper
    self.start = start
    self.end = end
    self.ticks = ticks
  }

  /// Holds all values and ends on ticks.
  ///
  /// - Parameter includesZero: only of a linear scale.
  package init(fitting values: [Double], kind: Kind, includesZero: Bool = true, start: Double, end: Double) {
    var usable = values.filter(\.isFinite)
    if case .logarithmic = kind { usable.removeAll { $0 <= 0 } }
    let least = usable.min() ?? 1
    let largest = usable.max() ?? 1
    let ticks =
      switch kind {
      case .linear: Self.linearTicks(includesZero ? min(0, least) : least, includesZero ? max(0, largest) : largest)
      case .logarithmic: Self.logarithmicTicks(least, largest)
      case .symmetric(let unit): Self.symmetricTicks(min(0, least), max(0, largest), unit: unit)
      }
    self.init(
      kind: kind, lower: ticks.first ?? 0, upper: ticks.last ?? 1, start: start, end: end, ticks: ticks)
  }

  /// A logarithmic axis where the values span more than a factor of 12 and all are above 0.
  package static func kind(for values: [Double]) -> Kind {
    guard let least = values.min(), let largest = values.max(), least > 0 else { return .linear }
    return largest / least > 12 ? .logarithmic : .linear
  }

  /// As far on both sides of 0 as a range goes on the one where it goes further.
  package static func reach(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let reach = max(abs(range.lowerBound), abs(range.upperBound))
    return -reach...reach
  }

  /// Of an axis with 0 on it, symmetric where a linear one would show the least of them as nothing.
  ///
  /// - Parameter noise: what is smaller means nothing.
  package static func kind(ofDifferences ranges: [ClosedRange<Double>], noise: Double?) -> Kind {
    let reaches = ranges.map { reach($0).upperBound }.filter { $0 > 0 }
    guard let largest = reaches.max(), let unit = noise.flatMap({ $0 > 0 ? $0 : nil }) ?? reaches.min() else {
      return .linear
    }
    return largest > 20 * unit ? .symmetric(unit: unit) : .linear
  }

  /// What lies outside is put at the nearer end; the middle when the axis has no length.
  package func position(_ value: Double) -> Double {
    let share: Double
    switch kind {
    case .linear: share = (value - lower) / (upper - lower)
    case .symmetric(let unit):
      share = (asinh(value / unit) - asinh(lower / unit)) / (asinh(upper / unit) - asinh(lower / unit))
    case .logarithmic: share = value > 0 ? (log10(value) - log10(lower)) / (log10(upper) - log10(lower)) : 0
    }
    return start + (share.isFinite ? min(1, max(0, share)) : 0.5) * (end - start)
  }

  /// About five multiples of 1, 2 or 5 times a power of ten, from at or below `least` to at or above `largest`.
  private static func linearTicks(_ least: Double, _ largest: Double) -> [Double] {
    guard largest > least else { return least == 0 ? [0, 1] : [min(0, least), max(0, least)] }
    let rough = (largest - least) / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let first = Int(floor(least / step + 1e-9))
    let last = Int(ceil(largest / step - 1e-9))
    return (first...max(last, first + 1)).map { Double($0) * step }
  }

  /// 1, 2 and 5 times powers of ten over up to two decades, powers alone over more.
  private static func logarithmicTicks(_ least: Double, _ largest: Double) -> [Double] {
    let decades = log10(largest / least)
    let factors: [Double] = decades > 3.2 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 5]
    let candidates = (-12...15).flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
    guard
      let first = candidates.lastIndex(where: { $0 <= least * 1.000_001 }),
      let last = candidates.firstIndex(where: { $0 >= largest * 0.999_999 })
    else { return [least, largest] }
    return Array(candidates[first...max(last, first + 1)])
  }

  /// 0 and powers of ten from `unit` on, on the sides that have values.
  private static func symmetricTicks(_ least: Double, _ largest: Double, unit: Double) -> [Double] {
    func side(_ reach: Double) -> [Double] {
      guard reach > 0 else { return [] }
      let first = Int(ceil(log10(unit) - 1e-9))
      let last = Int(ceil(log10(reach) - 1e-9))
      var ticks = (first...max(first, last)).map { pow(10, Double($0)) }
      // The outermost need not be a whole decade away.
      if ticks.count > 1, let end = ticks.last,
        let closer = [2.0, 5].map({ $0 * end / 10 }).first(where: { $0 >= reach })
      {
        ticks[ticks.count - 1] = closer
      }
      return ticks
    }
    let ticks = side(-least).reversed().map { -$0 } + [0] + side(largest)
    return ticks.count > 1 ? ticks : [-unit, 0, unit]
  }
}
