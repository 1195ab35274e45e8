// A distribution of durations in few buckets of fixed bounds, as Prometheus's classic histograms have them: the ratio of two
// neighbours is the fourth root of two, so that a percentile read from them is off by less than 19 %.

/// Sums of counts, so that they can be added over trials and processes.
package struct LatencyBuckets: Codable, Equatable, Sendable {
  /// Upper bounds in nanoseconds, ascending from 10 µs to 10.5 s; one more bucket holds what is longer.
  package static let bounds: [UInt64] = (0...80).map { step in
    // The fourth roots of 2, 4 and 8 times 10 µs; whole powers of two are exact.
    let first: [Double] = [10_000, 11_892.071_150_027_21, 14_142.135_623_730_95, 16_817.928_305_074_29]
    return UInt64((first[step % 4] * Double(1 << (step / 4))).rounded())
  }

  /// Of each bucket alone, one more than there are bounds.
  package private(set) var counts: [UInt64]
  /// Within 0.1 % of the true sum.
  package private(set) var sumNanoseconds: Double

  package init() {
    counts = Array(repeating: 0, count: Self.bounds.count + 1)
    sumNanoseconds = 0
  }

  /// Which bucket a duration is in is exact but for those within 0.1 % above a bound.
  package init(_ histogram: LatencyHistogram) {
    self.init()
    var index = 0
    histogram.forEachBucket { lowest, count in
      while index < Self.bounds.count, lowest > Self.bounds[index] { index += 1 }
      counts[index] &+= count
      sumNanoseconds += Double(lowest) * Double(count)
    }
  }

  package mutating func add(_ other: LatencyBuckets) {
    for index in counts.indices where index < other.counts.count { counts[index] &+= other.counts[index] }
    sumNanoseconds += other.sumNanoseconds
  }
}
