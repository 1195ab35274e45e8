import Foundation
import Report
import Results
import Statistics
import Testing

/// What a reader of the page sees first, and what every point of it says.
@Suite("The page's first view")
struct FirstViewTests {
  private static let page = ReportPage(ExampleRun.withOpenTrials(rounds: 8, depths: [1, 2, 5])).html
  private static let early = ReportPage(ExampleRun.withOpenTrials(rounds: 3)).html

  private static func compared() throws -> String {
    let comparison = ComparisonExample.compared(ComparisonExample.chain(rounds: 6))
    let document = try ReportedDocument(ResultFile.encode(comparison), path: "x.json")
    let page = ReportFolder(document).files.first { $0.name == "index.html" }
    return String(decoding: try #require(page).bytes, as: UTF8.self)
  }

  private func view(_ html: String) throws -> String {
    let start = try #require(html.range(of: "<section id=\"answer\">"))
    let end = try #require(html[start.lowerBound...].range(of: "</section>"))
    // A row per line, so that a difference is found.
    return String(html[start.lowerBound..<end.upperBound]).replacing("<tr", with: "\n<tr").replacing("<d", with: "\n<d")
      + "\n"
  }

  @Test("is the golden file, of a run and of a comparison")
  func golden() throws {
    try GoldenFile.expect(try view(Self.page), equals: "page-run.html")
    try GoldenFile.expect(try view(Self.compared()), equals: "page-comparison.html")
  }

  @Test("has the words and figures of the text's first screen, before any chart")
  func answer() throws {
    let html = Self.page
    let shown = PageReader.unescaped(try view(html).replacing(/<[^>]*>/, with: " "))
    let words = Set(shown.split(whereSeparator: \.isWhitespace))
    let text = AnswerText.render(ExampleRun.withOpenTrials(rounds: 8, depths: [1, 2, 5]))
    let result = text.split(separator: "RESULT")[1].split(separator: "MEANS")[0]
    // Labels and column heads are the form's own.
    for word in result.split(whereSeparator: \.isWhitespace) where word.contains(where: \.isNumber) {
      #expect(words.contains { $0.hasPrefix(word) || word.hasPrefix($0) }, "\(word)")
    }
    let end = try #require(html.range(of: "</section>"))
    #expect(html[..<end.lowerBound].contains("Trust: ok.") && !html[..<end.lowerBound].contains("class=\"chart\""))
  }

  /// Of each point its tip, its classes and what it is drawn of.
  private func points(_ html: String) -> [(classes: Substring, tip: Substring, shapes: Substring)] {
    html.matches(of: /<g class="point([^"]*)"><title>([^<]*)<\/title>(.*?)<\/g>/).map { ($0.1, $0.2, $0.3) }
  }

  @Test("is followed by points that each show their interval, and say value, interval and rounds")
  func intervals() throws {
    for html in [Self.page, Self.early, try Self.compared()] {
      let points = points(html)
      #expect(points.count >= 3)
      for point in points {
        let hasInterval = point.tip.contains(/: [^ ]+.* \(.+ to .+\), n = [0-9]+ rounds/)
        #expect(hasInterval == point.shapes.contains("class=\"whisker\""), "\(point.tip)")
        #expect(
          hasInterval || point.tip.contains("counted exactly") || point.tip.contains("no interval"), "\(point.tip)")
        #expect(point.tip.contains("not judged") == point.classes.contains("unjudged"), "\(point.tip)")
        #expect(point.tip.contains("saturated") == point.shapes.contains("class=\"saturated\""), "\(point.tip)")
      }
    }
    #expect(points(Self.early).contains { $0.classes.contains("unjudged") })
    #expect(!points(Self.page).contains { $0.classes.contains("unjudged") && $0.tip.contains("adds to a hop") })
  }

  @Test("marks a percentile of an open loop that did not get its requests done, and no other")
  func saturated() {
    var result = ExampleRun.withOpenTrials(rounds: 8, depths: [1, 2, 5])
    for index in result.trials.indices
    where result.trials[index].phase == .open && result.trials[index].arm == "map" && result.trials[index].depth == 5 {
      result.trials[index].ledger.planned += 1_000
      result.trials[index].ledger.shed += 1_000
    }
    let marked = points(ReportPage(result).html).filter { $0.classes.contains("full") }
    #expect(marked.count == 2 && marked.allSatisfy { $0.tip.hasPrefix("map, depth 5: ") }, "\(marked)")
    #expect(!Self.page.contains("class=\"saturated\"") && !Self.page.contains("↑"))
  }

  @Test("hides behind More what was timed and has no interval, and nothing that has one")
  func more() throws {
    let parts = Self.page.split(separator: "<details id=\"more\"")
    #expect(parts.count == 2)
    for id in ["throughput", "cpu-per-hop", "p50", "p99", "added-cpu", "slopes"] {
      #expect(parts[0].contains("id=\"figure-\(id)\""), "\(id)")
    }
    for id in ["thresholds", "percentiles", "topology"] { #expect(parts[1].contains("id=\"figure-\(id)\""), "\(id)") }
    #expect(!points(String(parts[1])).contains { $0.tip.contains("n = ") })
    // With one round nothing has an interval.
    let one = ReportPage(ExampleRun.withOpenTrials(rounds: 1)).html.split(separator: "<details id=\"more\"")
    #expect(one[1].contains("id=\"figure-throughput\"") && !one[0].contains("id=\"figure-throughput\""))
  }

  @Test("runs one script, which its policy names, and which makes no markup")
  func script() throws {
    for html in [Self.page, try Self.compared()] {
      let scripts = html.matches(of: /(?s)<script>(.*?)<\/script>/).map { String($0.1) }
      #expect(scripts.count == 1 && html.ranges(of: "<script").count == 1)
      let digest = try sha256(try #require(scripts.first))
      #expect(html.contains("script-src &#39;sha256-\(digest)&#39;"), "\(digest)")
      for word in ["innerHTML", "insertAdjacent", "document.write", "eval", "fetch", "XMLHttp", "import"] {
        #expect(!scripts[0].contains(word))
      }
    }
  }

  /// In base64, by the system's own program.
  private func sha256(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/sha256sum")
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let digits = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).prefix(64)
    process.waitUntilExit()
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
    return Data(bytes).base64EncodedString()
  }
}
