// The buckets of a histogram that hold something, as HdrHistogram numbers them at three significant digits from 1 on.
// They are what the histogram's form in the document lists, so an export says what the document says.

package import Statistics

package struct HistogramBuckets: Equatable {
  package struct Bucket: Equatable {
    /// The smallest value in it.
    package let lowest: Int64
    package let count: Int64

    package init(lowest: Int64, count: Int64) {
      self.lowest = lowest
      self.count = count
    }
  }

  /// Values below this have a bucket each; above, a bucket's width doubles with every power of two.
  package static let subBucketCount = 2_048
  private static let subBucketHalfCount = 1_024
  private static let subBucketHalfBits = 10

  /// Ascending.
  package let buckets: [Bucket]

  package init(_ histogram: LatencyHistogram) {
    var buckets: [Bucket] = []
    histogram.forEachBucket { buckets.append(Bucket(lowest: Int64($0), count: Int64($1))) }
    self.buckets = buckets
  }

  package init(buckets: [Bucket]) {
    self.buckets = buckets
  }

  package var total: Int64 { buckets.reduce(0) { $0 + $1.count } }

  /// Place in HdrHistogram's array of counts.
  package static func index(of value: Int64) -> Int {
    let exponent = exponent(of: value)
    return (exponent + 1) << subBucketHalfBits + Int(value >> Int64(exponent)) - subBucketHalfCount
  }

  /// Values that share the bucket of `value`.
  package static func width(at value: Int64) -> Int64 { 1 << Int64(exponent(of: value)) }

  private static func exponent(of value: Int64) -> Int {
    let bits = Int64.bitWidth - (value | Int64(subBucketCount - 1)).leadingZeroBitCount
    return bits - subBucketHalfBits - 1
  }
}
