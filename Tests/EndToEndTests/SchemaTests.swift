// The JSON that the program writes is what the schemas in docs/schema say.

import Foundation
import Testing

@Suite("Schemas")
struct SchemaTests {
  /// 0 valid, 1 invalid, 3 when python3 lacks the jsonschema module.
  private func validate(_ json: String, schema: String) throws -> Int32 {
    for python in ["python3", "/usr/bin/python3"] {
      let status = try shell(
        "\(python) \(Program.root.path)/scripts/validate-json \(Program.root.path)/docs/schema/\(schema) \(json)")
      if status != 3 && status != 127 { return status }
    }
    return 3
  }

  private func shell(_ command: String) throws -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] =
      ["/bin/sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/bin/sh", nil, nil, &words, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return (status >> 8) & 0xff
  }

  @Test("A run's result, an interrupted one's, a profile's and a load's are valid")
  func realOutput() throws {
    let run = try Program([
      "chain", "-n", "2", "--strategies", "baseline,map,opaque", "--opaque-size", "50", "--rounds", "1", "--json", "-",
    ])
    #expect(try run.wait() == 0)
    let status = try validate(run.file("out"), schema: "run-result-1.schema.json")
    guard status != 3 else { return }
    #expect(status == 0)

    let cut = try Program(["chain", "-n", "2", "--strategies", "baseline,map", "--rounds", "40", "--json", "-"])
    try cut.until("the first round", seconds: 60) { cut.error.contains("round 1 of 40 done") }
    cut.signal(SIGINT)
    #expect(try cut.wait() == 130)
    #expect(try validate(cut.file("out"), schema: "run-result-1.schema.json") == 0)

    let profile = try Program(["profile", "-n", "1", "--strategy", "map", "-d", "300ms", "--json", "-"])
    #expect(try profile.wait() == 0)
    #expect(try validate(profile.file("out"), schema: "profile-result-1.schema.json") == 0)

    let up = try Program(["up", Program.root.appending(path: "topologies/chain-1.yaml").path])
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let load = try Program([
      "load", String(address), "-n", "10", "--propagator", "opaque", "--opaque-size", "50", "--json", "-",
    ])
    #expect(try load.wait() == 0)
    #expect(try validate(load.file("out"), schema: "load-result-1.schema.json") == 0)
  }
}
