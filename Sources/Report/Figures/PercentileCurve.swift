// A latency distribution as points over the percentile, evenly spaced on a logarithmic axis of 1 / (1 − p).

internal import Glibc
internal import Statistics

struct PercentileCurve {
  struct Point: Equatable {
    /// 1 / (1 − p), from 1 on.
    let inverse: Double
    /// 0…100.
    let percentile: Double
    let nanoseconds: Int64
  }

  let arm: String
  let count: UInt64
  let points: [Point]

  private static let pointsPerDecade = 10

  /// The grid that all curves of a figure share: to the last place that so many values tell apart.
  static func grid(countMax: UInt64) -> [(inverse: Double, percentile: Double)] {
    let steps = Int((log10(Double(max(1, countMax))) * Double(pointsPerDecade)).rounded(.down))
    return (0...steps).map { step in
      let inverse = pow(10, Double(step) / Double(pointsPerDecade))
      return (inverse, 100 * (1 - 1 / inverse))
    }
  }

  init(arm: String, histogram: LatencyHistogram) {
    self.arm = arm
    count = histogram.count
    points = Self.grid(countMax: histogram.count).map {
      Point(
        inverse: $0.inverse, percentile: $0.percentile,
        nanoseconds: histogram.percentile(min(100, max(0, $0.percentile))))
    }
  }
}
