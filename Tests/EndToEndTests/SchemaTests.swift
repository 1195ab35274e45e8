// The JSON that the program writes is what the schemas in docs/schema say.

import Foundation
import Testing

@Suite("Schemas")
struct SchemaTests {
  @Test("A run's result, an interrupted one's, a profile's and a load's are valid")
  func realOutput() throws {
    let run = try Program([
      "chain", "-n", "2", "--strategies", "baseline,map,opaque", "--opaque-size", "50", "--rounds", "1",
      "--concurrency", "1,8x4", "--rate", "500", "--json", "-",
    ])
    #expect(try run.wait() == 0)
    let runSchema = "run-result-2.schema.json"
    guard let status = try SchemaCheck.status(of: run.file("out"), schema: runSchema) else { return }
    #expect(status == 0)

    let cut = try Program([
      "chain", "-n", "2", "--strategies", "baseline,map", "--preset", "quick", "--passes", "fidelity,open", "--json",
      "-",
    ])
    try cut.until("the first round", seconds: 100) { cut.error.contains("round 1 of 8 done") }
    cut.signal(SIGINT)
    #expect(try cut.wait() == 130)
    #expect(try SchemaCheck.status(of: cut.file("out"), schema: runSchema) == 0)

    let profile = try Program(["profile", "-n", "1", "--strategy", "map", "-d", "300ms", "--json", "-"])
    #expect(try profile.wait() == 0)
    #expect(try SchemaCheck.status(of: profile.file("out"), schema: "profile-result-1.schema.json") == 0)

    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let load = try Program([
      "load", String(address), "-n", "10", "--propagator", "opaque", "--opaque-size", "50", "--json", "-",
    ])
    #expect(try load.wait() == 0)
    #expect(try SchemaCheck.status(of: load.file("out"), schema: "load-result-2.schema.json") == 0)
  }
}
