import FoundationEssentials
import Statistics
import Testing

@Suite("A latency histogram")
struct LatencyHistogramTests {
  static let percentiles: [Double] = [0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]

  /// Values of every magnitude, repeated values and the ends of the range.
  static func filled(seed: UInt64, count: Int) -> (histogram: LatencyHistogram, values: [Int64]) {
    var generator = SeededGenerator(seed: seed)
    var histogram = LatencyHistogram()
    var values: [Int64] = []
    for _ in 0..<count {
      let magnitude = generator.next(below: 42)
      let value = min(Int64(generator.next() >> UInt64(63 - magnitude)), LatencyHistogram.nanosecondsMax)
      histogram.record(nanoseconds: value)
      values.append(value)
    }
    return (histogram, values.sorted())
  }

  @Test("is empty and all zero before anything is recorded")
  func empty() {
    let histogram = LatencyHistogram()
    #expect(histogram.isEmpty)
    #expect(histogram.count == 0)
    #expect(histogram.min == 0 && histogram.max == 0 && histogram.mean == 0)
    #expect(histogram.percentile(99) == 0)
  }

  @Test("gives every percentile within 0.1 % of the sorted values", arguments: [1, 2, 3] as [UInt64])
  func percentilesAgainstSortedValues(seed: UInt64) {
    let (histogram, values) = Self.filled(seed: seed, count: 5_000)
    for percentile in Self.percentiles {
      let rank = max(1, Int((percentile / 100 * Double(values.count) - 1e-9).rounded(.up)))
      let expected = Double(values[rank - 1])
      let got = Double(histogram.percentile(percentile))
      #expect(abs(got - expected) <= expected * 0.001, "P\(percentile) is \(got), not \(expected); seed \(seed)")
    }
    #expect(histogram.min == values.first)
    #expect(histogram.max == values.last)
    #expect(histogram.count == UInt64(values.count))
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    #expect(abs(histogram.mean - mean) <= mean * 0.001)
  }

