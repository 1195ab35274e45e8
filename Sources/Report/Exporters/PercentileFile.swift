// A histogram as the text that HdrHistogram's tools write and plot (`.hgrm`), values in µs.
// https://github.com/HdrHistogram/HdrHistogram, AbstractHistogram.outputPercentileDistribution.

internal import Glibc
internal import Results

package enum PercentileFile {
  /// Lines for each halving of the distance to 100 %.
  private static let ticksPerHalfDistance = 5.0

  package static func text(_ buckets: HistogramBuckets) -> String {
    var lines = [
      padded("Value", 12) + " " + padded("Percentile", 14) + " " + padded("TotalCount", 10) + " "
        + padded("1/(1-Percentile)", 14), "",
    ]
    let total = buckets.total
    var seen: Int64 = 0
    var level = 0.0
    for bucket in buckets.buckets {
      seen += bucket.count
      let value = highest(bucket)
      // With very many values the levels come to 100, or stop short of it, before the last bucket is reached.
      while level < 100, 100 * Double(seen) / Double(total) >= level {
        let distance = NumberText.fixed(1 / (1 - level / 100), 2)
        lines.append(line(value, level, seen) + " " + padded(distance, 14))
        let halvings = floor(log2(100 / (100 - level))) + 1
        let next = level + 100 / (ticksPerHalfDistance * exp2(halvings))
        guard next > level else { break }
        level = next
        // The last bucket has one line of its own level, and then the one of 100 %.
        if seen == total { break }
      }
    }
    if let last = buckets.buckets.last { lines.append(line(highest(last), 100, seen)) }
    return (lines + footer(buckets, total: total)).joined(separator: "\n") + "\n"
  }

  private static func line(_ value: Int64, _ percent: Double, _ count: Int64) -> String {
    padded(microseconds(Double(value)), 12) + " " + NumberText.fixed(percent / 100, 12) + " " + padded("\(count)", 10)
  }

  private static func footer(_ buckets: HistogramBuckets, total: Int64) -> [String] {
    let count = Double(max(1, total))
    let middles = buckets.buckets.map { bucket in
      (value: Double(bucket.lowest + HistogramBuckets.width(at: bucket.lowest) / 2), count: Double(bucket.count))
    }
    let mean = middles.reduce(0.0) { $0 + $1.value * $1.count } / count
    let variance = middles.reduce(0.0) { $0 + ($1.value - mean) * ($1.value - mean) * $1.count } / count
    let largest = buckets.buckets.last.map { Double(highest($0)) } ?? 0
    // Of one hour in nanoseconds.
    let bucketCount = 32
    return [
      "#[Mean    = \(padded(microseconds(mean), 12)), StdDeviation   = \(padded(microseconds(variance.squareRoot()), 12))]",
      "#[Max     = \(padded(microseconds(largest), 12)), Total count    = \(padded("\(total)", 12))]",
      "#[Buckets = \(padded("\(bucketCount)", 12)), SubBuckets     = \(padded("\(HistogramBuckets.subBucketCount)", 12))]",
    ]
  }

  private static func highest(_ bucket: HistogramBuckets.Bucket) -> Int64 {
    bucket.lowest + HistogramBuckets.width(at: bucket.lowest) - 1
  }

  private static func microseconds(_ nanoseconds: Double) -> String { NumberText.fixed(nanoseconds / 1_000, 3) }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
