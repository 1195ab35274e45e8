import Results
import Testing

@Suite("The folder of kept results")
struct SavedResultsTests {
  @Test("keeps the newest 20, in the order in which they came, and leaves other files alone")
  func newest() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "notes.json")
    let saved = SavedResults(folder: folder.path)
    // A second's end lies among them, and the first two come at once.
    let times = [1_767_225_599_990] + (0..<21).map { 1_767_225_599_990 + $0 }
    let paths = try times.map { try saved.save(Array("{}".utf8), kind: "run", unixMilliseconds: $0) }
    #expect(Set(paths).count == times.count)
    #expect(saved.files.map(\.path) == Array(paths.reversed().prefix(SavedResults.countMax)))
    #expect(folder.names.contains("notes.json") && folder.names.count == SavedResults.countMax + 2)
    #expect(paths.last?.hasSuffix("/20260101T000000.011Z-run.json") == true)
  }
}