  @Test("clamps what is out of range, and counts it")
  func clamps() {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: -1)
    histogram.record(nanoseconds: LatencyHistogram.nanosecondsMax)
    #expect(histogram.clampedCount == 1)
    histogram.record(nanoseconds: LatencyHistogram.nanosecondsMax + 1, count: 3)
    histogram.record(nanoseconds: .max)
    #expect(histogram.clampedCount == 5)
    #expect(histogram.count == 6)
    #expect(histogram.min == 0)
    #expect(histogram.max == LatencyHistogram.nanosecondsMax)
  }

  @Test("recording a count is recording the value so often, and a count of 0 is nothing")
  func counted() {
    var once = LatencyHistogram()
    var often = LatencyHistogram()
    once.record(nanoseconds: 12_345, count: 7)
    once.record(nanoseconds: 99, count: 0)
    for _ in 0..<7 { often.record(nanoseconds: 12_345) }
    #expect(once == often)
  }

  @Test("merging two is the same as recording all values in one", arguments: [11, 12, 13] as [UInt64])
  func merge(seed: UInt64) {
    var (left, leftValues) = Self.filled(seed: seed, count: 900)
    let (right, rightValues) = Self.filled(seed: seed + 100, count: 300)
    var all = LatencyHistogram()
    leftValues.append(contentsOf: rightValues)
    for value in leftValues { all.record(nanoseconds: value) }
    left.merge(right)
    left.merge(LatencyHistogram())
    #expect(left == all)
    #expect(left.min == all.min && left.max == all.max && left.count == all.count)
  }

  @Test("answers everything alike after a round trip", arguments: [0, 1, 2, 3, 10, 1_000, 20_000])
  func roundTrip(count: Int) throws {
    for seed in UInt64(count)..<UInt64(count) + 5 {
      var (histogram, _) = Self.filled(seed: seed, count: count)
      if count > 100 { histogram.record(nanoseconds: .max, count: 2) }
      let data = try JSONEncoder().encode(histogram)
      let decoded = try JSONDecoder().decode(LatencyHistogram.self, from: data)
      #expect(decoded == histogram, "seed \(seed)")
      #expect(decoded.count == histogram.count && decoded.clampedCount == histogram.clampedCount)
      #expect(decoded.min == histogram.min && decoded.max == histogram.max && decoded.mean == histogram.mean)
      for percentile in Self.percentiles {
        #expect(decoded.percentile(percentile) == histogram.percentile(percentile), "P\(percentile), seed \(seed)")
      }
      #expect(try JSONEncoder().encode(decoded).count == data.count)
    }
  }

  @Test("is written as two flat arrays of one length")
  func documentForm() throws {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 5_001, count: 2)
    histogram.record(nanoseconds: 7)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(histogram), as: UTF8.self)
    #expect(
      text
        == #"{"clampedCount":0,"counts":[1,2],"max":5001,"min":7,"significantDigits":3,"values":[7,5000]}"#)
  }

  @Test(
    "refuses a document that no histogram writes",
    arguments: [
      (#"{"clampedCount":0,"counts":[1],"max":7,"min":7,"significantDigits":2,"values":[7]}"#, "significantDigits"),
      (#"{"clampedCount":0,"counts":[],"max":7,"min":7,"significantDigits":3,"values":[7]}"#, "counts"),
      (#"{"clampedCount":0,"counts":[0],"max":7,"min":7,"significantDigits":3,"values":[7]}"#, "counts"),
      (#"{"clampedCount":0,"counts":[9007199254740993],"max":7,"min":7,"significantDigits":3,"values":[7]}"#, "counts"),
      (#"{"clampedCount":2,"counts":[1],"max":7,"min":7,"significantDigits":3,"values":[7]}"#, "clampedCount"),
      (#"{"clampedCount":0,"counts":[1,1],"max":7,"min":7,"significantDigits":3,"values":[7,7]}"#, "values"),
      (#"{"clampedCount":0,"counts":[1],"max":5001,"min":5001,"significantDigits":3,"values":[5001]}"#, "values"),
      (#"{"clampedCount":0,"counts":[1],"max":7,"min":7,"significantDigits":3,"values":[-7]}"#, "values"),
      (
        #"{"clampedCount":0,"counts":[1],"max":7,"min":7,"significantDigits":3,"values":[9223372036854775807]}"#,
        "values"
      ),
      (#"{"clampedCount":0,"counts":[1],"max":8,"min":7,"significantDigits":3,"values":[7]}"#, "max"),
      (#"{"clampedCount":0,"counts":[1],"max":7,"min":6,"significantDigits":3,"values":[7]}"#, "min"),
      (
        #"{"clampedCount":0,"counts":[1],"max":9223372036854775807,"min":7,"significantDigits":3,"values":[7]}"#, "max"
      ),
      (#"{"clampedCount":0,"counts":[1],"max":5001,"min":5000,"significantDigits":3,"values":[5000]}"#, "max"),
      (#"{"clampedCount":0,"counts":[],"max":1,"min":0,"significantDigits":3,"values":[]}"#, "max"),
      (#"{"clampedCount":1,"counts":[],"max":0,"min":0,"significantDigits":3,"values":[]}"#, "clampedCount"),
    ])
  func refuses(document: String, key: String) throws {
    do {
      let histogram = try JSONDecoder().decode(LatencyHistogram.self, from: Data(document.utf8))
      Issue.record("accepted: \(histogram.count) values")
    } catch DecodingError.dataCorrupted(let context) {
      #expect(context.codingPath.first?.stringValue == key)
    }
  }

  @Test("knows which of its values are lower bounds, merged and read back too")
  func unfinished() throws {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 1_000, count: 90)
    #expect(histogram.leastUnfinished == nil && !histogram.isLowerBound(histogram.max))
    var other = LatencyHistogram()
    other.recordUnfinished(nanoseconds: 5_000, count: 9)
    other.recordUnfinished(nanoseconds: 7_000)
    histogram.merge(other)
    histogram.merge(LatencyHistogram())
    let read = try JSONDecoder().decode(LatencyHistogram.self, from: JSONEncoder().encode(histogram))
    #expect(read == histogram)
    for one in [histogram, read] {
      #expect(one.count == 100 && one.unfinishedCount == 10 && one.leastUnfinished == 5_000)
      #expect(
        !one.isLowerBound(one.percentile(90)) && one.isLowerBound(one.percentile(91)) && one.isLowerBound(one.max))
    }
  }

  @Test(
    "refuses counts of lower bounds that cannot be",
    arguments: [("11", "1000"), ("0", "1000"), ("1", "999"), ("1", "2001")])
  func impossibleBounds(count: String, least: String) {
    let text = """
      {"significantDigits": 3, "clampedCount": 0, "min": 1000, "max": 2000, "values": [1000, 2000], "counts": [5, 5],
       "unfinishedCount": \(count), "leastUnfinished": \(least)}
      """
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(LatencyHistogram.self, from: Data(text.utf8)) }
  }
}
