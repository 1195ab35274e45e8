// Which rate to try next, given what the rates tried so far have shown. It runs nothing and knows no criterion.

/// The search for the highest rate that holds a goal: a ladder over the closed loop's peak, upward until the first rung
/// that does not hold; geometric bisection between that and the last that held; then both ends once more.
///
/// An answer may be wrong, because machines are noisy. So each end is confirmed, and one that answers otherwise the
/// second time is given up: the next rate on its far side takes its place, and the interval is wider. Every rate is asked
/// at most twice, so the search ends whatever the answers are.
package struct CapacitySearch: Equatable, Sendable {
  package enum Purpose: String, Codable, Sendable {
    case ladder, bisection, confirmation
  }

  package struct Probe: Equatable, Sendable {
    /// Requests per second.
    package let rate: Double
    package let purpose: Purpose
  }

  /// Shares of the peak. The lowest is tried only when the one above it does not hold.
  package static let ladder: [Double] = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2]
  private static let firstRung = 1
  /// The bisection ends when the ends are no further apart.
  package static let bracketRatioMax = 1.05

  /// Rates that hold, ascending; all of them are below those of `failed`.
  private var held: [Double] = []
  /// Rates that do not, descending.
  private var failed: [Double] = []
  private var confirmed: Set<Double> = []
  private let rungs: [Double]
  /// An end answered otherwise when it was confirmed.
  package private(set) var isWidened = false

  /// - Precondition: the peak is above 0.
  package init(peak: Double) {
    precondition(peak > 0 && peak.isFinite, "a peak is above 0, not \(peak)")
    rungs = Self.ladder.map { $0 * peak }
  }

  /// The highest rate that held.
  package var highestHeld: Double? { held.last }
  /// The lowest that did not, above `highestHeld`.
  package var lowestFailed: Double? { failed.last }

  /// Nil when nothing is left to be asked.
  package var next: Probe? {
    if let rung = nextRung { return Probe(rate: rung, purpose: .ladder) }
    // A flipped end has left its rate inside the interval: it is wide for that reason, and stays so.
    if !isWidened, let low = held.last, let high = failed.last, high / low > Self.bracketRatioMax {
      return Probe(rate: (low * high).squareRoot(), purpose: .bisection)
    }
    let ends = [held.last, failed.last].compactMap { $0 }
    return ends.first { !confirmed.contains($0) }.map { Probe(rate: $0, purpose: .confirmation) }
  }

  /// Notes the answer to `next`.
  ///
  /// - Precondition: there is one.
  package mutating func answer(holds: Bool) {
    guard let probe = next else { preconditionFailure("nothing was asked") }
    guard probe.purpose == .confirmation else {
      if holds { held.append(probe.rate) } else { failed.append(probe.rate) }
      return
    }
    confirmed.insert(probe.rate)
    guard holds != (probe.rate == held.last) else { return }
    isWidened = true
    if holds { failed.removeLast() } else { held.removeLast() }
  }

  private var nextRung: Double? {
    guard !isWidened else { return nil }
    if failed.isEmpty {
      let last = held.last ?? 0
      return rungs[Self.firstRung...].first { $0 > last }
    }
    return held.isEmpty && failed.last! > rungs[0] ? rungs[0] : nil
  }
}
