// What a report says of a run over several transports: what the wire costs, what the context costs over each, and whether the
// order of strategies changes. The truth is made up, so it is known.

import Foundation
import Report
import Results
import Statistics
import Testing

@Suite("A report of several transports")
struct WireReportTests {
  private typealias Contexts = [(name: String, frame: Double, http1: Double)]

  private func words(_ result: RunResult) -> String {
    AnswerText.render(result).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private func row(_ result: RunResult, _ arm: String) throws -> RunSummary.Row {
    let summary = RunSummary(result)
    return try #require(summary.arm(named: arm)?.row(depth: summary.depths.last ?? 0))
  }

  private func summary(_ result: RunResult) throws -> [String: Any] {
    let bytes = Data(try ResultFile.encode(WrittenRun(result)))
    let document = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    return try #require(document["summary"] as? [String: Any])
  }

  @Test("holds every arm against the baseline over its own transport, and that against the baseline")
  func references() throws {
    let result = ExampleRun.overWires(rounds: 12)
    #expect(result.reference(of: "map") == "baseline" && result.reference(of: "map/http1") == "baseline/http1")
    #expect(result.reference(of: "baseline/http1") == "baseline" && result.reference(of: "baseline′") == "baseline")
    let expected = [
      ("baseline/http1", 6_000.0), ("packed", 2_000), ("packed/http1", 3_000), ("map", 23_000), ("map/http1", 24_000),
    ]
    for (arm, nanoseconds) in expected {
      let added = try #require(try row(result, arm).addedCpuPerHop)
      let interval = try #require(added.interval)
      #expect(interval.contains(nanoseconds) || abs(added.median - nanoseconds) < 600, "\(arm): \(added)")
      #expect(try row(result, arm).cpuComparison?.verdict.words == "difference", "\(arm)")
    }
  }

  @Test("without the baseline over a transport, what is over it is held against the baseline")
  func withoutBaseline() {
    var result = ExampleRun.overWires(rounds: 6)
    result.arms.removeAll { $0.name == "baseline/http1" }
    #expect(result.reference(of: "map/http1") == "baseline")
    #expect(!words(result).contains("WIRE"))
  }

  @Test("says what the wire costs, and that the order is the same where it is")
  func sameOrder() throws {
    let result = ExampleRun.overWires(rounds: 12)
    let text = words(result)
    let wire = try #require(text.firstMatch(of: /A hop of baseline\/http1 takes ([\d.]+) µs/))
    #expect(abs(try #require(Double(wire.1)) - 6) < 0.6)
    #expect(text.contains("CPU more than one of baseline."), "\(text)")
    #expect(text.contains("The order of strategies is the same over frame and http1."), "\(text)")
    #expect(text.contains("Against baseline over the same transport, CPU that an arm adds to a hop: map"), "\(text)")
    #expect(!text.contains("adds to a hop: baseline"))
  }

  @Test("names the strategies whose order changes")
  func changedOrder() throws {
    let contexts: Contexts = [("lean", 2_000, 9_000), ("even", 5_000, 5_000), ("heavy", 25_000, 25_000)]
    let result = ExampleRun.overWires(rounds: 12, contexts: contexts)
    let text = words(result)
    #expect(text.contains("lean is cheaper than even over frame and dearer over http1."), "\(text)")
    let few = words(ExampleRun.overWires(rounds: 6, contexts: contexts))
    #expect(few.contains("lean is cheaper than even over frame and dearer over http1 [indicated]."), "\(few)")
    #expect(text.contains("Of 2 other pairs the order is the same over frame and http1."), "\(text)")
    let transports = try #require(try summary(result)["transports"] as? [String: Any])
    #expect(transports["order"] as? String == "changes" && transports["names"] as? [String] == ["frame", "http1"])
    let pairs = try #require(transports["pairs"] as? [[String: Any]])
    #expect(pairs.map { $0["order"] as? String } == ["changes", "same", "same"])
    let ratios = try #require(pairs[0]["cpuPerHop"] as? [[String: Any]])
    #expect(ratios.map { $0["transport"] as? String } == ["frame", "http1"])
    #expect(try #require(ratios[0]["high"] as? Double) < 1 && #require(ratios[1]["low"] as? Double) > 1)
  }

  @Test("cannot tell an order that its rounds do not show")
  func unknownOrder() {
    let alike: Contexts = [("one", 5_000, 5_000), ("other", 5_010, 5_010)]
    let text = words(ExampleRun.overWires(rounds: 12, contexts: alike))
    #expect(
      text.contains("Whether the order of strategies is the same over frame and http1 cannot be told."), "\(text)")
    let mixed = words(ExampleRun.overWires(rounds: 12, contexts: alike + [("heavy", 25_000, 25_000)]))
    #expect(
      mixed.contains(
        "Of 3 pairs of strategies the order is the same over frame and http1 in 2, and cannot be told in 1."),
      "\(mixed)")
  }

  @Test("claims nothing of wires and orders from too few rounds")
  func fewRounds() throws {
    let result = ExampleRun.overWires(rounds: 3)
    let text = words(result)
    #expect(text.contains("Of http1 against frame nothing is claimed."), "\(text)")
    #expect(text.contains("the order of strategies is the same over frame and http1 cannot be told."), "\(text)")
    let transports = try #require(try summary(result)["transports"] as? [String: Any])
    #expect(transports["order"] as? String == "unknown")
  }

  @Test("cannot tell a wire that costs nothing")
  func freeWire() {
    let text = words(ExampleRun.overWires(rounds: 12, wire: 0))
    #expect(text.contains("What a hop takes over http1 cannot be told from what it takes over frame."), "\(text)")
  }

  @Test("has the costs of wire and context in its table, its page, Markdown and JSON")
  func forms() throws {
    let result = ExampleRun.overWires(rounds: 12)
    let title = "What the wire costs, and the context over each, at depth 3"
    let text = TextReport.render(result)
    #expect(text.contains(title) && text.contains("over http1"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 128 || $0.hasPrefix("Found") })
    let markdown = MarkdownReport.render(result)
    #expect(markdown.contains("## " + title) && markdown.contains("**Wire**: A hop of baseline/http1 takes"))
    let page = ReportPage(result).html
    #expect(page.contains(title) && page.contains("<dt>wire</dt>"))
    let transports = try #require(try summary(result)["transports"] as? [String: Any])
    let wires = try #require(transports["wires"] as? [[String: Any]])
    let contexts = try #require(transports["contexts"] as? [[String: Any]])
    #expect(wires.map { $0["arm"] as? String } == ["baseline/http1"])
    #expect(
      contexts.map { "\($0["strategy"]!) over \($0["transport"]!)" } == [
        "packed over frame", "map over frame", "packed over http1", "map over http1",
      ])
    #expect((wires + contexts).allSatisfy { ($0["addedCpuPerHop"] as? [String: Any])?["low"] != nil })
    #expect(try summary(ExampleRun.typical(rounds: 3))["transports"] == nil)
  }

  @Test("fits the screen, with the arms of a transport together", arguments: [80, 100])
  func screen(width: Int) throws {
    let names = ["packed", "value-chain", "map"]
    func lines(_ names: [String]) -> [Substring] {
      let contexts = names.enumerated().map { ($1, Double(6_000 * $0 + 2_000), Double(6_100 * $0 + 2_000)) }
      let result = ExampleRun.overWires(rounds: 12, depths: [1, 2, 5], contexts: contexts)
      return AnswerText.render(result, width: width).split(separator: "\n", omittingEmptySubsequences: false)
    }
    for names in [names, (0..<30).map { "strategy-\($0)" }] {
      let lines = lines(names)
      #expect(lines.count <= Screen.lineCountMax && lines.allSatisfy { $0.count <= width }, "\(lines)")
    }
    let lines = lines(names)
    let start = try #require(lines.firstIndex { $0.hasPrefix("COST") })
    let arms = lines[(start + 2)...].prefix(8).map { String($0.prefix { $0 != " " }) }
    let expected = ["baseline"] + names
    #expect(arms == expected + expected.map { $0 + "/http1" }, "\(arms)")
    #expect(lines.contains { $0.hasPrefix("WIRE") })
  }

  @Test("gives files of histograms names without a folder")
  func fileNames() {
    let files = ReportFolder(ExampleRun.overWires(rounds: 2), document: []).files.map(\.name)
    #expect(files.contains("histograms/packed_http1-depth-3-open.hgrm"))
    #expect(files.allSatisfy { $0.count { $0 == "/" } <= 1 } && Set(files).count == files.count)
  }

  @Test("splits the bytes of a request into context, protocol and payload, for every arm")
  func bytes() throws {
    let result = ExampleRun.overWires(rounds: 3)
    let frame = try #require(try row(result, "packed").wireBytes)
    #expect([frame.context, frame.requestProtocol, frame.answerProtocol, frame.payload] == [210, 96, 96, 768])
    #expect(frame.whole == 1_170)
    let http1 = try #require(try row(result, "packed/http1").wireBytes)
    #expect([http1.context, http1.requestProtocol, http1.answerProtocol, http1.payload] == [354, 270, 231, 768])
    let text = TextReport.render(result).split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    let start = try #require(text.firstIndex { $0.starts(with: ["Bytes", "on", "the", "wire"]) })
    #expect(text[start...].contains(["packed/http1", "http1", "354", "270", "231", "768", "1623", "22"]))
    #expect(MarkdownReport.render(result).contains("| packed/http1 | http1 | 354 | 270 | 231 | 768 | 1623 | 22 |"))
    #expect(ReportPage(result).html.contains("Bytes on the wire for a request at depth 3"))
    let arms = try #require(try summary(result)["arms"] as? [[String: Any]])
    let bytes = arms.first { $0["arm"] as? String == "packed/http1" }?["wireBytes"] as? [String: Double]
    #expect(bytes == ["context": 354, "requestProtocol": 270, "answerProtocol": 231, "payload": 768])
    var older = result
    for index in older.hopBytes.indices { older.hopBytes[index].answerHeaderBytesPerHop = nil }
    #expect(try row(older, "packed").wireBytes == nil && !TextReport.render(older).contains("Bytes on the wire"))
  }

  @Test("What compression makes of the context stands in a table, for the transports that have it")
  func compression() throws {
    let text = TextReport.render(ExampleRun.compressed(rounds: 12))
    let table = try #require(text.components(separatedBy: "Compression of header fields").dropFirst().first)
    let row = try #require(table.split(separator: "\n").first { $0.hasPrefix("packed/http1") })
    // Three hops of 118 bytes, which were 236, and 1.5 fields each.
    #expect(row.split(separator: " ").suffix(3) == ["708", "4.50", "50"], "\(row)")
    #expect(!table.contains("\npacked "))
    #expect(!TextReport.render(ExampleRun.overWires(rounds: 12)).contains("Compression of header fields"))
  }
}
