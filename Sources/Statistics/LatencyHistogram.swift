// One distribution of durations in nanoseconds, at three significant digits (HdrHistogram). It never allocates while
// recording, never resizes and never drops a value: what is out of range is clamped to the range and counted.

internal import Histogram

package struct LatencyHistogram: Equatable, Sendable {
  /// The largest duration told apart from longer ones: one hour.
  package static let nanosecondsMax: Int64 = 3_600_000_000_000

  /// Values that were below 0 or above `nanosecondsMax`; they are in `count` too.
  package private(set) var clampedCount: UInt64 = 0
  /// Values that are lower bounds: of what had not come to its end. They are in `count` too.
  package private(set) var unfinishedCount: UInt64 = 0
  /// The smallest of them; nil when there is none.
  package private(set) var leastUnfinished: Int64?
  private var buckets: Histogram<UInt64>

  /// Allocates once, about 270 KB.
  package init() {
    buckets = Histogram(
      lowestDiscernibleValue: 1, highestTrackableValue: UInt64(Self.nanosecondsMax),
      numberOfSignificantValueDigits: .three)
  }

  package mutating func record(nanoseconds: Int64) {
    record(nanoseconds: nanoseconds, count: 1)
  }

  package mutating func record(nanoseconds: Int64, count: UInt64) {
    guard count > 0 else { return }
    var value = nanoseconds
    if value < 0 || value > Self.nanosecondsMax {
      value = value < 0 ? 0 : Self.nanosecondsMax
      clampedCount += count
    }
    let recorded = buckets.record(UInt64(value), count: count)
    precondition(recorded, "a clamped value is always in range")
  }

  /// What took this long and was not at its end.
  package mutating func recordUnfinished(nanoseconds: Int64, count: UInt64 = 1) {
    guard count > 0 else { return }
    record(nanoseconds: nanoseconds, count: count)
    addUnfinished(count, least: Swift.min(Swift.max(0, nanoseconds), Self.nanosecondsMax))
  }

  /// Whether a percentile or a maximum of this histogram is a lower bound of the true one: some value that may be longer
  /// than it is recorded is recorded no higher.
  package func isLowerBound(_ nanoseconds: Int64) -> Bool { leastUnfinished.map { $0 <= nanoseconds } ?? false }

  private mutating func addUnfinished(_ count: UInt64, least: Int64) {
    unfinishedCount += count
    leastUnfinished = Swift.min(leastUnfinished ?? .max, least)
  }

  package mutating func merge(_ other: LatencyHistogram) {
    buckets.add(other.buckets)
    clampedCount += other.clampedCount
    if let least = other.leastUnfinished { addUnfinished(other.unfinishedCount, least: least) }
  }

  package var count: UInt64 { buckets.totalCount }
  package var isEmpty: Bool { count == 0 }

  /// The shortest recorded duration, exact; 0 when nothing was recorded.
  package var min: Int64 { isEmpty ? 0 : Int64(buckets.min) }

  /// The longest recorded duration, exact; 0 when nothing was recorded.
  package var max: Int64 { Int64(buckets.maxRecorded) }

  /// From the middle of every bucket, so within 0.1 % of the true mean; 0 when nothing was recorded.
  package var mean: Double {
    guard !isEmpty else { return 0 }
    var total = 0.0
    forEachBucket { lowest, count in
      total += Double(buckets.medianEquivalentForValue(lowest)) * Double(count)
    }
    return total / Double(count)
  }

  /// The smallest duration that `percentile` % of the values do not exceed, at three digits; 0 when nothing was
  /// recorded.
  ///
  /// - Parameter percentile: 0…100, where 0 is `min` and 100 is `max`.
  package func percentile(_ percentile: Double) -> Int64 {
    precondition((0...100).contains(percentile), "a percentile is 0 to 100, not \(percentile)")
    return isEmpty ? 0 : Int64(buckets.valueAtPercentile(percentile))
  }

  /// The same for several percentiles, ascending and above 0, in one pass.
  package func percentiles(_ percentiles: [Double]) -> [Int64] {
    var values: [Int64] = []
    var below: UInt64 = 0
    forEachBucket { lowest, count in
      below += count
      while values.count < percentiles.count, below >= rank(percentile: percentiles[values.count]) {
        values.append(Swift.min(Int64(buckets.highestEquivalentForValue(lowest)), max))
      }
    }
    return values.isEmpty ? percentiles.map { _ in 0 } : values
  }

  /// The rank of the smallest value that `percentile` % of the values do not exceed.
  private func rank(percentile: Double) -> UInt64 {
    Swift.max(1, UInt64((percentile.nextDown * Double(count) / 100).rounded(.up)))
  }

  /// The value of a rank, from 1 for the smallest, at three digits and never below the exact one; nil when there are
  /// fewer values.
  package func value(rank: UInt64) -> Int64? {
    guard rank >= 1, rank <= count else { return nil }
    var below: UInt64 = 0
    var value = buckets.lowestEquivalentForValue(buckets.min)
    while true {
      below += buckets.countForValue(value)
      if below >= rank { return Swift.min(Int64(buckets.highestEquivalentForValue(value)), max) }
      value = buckets.nextNonEquivalentForValue(value)
    }
  }

  /// Visits the buckets that hold something, in ascending order, by their lowest value.
  package func forEachBucket(_ visit: (_ lowest: UInt64, _ count: UInt64) -> Void) {
    guard !isEmpty else { return }
    var value = buckets.lowestEquivalentForValue(buckets.min)
    while value <= buckets.maxRecorded {
      let count = buckets.countForValue(value)
      if count > 0 { visit(value, count) }
      value = buckets.nextNonEquivalentForValue(value)
    }
  }
}

