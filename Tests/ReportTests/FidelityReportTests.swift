// What is lost, in every form of a report.

import Report
import Results
import Statistics
import Testing

@Suite("Lost context in reports")
struct FidelityReportTests {
  /// A lossless arm, and one whose edge loses keys.
  private static let result: RunResult = {
    var result = ExampleRun.typical(rounds: 2, depths: [1, 2, 3])
    func loss(_ kept: Int) -> ContextLoss {
      var loss = ContextLoss()
      (loss.contexts, loss.keys, loss.keysKept, loss.bytes, loss.bytesKept) = (10, 70, kept * 10, 1000, kept * 100)
      if kept < 7 {
        loss.lostKeys = ["request-id", "tenant"]
        loss.changedTypes = [ContextLoss.ChangedType(key: "attempt", sent: "integer", arrived: "text")]
        loss.lostFlags = 2
      } else {
        loss.bytesKept = 1000
      }
      return loss
    }
    func losses(_ kept: [Int]) -> FidelityLosses {
      FidelityLosses(
        byDepth: kept.enumerated().map { DepthLoss(depth: $0.offset + 1, loss: loss($0.element)) },
        byEdge: kept.enumerated().map {
          EdgeLoss(
            caller: $0.offset == 0 ? "client" : "s\($0.offset)", callee: "s\($0.offset + 1)", propagator: "b3",
            loss: loss($0.element))
        })
    }
    for index in result.fidelity.indices {
      result.fidelity[index].losses = losses(result.fidelity[index].arm == "binary25" ? [7, 4, 4] : [7, 7, 7])
    }
    return result
  }()

  @Test("the text shows 100 of what is lossless, and names the edge, the keys and the bits of what is not")
  func text() throws {
    let lines = TextReport.render(Self.result).split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("What arrives of the context") })
    let table = lines[start...].prefix(9)
    let packed = try #require(table.first { $0.hasPrefix("packed ") })
    #expect(packed.split(separator: " ") == ["packed", "100/100", "100/100", "100/100", "0", "none"])
    let lossy = try #require(table.first { $0.hasPrefix("binary25 ") })
    #expect(lossy.split(separator: " ") == ["binary25", "100/100", "57/40", "57/40", "1", "0x02"])
    #expect(!table.contains { $0.hasPrefix("baseline′") })
    #expect(
      lines.contains(
        "  binary25: s1 → s2 (b3) and 1 more edge loses request-id, tenant; integer → text: attempt; flags lost 0x02"))
    #expect(!lines.contains { $0.hasPrefix("  packed: ") })
    #expect(lines.allSatisfy { $0.count <= 120 || $0.hasPrefix("Found") })
  }

  @Test("Markdown has the same table and the same edges")
  func markdown() {
    let text = MarkdownReport.render(Self.result)
    #expect(text.contains("| binary25 | 100/100 | 57/40 | 57/40 | 1 | 0x02 |"))
    #expect(text.contains("- binary25: s1 → s2 (b3) and 1 more edge loses request-id, tenant;"))
  }

  @Test("the CSV has a line per arm and depth and per arm and edge")
  func csv() {
    let lines = NumberFiles.fidelity(Self.result).split(separator: "\n").map(String.init)
    #expect(lines.count == 1 + 6 * (3 + 3))
    #expect(lines.contains("binary25,2,,,,,10,70,40,1000,400,request-id tenant,,attempt:integer>text,0,2,0"))
    #expect(lines.contains("packed,,s1,s2,b3,frame,10,70,70,1000,1000,,,,0,0,0"))
  }

  @Test("the page has a figure each for keys and bytes, and the lossy edges by name")
  func page() throws {
    let page = PageReader(html: ReportPage(Self.result).html)
    let keys = try page.table("figure-fidelity-keys").rows
    #expect(keys.count == 5 * 3)
    #expect(keys.contains { Array($0.prefix(5)) == ["binary25", "2", "10", "70", "40"] })
    let bytes = try page.table("figure-fidelity-bytes").rows
    #expect(bytes.contains { Array($0.prefix(5)) == ["binary25", "3", "10", "1000", "400"] })
    #expect(ReportPage(Self.result).html.contains("s1 → s2 (b3) and 1 more edge"))
  }

  @Test("without what came back there is no such table")
  func older() {
    var result = Self.result
    for index in result.fidelity.indices { result.fidelity[index].losses = nil }
    #expect(!TextReport.render(result).contains("What arrives of the context"))
    #expect(!ReportPage(result).html.contains("figure-fidelity-keys"))
  }
}
