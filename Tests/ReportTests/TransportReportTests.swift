// The transport of arms and edges in every form of a report: said where it tells them apart, and in files of numbers always.

import Report
import Results
import Statistics
import Testing

@Suite("Transports in reports")
struct TransportReportTests {
  /// Arms as documents of before have them, or `map` over another transport than the others.
  private static func result(_ transport: String?) -> RunResult {
    var result = ExampleRun.typical(rounds: 2, depths: [1, 2])
    for index in result.arms.indices where result.arms[index].name == "map" {
      result.arms[index].transport = transport
    }
    return result
  }

  /// Two edges that lose something, of one propagator.
  private static func lossy(_ transports: [String?]) -> RunResult {
    var result = result(nil)
    var loss = ContextLoss()
    (loss.contexts, loss.keys, loss.keysKept, loss.bytes) = (10, 70, 60, 1000)
    loss.lostKeys = ["tenant"]
    for index in result.fidelity.indices where result.fidelity[index].arm == "map" {
      result.fidelity[index].losses = FidelityLosses(
        byDepth: [DepthLoss(depth: 1, loss: loss)],
        byEdge: transports.map {
          EdgeLoss(caller: "s1", callee: "s2", propagator: "b3", transport: $0, loss: loss)
        })
    }
    return result
  }

  /// Those without a quoted field.
  private static func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").filter { !$0.contains("\"") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return lines.dropFirst().map { line in
      Dictionary(uniqueKeysWithValues: zip(lines[0].map(String.init), line.map(String.init)))
    }
  }

  @Test("one that all arms have stands in the header alone; documents without one have frame")
  func common() {
    for transport in [nil, "frame"] {
      let result = Self.result(transport)
      let texts = [TextReport.render(result), MarkdownReport.render(result)]
      #expect(texts.allSatisfy { $0.contains("transport frame") })
      #expect(texts.allSatisfy { $0.ranges(of: "transport").count == 1 }, "\(texts)")
      #expect(!ReportPage(result).html.contains(">transport<"))
    }
  }

  @Test("that differ stand in the titles of arms and in the table of all arms")
  func different() {
    let result = Self.result("pigeon")
    let text = TextReport.render(result)
    #expect(text.contains("\nmap: store map, propagator json-map, transport pigeon"))
    #expect(text.contains("\npacked: store packed, propagator packed, transport frame"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 128 || $0.hasPrefix("Found") })
    let markdown = MarkdownReport.render(result)
    #expect(markdown.contains("Store map, propagator json-map, transport pigeon; context"))
    #expect(ReportPage(result).html.contains(">pigeon<"))
  }

  @Test("an arm whose edges differ is called mixed, also when it is the only one")
  func mixed() {
    var result = Self.result("mixed")
    result.arms = result.arms.filter { $0.name == "map" }
    #expect(TextReport.render(result).contains("\nmap: store map, propagator json-map, transport mixed"))
  }

  @Test("every arm's line of summary.csv has it")
  func summary() {
    for transport in [nil, "pigeon"] {
      let rows = Self.rows(NumberFiles.summary(Self.result(transport)))
      #expect(rows.allSatisfy { $0["transport"] == ($0["arm"] == "map" ? transport ?? "frame" : "frame") })
      #expect(rows.contains { $0["arm"] == "map" })
    }
  }

  @Test("edges that differ in nothing else are two, and each says its own")
  func edges() throws {
    let same = TextReport.render(Self.lossy([nil, "frame"]))
    #expect(same.contains("map: s1 → s2 (b3) and 1 more edge loses tenant"))
    let different = Self.lossy(["frame", "pigeon"])
    let text = TextReport.render(different)
    #expect(text.contains("map: s1 → s2 (b3 over frame) loses tenant"))
    #expect(text.contains("map: s1 → s2 (b3 over pigeon) loses tenant"))
    let page = try PageReader(html: ReportPage(different).html).figure("figure-fidelity-edges")
    #expect(page.contains(">transport<") && page.contains(">pigeon<"))
    let rows = Self.rows(NumberFiles.fidelity(different)).filter { $0["caller"] == "s1" }
    #expect(rows.map { $0["transport"] } == ["frame", "pigeon"])
    #expect(Self.rows(NumberFiles.fidelity(different)).first { $0["caller"] == "" }?["transport"] == "")
  }

  @Test("A and B of a comparison say theirs when these differ, and the document always")
  func comparison() {
    var run = ComparisonExample.run(MadeUpEffect(), rounds: 2)
    var document = ComparisonExample.compared(run)
    #expect(document.comparisons[0].b.transport == "frame")
    #expect(!ComparisonText.render(document).contains("transport"))
    run.arms[1].transport = "pigeon"
    document = ComparisonExample.compared(run)
    let text = ComparisonText.render(document)
    #expect(text.contains("packed: store packed, propagator packed, transport frame"))
    #expect(text.contains("map: store map, propagator json-map, transport pigeon"))
    #expect(document.comparisons[0].b.transport == "pigeon")
  }
}
