// How much of the start of a run to throw away, from its throughput per window. It never sees a clock.

/// MSER-5: over means of 5 windows each, the truncation is the d ≤ m/2 with the least `Σ(x−x̄)² / (m−d)²`, where sum
/// and mean run over the m−d batches that are kept. (White, *An effective truncation heuristic for bias reduction in
/// simulation output*, 1997.)
package struct WarmupDetector: Equatable, Sendable {
  package static let windowNanoseconds: Int64 = 5_000_000
  /// Longer than this is not waited for.
  package static let durationNanosecondsMax: Int64 = 5_000_000_000
  package static let batchWindowCount = 5
  /// The halves of what is kept differ by less than this share of the larger one.
  package static let halvesDifferenceMax = 0.1

  /// Windows to discard, a multiple of 5.
  package let discardedWindowCount: Int
  /// Whether the halves of what is kept agree. Never so with fewer than 4 batches, of which 2 at least are kept.
  package let isSteady: Bool

  /// - Parameter windows: completions per window, in order; what is left over from the last full batch is not used.
  package init(windows: [Double]) {
    let batches = Self.batchMeans(windows)
    guard !batches.isEmpty else {
      discardedWindowCount = 0
      isSteady = false
      return
    }
    var best = (discarded: 0, statistic: Double.infinity)
    for discarded in 0...(batches.count / 2) {
      let statistic = Self.statistic(batches[discarded...])
      if statistic < best.statistic { best = (discarded, statistic) }
    }
    discardedWindowCount = best.discarded * Self.batchWindowCount
    isSteady = batches.count >= 4 && Self.halvesAgree(batches[best.discarded...])
  }

  private static func batchMeans(_ windows: [Double]) -> [Double] {
    stride(from: 0, through: windows.count - batchWindowCount, by: batchWindowCount).map { start in
      windows[start..<start + batchWindowCount].reduce(0, +) / Double(batchWindowCount)
    }
  }

  private static func statistic(_ kept: ArraySlice<Double>) -> Double {
    let mean = kept.reduce(0, +) / Double(kept.count)
    let squares = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return squares / (Double(kept.count) * Double(kept.count))
  }

  private static func halvesAgree(_ kept: ArraySlice<Double>) -> Bool {
    func mean(_ part: ArraySlice<Double>) -> Double { part.reduce(0, +) / Double(part.count) }
    let first = mean(kept.prefix(kept.count / 2))
    let second = mean(kept.suffix(kept.count - kept.count / 2))
    return abs(first - second) < halvesDifferenceMax * max(first, second)
  }
}
