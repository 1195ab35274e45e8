// Which rate to try next, given what the rates tried so far have shown. It runs nothing and knows no criterion.

/// The search for the highest rate that holds a goal: a ladder over the closed loop's peak, upward until the first rung
/// that does not hold; geometric bisection between that and the last that held; then both ends once more.
///
/// An answer may be wrong, because machines are noisy. So each end is confirmed. One that answers otherwise the second
/// time is no end: its rate is *unsure*, and the search continues on its far side, so that the interval holds it and is
/// wider. Every rate is asked at most twice, and there are at most `probeCountMax` probes, whatever the answers are.
package struct CapacitySearch: Equatable, Sendable {
  package enum Purpose: String, Codable, Sendable {
    case ladder, bisection, confirmation
  }

  package struct Probe: Equatable, Sendable {
    /// Requests per second.
    package let rate: Double
    package let purpose: Purpose
  }

  /// Shares of the peak. The lowest is tried only when no other held.
  package static let ladder: [Double] = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2]
  private static let firstRung = 1
  /// The bisection ends when the ends are no further apart.
  package static let bracketRatioMax = 1.05
  package static let probeCountMax = 32

  /// Rates that hold, ascending; all of them are below those of `failed`.
  private var held: [Double] = []
  /// Rates that do not, descending.
  private var failed: [Double] = []
  /// Rates that gave both answers.
  private var unsure: [Double] = []
  private var confirmed: Set<Double> = []
  private var probeCount = 0
  private let rungs: [Double]

  /// - Precondition: the peak is above 0.
  package init(peak: Double) {
    precondition(peak > 0 && peak.isFinite, "a peak is above 0, not \(peak)")
    rungs = Self.ladder.map { $0 * peak }
  }

  /// The highest rate that held.
  package var highestHeld: Double? { held.last }
  /// The lowest that did not, above `highestHeld`.
  package var lowestFailed: Double? { failed.last }
  /// A rate inside the interval gave both answers.
  package var isWidened: Bool { !unsureInside.isEmpty }
  /// Both ends answered the same twice.
  package var isConfirmed: Bool { ends.allSatisfy(confirmed.contains) }

  /// Nil when nothing is left to be asked.
  package var next: Probe? {
    guard probeCount < Self.probeCountMax else { return nil }
    if let rung = nextRung { return Probe(rate: rung, purpose: .ladder) }
    if let middle = nextMiddle { return Probe(rate: middle, purpose: .bisection) }
    return ends.first { !confirmed.contains($0) }.map { Probe(rate: $0, purpose: .confirmation) }
  }

  /// Notes the answer to `next`.
  ///
  /// - Precondition: there is one.
  package mutating func answer(holds: Bool) {
    guard let probe = next else { preconditionFailure("nothing was asked") }
    probeCount += 1
    if probe.purpose != .confirmation {
      if holds { held.append(probe.rate) } else { failed.append(probe.rate) }
    } else if holds == (probe.rate == held.last) {
      confirmed.insert(probe.rate)
    } else {
      if holds { failed.removeLast() } else { held.removeLast() }
      unsure.append(probe.rate)
    }
  }

  private var ends: [Double] { [held.last, failed.last].compactMap { $0 } }

  private var unsureInside: [Double] {
    unsure.filter { (held.last ?? 0) < $0 && $0 < (failed.last ?? .infinity) }
  }

  private var nextRung: Double? {
    if failed.isEmpty {
      let highest = max(held.last ?? 0, unsure.max() ?? 0)
      return rungs[Self.firstRung...].first { $0 > highest }
    }
    return held.isEmpty && failed.last! > rungs[0] && !unsure.contains(rungs[0]) ? rungs[0] : nil
  }

  /// Between an end and what is unsure, or between the ends.
  private var nextMiddle: Double? {
    guard let low = held.last, let high = failed.last else { return nil }
    let inside = unsureInside
    let gaps = [(low, inside.min() ?? high), (inside.max() ?? low, high)]
    return gaps.first { $0.1 / $0.0 > Self.bracketRatioMax }.map { ($0.0 * $0.1).squareRoot() }
  }
}