/// Sparse: the lowest value of each bucket that holds something, and how many it holds, as two arrays of one length.
/// With the exact least and largest value beside them, every answer is the same after a round trip.
extension LatencyHistogram: Codable {
  /// More values than this are an error in a document; JSON readers elsewhere keep integers exact only up to here.
  private static let documentCountMax: Int64 = 1 << 53

  private enum CodingKeys: String, CodingKey {
    case significantDigits, clampedCount, unfinishedCount, leastUnfinished, min, max, values, counts
  }

  package func encode(to encoder: any Encoder) throws {
    var values: [UInt64] = []
    var counts: [UInt64] = []
    forEachBucket { lowest, count in
      values.append(lowest)
      counts.append(count)
    }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(3, forKey: .significantDigits)
    try container.encode(clampedCount, forKey: .clampedCount)
    if let leastUnfinished {
      try container.encode(unfinishedCount, forKey: .unfinishedCount)
      try container.encode(leastUnfinished, forKey: .leastUnfinished)
    }
    try container.encode(min, forKey: .min)
    try container.encode(max, forKey: .max)
    try container.encode(values, forKey: .values)
    try container.encode(counts, forKey: .counts)
  }

  package init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func check(_ isTrue: Bool, _ key: CodingKeys, _ message: String) throws {
      guard isTrue else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: message)
      }
    }
    let digits = try container.decode(Int.self, forKey: .significantDigits)
    let clamped = try container.decode(UInt64.self, forKey: .clampedCount)
    let least = try container.decode(Int64.self, forKey: .min)
    let largest = try container.decode(Int64.self, forKey: .max)
    let values = try container.decode([Int64].self, forKey: .values)
    let counts = try container.decode([Int64].self, forKey: .counts)
    try check(digits == 3, .significantDigits, "expected 3 significant digits, got \(digits)")
    try check(values.count == counts.count, .counts, "expected \(values.count) counts, got \(counts.count)")
    guard let first = values.first, let last = values.last else {
      try check(least == 0 && largest == 0, .max, "an empty histogram has min and max 0")
      try check(clamped == 0, .clampedCount, "an empty histogram has clamped nothing")
      return
    }
    try check(zip(values, values.dropFirst()).allSatisfy { $0 < $1 }, .values, "expected ascending values")
    for (value, key) in [(first, CodingKeys.values), (last, .values), (least, .min), (largest, .max)] {
      let isInRange = (0...Self.nanosecondsMax).contains(value)
      try check(isInRange, key, "expected 0 to \(Self.nanosecondsMax), got \(value)")
    }
    func bucket(_ value: Int64) -> Int64 { Int64(buckets.lowestEquivalentForValue(UInt64(value))) }
    try check(values.allSatisfy { bucket($0) == $0 }, .values, "expected lowest values of buckets")
    var total: Int64 = 0
    for count in counts {
      try check(count > 0 && count <= Self.documentCountMax - total, .counts, "expected 1 to 2^53 values in all")
      total += count
    }
    try check(clamped <= UInt64(total), .clampedCount, "expected at most \(total), got \(clamped)")
    try check(bucket(least) == first, .min, "expected a value of the first bucket")
    try check(largest >= least && bucket(largest) == last, .max, "expected a value of the last bucket")
    let isPossible = values.count > 1 || total > 1 || least == largest
    try check(isPossible, .max, "expected one value to be both min and max")
    fill(values: values, counts: counts, least: least, largest: largest)
    clampedCount = clamped
    guard let unfinished = try container.decodeIfPresent(UInt64.self, forKey: .unfinishedCount) else { return }
    let leastUnfinished = try container.decode(Int64.self, forKey: .leastUnfinished)
    try check((1...UInt64(total)).contains(unfinished), .unfinishedCount, "expected 1 to \(total), got \(unfinished)")
    try check((least...largest).contains(leastUnfinished), .leastUnfinished, "expected \(least) to \(largest)")
    addUnfinished(unfinished, least: leastUnfinished)
  }

  /// The outer buckets are filled with the exact extremes, so that `min` and `max` come out exact again.
  private mutating func fill(values: [Int64], counts: [Int64], least: Int64, largest: Int64) {
    for (index, (value, count)) in zip(values, counts).enumerated() {
      let isLast = index == values.count - 1
      let filler = index == 0 ? least : isLast ? largest : value
      if isLast { buckets.record(UInt64(largest)) }
      buckets.record(UInt64(filler), count: UInt64(isLast ? count - 1 : count))
    }
  }
}
