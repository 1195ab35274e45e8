// What theory says of a self-test beside what the client saw. Formulas only; nothing is measured here.

package import Results
package import Statistics

package enum SelfTestTheory {
  package static let stallTolerance = 0.05
  package static let stallLoadMax = 0.05
  package static let queueTolerance = 0.1
  /// Of the response time after a stall; those for which the formula does not hold are left out.
  private static let quantiles = [0.7, 0.75, 0.8, 0.9, 0.95, 0.99]
  /// A client that was late by more than this at any time did not keep its plan.
  private static let sendLagNanosecondsMax: Int64 = 20_000_000

  /// Every request must have come back.
  package static func completeness(_ ledger: Ledger) -> SelfTestFigure {
    SelfTestFigure("requests that did not complete", found: Double(ledger.lost), expected: 0, tolerance: 0)
  }

  /// At a constant rate in a window of T and at a load of ρ, a server that stands still for S delays S / (1 − ρ) of the
  /// time's requests, evenly from S down to 0: `x_q = S − (1 − q)(1 − ρ)T` for `q > 1 − S / ((1 − ρ)T)`. Times in
  /// nanoseconds.
  package static func stall(
    _ responseTime: LatencyHistogram, stall: Double, window: Double, load: Double
  ) -> [SelfTestFigure] {
    quantiles.compactMap { quantile in
      let expected = stall - (1 - quantile) * (1 - load) * window
      // Near the point where the delay begins, a share of the little that is expected is no measure.
      guard expected >= stall / 4 else { return nil }
      return SelfTestFigure(
        "P\(Int((quantile * 100).rounded())) of the response time", unit: "ns",
        found: Double(responseTime.percentile(quantile * 100)), expected: expected,
        tolerance: Self.stallTolerance * expected)
    }
  }

  /// The mean wait of an M/D/1 queue, `ρD / 2(1 − ρ)` with `ρ = D · requests / window`. What was found is the mean
  /// response time without the mean time of service D and without what a request takes that never waits. Nanoseconds.
  package static func queue(
    meanResponse: Double, service: Double, overhead: Double, requestCount: UInt64, window: Double
  ) -> [SelfTestFigure] {
    let load = Double(requestCount) * service / window
    // From a load of 1 on the queue has no mean.
    let expected = load < 1 ? load * service / (2 * (1 - load)) : 0
    return [
      SelfTestFigure(
        "mean wait", unit: "ns", found: meanResponse - service - overhead, expected: expected,
        tolerance: queueTolerance * abs(expected)),
      SelfTestFigure("mean time of service", unit: "ns", found: service),
      SelfTestFigure("load", unit: "%", found: load * 100),
      SelfTestFigure("overhead of a request that does not wait", unit: "ns", found: overhead),
    ]
  }

  /// The variance of the numbers of arrivals in m intervals over their mean: 1 for a Poisson process, within
  /// `2·√(2 / (m − 1))`. Times in nanoseconds from the window's start.
  package static func dispersion(arrivals: [Int64], window: Int64, intervalCount: Int) -> SelfTestFigure {
    var counts = [Double](repeating: 0, count: intervalCount)
    for time in arrivals where 0..<window ~= time {
      counts[Int(Double(time) / Double(window) * Double(intervalCount))] += 1
    }
    let mean = counts.reduce(0, +) / Double(intervalCount)
    let variance = counts.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(intervalCount - 1)
    return SelfTestFigure(
      "index of dispersion over \(intervalCount) intervals", found: mean > 0 ? variance / mean : 0, expected: 1,
      tolerance: 2 * (2 / Double(intervalCount - 1)).squareRoot())
  }

  /// Why an open-loop trial may say more about the machine than about the client; empty when it kept its plan.
  package static func disturbances(
    _ ledger: Ledger, sendLag: LatencyHistogram?, responseTime: LatencyHistogram
  ) -> [String] {
    guard let sendLag, !sendLag.isEmpty, !responseTime.isEmpty else { return [] }
    let verdict = ValidityVerdict.openLoop(
      ledger: ledger, sendLagP99: sendLag.percentile(99), responseP50: responseTime.percentile(50),
      responseP99: responseTime.percentile(99))
    let late = sendLag.max > sendLagNanosecondsMax ? ["the client was held up for \(sendLag.max / 1_000_000) ms"] : []
    return verdict.reasons + late
  }
}
