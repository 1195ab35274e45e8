// `ctxchain lab race` as a user runs it: the plain map really fails, and the shared stores do not.

import Foundation
import Testing

@Suite("The race laboratory")
struct LabRaceTests {
  @Test("sees the plain map fail and every shared store account for every write")
  func race() throws {
    let program = try Program(["lab", "race", "--writes", "500", "--runs", "1", "--json", "-"])
    #expect(try program.wait() == 0, "\(program.error)")
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: program.file("out"))
    let maps = document.list("maps")
    #expect(
      maps.map { $0["name"] as? String }
        == ["plain map", "locked-map", "rw-locked-map", "sharded-map", "copy-on-write-map"])
    for map in maps {
      let runs = try #require(map["runs"] as? [[String: Any]])
      let last = try #require(runs.last)
      if map["isSafe"] as? Bool == true {
        #expect(runs.count == 1 && last["outcome"] as? String == "accounted", "\(map)")
        #expect(last["found"] as? Int == 10 * 500 && last["leftOver"] as? Int == 0, "\(map)")
      } else {
        #expect(1...20 ~= runs.count && last["outcome"] as? String != "accounted", "\(map)")
      }
    }
    #expect(program.error.contains("The plain map fails when 10 threads write to it"))
    #expect(program.error.contains("with every one of 5000 writes accounted for"))
    if let status = try SchemaCheck.status(of: program.file("out"), schema: "lab-race-result-1.schema.json") {
      #expect(status == 0)
    }
  }

  @Test("ends with a signal's status, and leaves no process")
  func interrupted() throws {
    let program = try Program(["lab", "race", "--writes", "10000000", "--attempts", "1", "--json", "-"])
    try program.until("the plain map's end", seconds: 60) { program.error.contains("plain map: ") }
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130)
    #expect(program.children.isEmpty)
    #expect(try ResultDocument(path: program.file("out")).root["interrupted"] as? Bool == true)
  }
}
