import Results
import Statistics
import Testing

import Report

@Suite("Exports")
struct ExporterTests {
  static func small() -> RunResult {
    ExampleRun.withOpenTrials(
      rounds: 2, depths: [1, 3], kinds: [ExampleRun.kinds[0], ExampleRun.kinds[1], ExampleRun.kinds[2]])
  }

  @Test("Markdown, CSV and percentiles are the golden files, character for character")
  func golden() throws {
    try GoldenFile.expect(MarkdownReport.render(ExampleRun.withOpenTrials(rounds: 3)), equals: "report-3-rounds.md")
    try GoldenFile.expect(MarkdownReport.render(TextReportTests.troubled()), equals: "report-troubled.md")
    try GoldenFile.expect(NumberFiles.trials(Self.small()), equals: "trials-2-rounds.csv")
    try GoldenFile.expect(NumberFiles.summary(Self.small()), equals: "summary-2-rounds.csv")
    let histogram = try #require(Self.small().histograms.first { $0.arm == "map" && $0.depth == 3 })
    try GoldenFile.expect(
      PercentileFile.text(HistogramBuckets(histogram.responseTime)), equals: "map-depth-3-open.hgrm")
  }

  @Test("Every row of a CSV has a field per column, whatever the names hold")
  func fields() {
    #expect(CSVTable.field("a,b") == "\"a,b\"" && CSVTable.field("say \"x\"") == "\"say \"\"x\"\"\"")
    #expect(CSVTable.field("a\nb") == "\"a\nb\"" && CSVTable.field("plain") == "plain")
    for text in [NumberFiles.trials(Self.small()), NumberFiles.summary(Self.small())] {
      let counts = Set(
        text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
      #expect(counts.count == 1)
    }
  }

  @Test("Markdown shows names as they are")
  func markdown() {
    let text = MarkdownReport.render(ExampleRun.hostile())
    #expect(!text.contains("<script") && !text.contains("x](http"))
    #expect(MarkdownReport.escaped("a|b_c\nd<e>") == "a\\|b\\_c d&lt;e&gt;")
    let tables = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    // A bar that is text is escaped, so that every row of a table has as many cells as its head.
    let counts = tables.map { $0.replacing("\\|", with: "").count { $0 == "|" } }
    #expect(Set(counts).isSubset(of: [5, 7, 8, 9, 10, 11, 15, 16]))
  }

  @Test(
    "Counts are ZigZag LEB128 of at most nine bytes",
    arguments: [
      (0, [0x00]), (1, [0x02]), (-1, [0x01]), (-2, [0x03]), (63, [0x7e]), (64, [0x80, 0x01]), (-64, [0x7f]),
      (-65, [0x81, 0x01]), (8_191, [0xfe, 0x7f]), (8_192, [0x80, 0x80, 0x01]),
      (.max, [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      (.min, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ] as [(Int64, [UInt8])])
  func zigZag(value: Int64, expected: [UInt8]) {
    var bytes: [UInt8] = []
    CompressedHistogram.appendZigZag(value, to: &bytes)
    #expect(bytes == expected)
  }

  @Test("A histogram is encoded byte by byte as V2 says")
  func encoding() {
    // 1 and 3, with one empty bucket before each; then 4000, which is in the second bucket of width 2 from its half on.
    let buckets = HistogramBuckets(ExampleRun.filled([1, 3, 3, 4_000]))
    #expect(
      buckets.buckets == [.init(lowest: 1, count: 1), .init(lowest: 3, count: 2), .init(lowest: 4_000, count: 1)])
    #expect(HistogramBuckets.index(of: 4_000) == 2_048 + 2_000 - 1_024)
    let expected: [UInt8] =
      [0x1c, 0x84, 0x93, 0x13, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3]
      + [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x03, 0x46, 0x30, 0xb8, 0xa0, 0x00, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0]
      // 3020 empty ones: −3020 is 6039, which is 0x17 and 47 · 128.
      + [0x00, 0x02, 0x00, 0x04, 0x97, 0x2f, 0x02]
    #expect(CompressedHistogram.encoded(buckets) == expected)
    let compressed = CompressedHistogram.compressed(buckets)
    #expect(Array(compressed.prefix(8)) == [0x1c, 0x84, 0x93, 0x14, 0, 0, 0, UInt8(compressed.count - 8)])
    #expect(Array(compressed.dropFirst(8).prefix(7)) == [0x78, 0x01, 1, 47, 0, 0xd0, 0xff])
  }

  @Test("A stored zlib stream has blocks of at most 65535 bytes and the checksum of RFC 1950")
  func zlib() {
    #expect(Zlib.adler32(Array("Wikipedia".utf8)) == 0x11e6_0398)
    #expect(Zlib.stored([]) == [0x78, 0x01, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1])
    let long = Zlib.stored([UInt8](repeating: 7, count: 65_536))
    #expect(long.count == 2 + 5 + 65_535 + 5 + 1 + 4)
    #expect(
      Array(long[2..<7]) == [0, 0xff, 0xff, 0, 0] && Array(long[(7 + 65_535)...].prefix(5)) == [1, 1, 0, 0xfe, 0xff])
  }

  @Test("Percentiles end, whatever the counts", arguments: [1, 1_000, 1 << 40, (1 << 53) - 2] as [Int64])
  func manyValues(count: Int64) {
    let buckets = HistogramBuckets(buckets: [.init(lowest: 5, count: count), .init(lowest: 7, count: 1)])
    let lines = PercentileFile.text(buckets).split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.last?.hasSuffix("0.007 1.000000000000 \(count + 1)") == true || count < 1 << 34)
    #expect(lines.count < 400)
  }

  @Test("Every bucket's index is one more than that of the bucket before it")
  func indices() {
    var value: Int64 = 0
    for index in 0..<20_000 {
      #expect(HistogramBuckets.index(of: value) == index)
      let width = HistogramBuckets.width(at: value)
      #expect(HistogramBuckets.index(of: value + width - 1) == index)
      value += width
    }
  }

  @Test("Files of histograms have plain names, one each")
  func names() {
    let empty = LatencyHistogram()
    let names = HistogramFile.names(
      ["../../etc", "a b", "a_b", "baseline′", "", "′"].map {
        MergedHistogram(arm: $0, depth: 2, phase: .open, responseTime: empty)
      })
    #expect(
      names == [
        "______etc-depth-2-open", "a_b-depth-2-open", "a_b-depth-2-open-2", "baseline-again-depth-2-open",
        "_-depth-2-open", "-again-depth-2-open",
      ])
  }
}
