import Foundation
import Testing

/// Results that cannot be read, given to the commands that read them.
@Suite("Wrong results")
struct WrongResultTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures/golden/run-result-2.json")

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "ctxchain-wrong-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  @Test(
    "report refuses a document that is cut, newer, edited or none with status 2 and one line that names the field",
    arguments: [
      ("\"seed\" : ", "\"seed\" : -", "seed"), ("\"version\" : 2", "\"version\" : 3", "version"),
      ("\"depth\" : ", "\"deepness\" : ", "depth"), ("\"format\" : \"ctxchain-run\"", "\"format\" : \"x\"", "format"),
      ("\n}", "", "ends early"),
    ])
  func badDocument(old: String, new: String, part: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "bad.json")
    let text = try String(contentsOf: Self.golden, encoding: .utf8)
    try #require(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(to: file, atomically: true, encoding: .utf8)
    let run = CommandRun("report", file.path, "-o", folder.appending(path: "report").path)
    #expect(run.status == 2 && run.out.isEmpty)
    #expect(run.error.split(separator: "\n").count == 1 && run.error.contains(part), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "report").path))
  }

  @Test(
    "compare refuses a result that is cut, newer or edited with one line that names the field",
    arguments: [
      ("\"seed\" : ", "\"seed\" : -", "seed"), ("\"version\" : 2", "\"version\" : 3", "version"),
      ("\"format\" : \"ctxchain-run\"", "\"format\" : \"x\"", "format"), ("\n}", "", "ends early"),
    ])
  func badResults(old: String, new: String, part: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "bad.json")
    let text = try String(contentsOf: Self.golden, encoding: .utf8)
    try #require(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(to: file, atomically: true, encoding: .utf8)
    for pair in [[Self.golden.path, file.path], [file.path, Self.golden.path]] {
      let run = CommandRun(["compare"] + pair)
      #expect(run.status == 2 && run.out.isEmpty)
      #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
      #expect(run.error.hasPrefix("ctxchain: \(file.path): ") && run.error.contains(part), "\(run.error)")
    }
  }
}
