// What a CI server is told of a comparison.

import Report
import Results
import Testing

@Suite("A comparison for CI")
struct GateReportTests {
  private static func document(_ gates: [GateOutcome]) throws -> ComparisonDocument {
    var document = ComparisonExample.compared(ComparisonExample.run(MadeUpEffect(cpu: 1.1), rounds: 12))
    document.gates = gates
    document.finding = "Found <1> & \"2\" \u{1b}[31m\u{0}"
    return document
  }

  private static let gates = [
    GateOutcome(expression: "cpu_per_hop > 1.2", arm: "B map", depth: 3, outcome: .passed, reason: "1.1"),
    GateOutcome(expression: "p99 < 1", arm: "B \"<map>\"", depth: 3, outcome: .breached, reason: "p99 & \u{1b}[31m"),
    GateOutcome(expression: "retains > +0", arm: "B map", depth: 3, outcome: .notJudged, reason: "not measured"),
  ]

  @Test("as JUnit XML has a test case for each gate: a breach is a failure, what cannot be judged an error")
  func junit() throws {
    let text = GateReport.junit(try Self.document(Self.gates))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines.prefix(10) == [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites tests=\"3\" failures=\"1\" errors=\"1\">",
        "  <testsuite name=\"ctxchain compare\" tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"0\">",
        "    <testcase classname=\"B map at depth 3\" name=\"cpu_per_hop &gt; 1.2\"/>",
        "    <testcase classname=\"B &quot;&lt;map&gt;&quot; at depth 3\" name=\"p99 &lt; 1\">",
        "      <failure message=\"p99 &amp; \u{fffd}[31m\"/>", "    </testcase>",
        "    <testcase classname=\"B map at depth 3\" name=\"retains &gt; +0\">",
        "      <error message=\"not measured\"/>", "    </testcase>",
      ])
    #expect(lines[10].hasPrefix("    <system-out>ctxchain"))
    #expect(text.hasSuffix("</system-out>\n  </testsuite>\n</testsuites>\n"))
    let isXML = text.unicodeScalars.allSatisfy { $0 >= " " || $0 == "\n" || $0 == "\t" }
    #expect(isXML && text.contains("Found &lt;1&gt; &amp; &quot;2&quot;"), "\(text.suffix(300))")
  }

  @Test("as Markdown says the finding, then the gates, then every metric that was compared")
  func markdown() throws {
    let document = try Self.document(Self.gates)
    let lines = ComparisonMarkdown.render(document).split(separator: "\n").map(String.init)
    #expect(lines[0] == "### ctxchain compare")
    #expect(lines[1].hasPrefix("Found &lt;1&gt; &amp; \"2\" "))
    #expect(lines.contains("| p99 &lt; 1 | BREACHED | B \"&lt;map&gt;\" at depth 3 | p99 &amp;  \\[31m |"), "\(lines)")
    #expect(lines.contains("**A** packed, depth 3, 64 in flight; **B** map, depth 3, 64 in flight"), "\(lines)")
    for metric in document.comparisons[0].metrics where metric.verdict != .notMeasured {
      let name = metric.metric.rawValue.split(separator: "_").joined(separator: "\\_")
      #expect(lines.count { $0.hasPrefix("| \(name) | ") } == 1, "\(name)")
    }
  }
}
