import Report
import Results
import Statistics
import Testing

@Suite("A result of any kind")
struct ReportedDocumentTests {
  private func read(_ result: some ResultForm) throws -> ReportedDocument {
    try ReportedDocument(ResultFile.encode(result), path: "x.json")
  }

  @Test("is told by its format, and reported with the text of its command")
  func kinds() throws {
    let run = ExampleRun.typical(rounds: 2, depths: [1])
    let load = LoadResult(
      toolVersion: "1", commandLine: [], seed: 1, entry: "127.0.0.1:1", trial: run.trials[0],
      responseTime: LatencyHistogram())
    let comparison = ComparisonExample.compared(ComparisonExample.chain(rounds: 6))
    let calibration = CalibrationResultTests.empty(pairs: 1)
    let known = KnownDifferenceTests.result(ratios: [1.01])
    let documents = try [read(run), read(load), read(comparison), read(calibration), read(known)]
    #expect(documents.map(\.kind) == ["run", "load", "comparison", "calibration", "known-difference"])
    #expect(documents.map { $0.run != nil } == [true, false, true, false, false])
    #expect(documents[1].text() == load.text && documents[3].tables == calibration.text)
    #expect(documents[4].text() == known.text)
  }

  @Test("is a page, Markdown and text, whatever it holds; what it says is never markup")
  func files() throws {
    var calibration = CalibrationResultTests.empty(pairs: 1)
    calibration.notes = ["<b>& ```"]
    let files = ReportFolder(try read(calibration)).files
    #expect(files.map(\.name) == ["result.json", "report.txt", "report.md", "index.html"])
    let texts = files.map { String(decoding: $0.bytes, as: UTF8.self) }
    #expect(texts[1] == calibration.text && texts[2].contains(calibration.text))
    #expect(texts[3].contains("&lt;b&gt;&amp; ```") && texts[3].hasPrefix("<!doctype html>"))
  }

  @Test("is refused when its format is none that is known")
  func unknown() throws {
    let error = #expect(throws: ResultError.self) {
      try ReportedDocument(Array(#"{"format": "x", "version": 1}"#.utf8), path: "x.json")
    }
    #expect(error.map { "\($0)" }?.contains("got \"x\"") == true)
  }
}
