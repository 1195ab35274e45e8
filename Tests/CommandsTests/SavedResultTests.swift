import Foundation
import Results
import Testing

/// Results that are kept without being asked for, and the commands that find them again. `bench` ends as every command
/// does, and starts no process.
@Suite("Results that are kept")
struct SavedResultTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: "ctxchain-saved-\(UUID().uuidString)")
  private var saved: SavedResults { SavedResults(folder: place.appending(path: ".ctxchain").path) }

  private func run(_ words: String...) throws -> CommandRun {
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return CommandRun(words, saved: saved)
  }

  private func bench(_ more: String...) throws -> CommandRun {
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return CommandRun(
      ["bench", "--stores", "packed", "--propagators", "packed", "--layers", "1", "--time", "10ms"] + more,
      saved: saved)
  }

  private func removed() { try? FileManager.default.removeItem(at: place) }

  /// Keeps the golden run, with another seed where one is given; they become newer from call to call.
  @discardableResult
  private func keepRun(_ number: Int, seed: String? = nil) throws -> String {
    let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/golden/run-result-2.json")
    var text = try String(contentsOf: golden, encoding: .utf8)
    text = text.replacing("\"superseded\" : true", with: "\"superseded\" : false")
    if let seed { text = text.replacing(/"seed" : \d+/, with: "\"seed\" : \(seed)") }
    return try saved.save(Array(text.utf8), kind: RunResult.kind, unixMilliseconds: number)
  }

  @Test("A result is kept where git does not see it, and the last line says where")
  func kept() throws {
    defer { removed() }
    let run = try bench()
    let path = try #require(saved.files.first?.path)
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    #expect(run.out.hasSuffix("\nSaved as \(path)\n") && saved.files.map(\.kind) == ["bench"], "\(run.out)")
    #expect(try String(contentsOfFile: saved.folder + "/.gitignore", encoding: .utf8) == "*\n")
    #expect(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) is [String: Any])
  }

  @Test("With --no-save nothing is kept, and nothing said of it")
  func notKept() throws {
    defer { removed() }
    let run = try bench("--no-save")
    #expect(run.status == 0 && !run.out.contains("Saved") && !FileManager.default.fileExists(atPath: saved.folder))
  }

  @Test("A folder that cannot be written is a warning, and neither loses the text nor changes the status")
  func unwritable() throws {
    defer { removed() }
    let json = place.appending(path: "r.json").path
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    // A file stands in the way.
    try Data().write(to: URL(filePath: saved.folder))
    let run = try bench("--json", json)
    #expect(run.status == 0 && run.out.contains("packed") && !run.out.contains("Saved"))
    #expect(
      run.error.hasPrefix("ctxchain: warning: the result is not kept: cannot write \(saved.folder)"), "\(run.error)")
    #expect(run.error.split(separator: "\n").count == 1 && FileManager.default.fileExists(atPath: json))
  }

  @Test("report without a file makes a page of the newest result, whatever its kind")
  func newestReport() throws {
    defer { removed() }
    try keepRun(1)
    _ = try bench()
    let output = place.appending(path: "page").path
    let report = try run("report", "-o", output)
    #expect(report.status == 0 && report.out == output + "/index.html\n", "\(report.error)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
        "index.html", "report.md", "report.txt", "result.json",
      ])
    #expect(try String(contentsOfFile: output + "/report.txt", encoding: .utf8).contains("Stores, growth"))
    // And of a run in the same folder: what only the other kind had is gone, what it has is there.
    #expect(try run("report", "last", "-o", output).status == 0)
    #expect(FileManager.default.fileExists(atPath: output + "/trials.csv"))
    #expect(try run("report", "-o", output).status == 0)
    #expect(!FileManager.default.fileExists(atPath: output + "/trials.csv"))
  }

  @Test("Without a kept result, report, last and previous are status 2 and one line")
  func nothing() throws {
    defer { removed() }
    for words in [["report"], ["report", "last"], ["compare", "last", "previous"]] {
      let run = CommandRun(words, saved: saved)
      #expect(run.status == 2 && run.out.isEmpty && run.error.split(separator: "\n").count == 1)
      #expect(run.error.contains("found none"), "\(run.error)")
    }
  }

  @Test("compare last previous takes the newest run, and the newest before it that can be compared")
  func lastAndPrevious() throws {
    defer { removed() }
    let oldest = try keepRun(1)
    try keepRun(2, seed: "77")
    let newest = try keepRun(3)
    _ = try bench()
    let run = try run("compare", "last", "previous", "--no-save")
    #expect(run.status == 0, "\(run.error)")
    let text = run.out.filter { !$0.isWhitespace }
    #expect(text.contains(newest) && text.contains(oldest), "\(run.out)")
    // With another seed in between, it is only taken with --anyway.
    let any = try self.run("compare", "last", "previous", "--anyway", "--no-save")
    #expect(any.out.contains("seed: "), "\(any.out)")
  }

  @Test("When no earlier run can be compared, compare says why")
  func noPrevious() throws {
    defer { removed() }
    try keepRun(1, seed: "77")
    try keepRun(2)
    let run = try run("compare", "last", "previous")
    #expect(run.status == 2 && run.error.contains("seed: 77"), "\(run.error)")
  }

  @Test("report of two runs is one page with what became different and both, of other kinds a word that names them")
  func twoRuns() throws {
    defer { removed() }
    let paths = [try keepRun(1), try keepRun(2)]
    let output = place.appending(path: "page").path
    #expect(try run("report", paths[0], paths[1], "-o", output).status == 0)
    let page = try String(contentsOfFile: output + "/index.html", encoding: .utf8)
    #expect(page.contains("B against A") && paths.allSatisfy(page.contains))
    _ = try bench()
    let refused = try run("report", paths[0], try #require(saved.files.first?.path), "-o", output)
    #expect(refused.status == 2 && refused.error.contains("got one of kind bench"), "\(refused.error)")
    #expect(try run("report", paths[0], paths[1], paths[0], "-o", output).status == 2)
  }
}
