// `ctxchain calibrate` as a user runs it, with as few pairs as there can be.

import Foundation
import Testing

@Suite("Calibrate")
struct CalibrateTests {
  private func document(_ program: Program) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any], "\(program.error)")
  }

  @Test("Two pairs are measured over the same rounds, and the document and the status say the same")
  func twoPairs() throws {
    let program = try Program(["calibrate", "--pairs", "2", "--rounds", "6", "--seed", "5", "--json", "-"])
    let status = try program.wait()
    let document = try document(program)
    let verdict = try #require(document["verdict"] as? String)
    #expect(status == (verdict == "passed" ? 0 : 1))
    #expect(document["exitStatus"] as? Int == Int(status) && document["seed"] as? Int == 5)
    let pairs = try #require(document["pairs"] as? [[String: Any]])
    #expect(pairs.count == 2 && pairs.allSatisfy { $0["rounds"] as? Int == 6 })
    for (metric, count) in [("cpuPerHop", "differingInCpuCount"), ("throughput", "differingInThroughputCount")] {
      let effects = try pairs.map { try #require($0[metric] as? [String: Any]) }
      for effect in effects {
        let (low, high) = (try #require(effect["low"] as? Double), try #require(effect["high"] as? Double))
        let ratio = try #require(effect["ratio"] as? Double)
        #expect(low <= ratio && ratio <= high)
        #expect(effect["differs"] as? Bool == (low > 1 || high < 1))
      }
      #expect(document[count] as? Int == effects.count { $0["differs"] as? Bool == true })
    }
    #expect(document["allowedCount"] as? Int == 1)
    #expect(program.error.contains("this will take about") && program.error.contains("2 of 2 pairs done"))
    #expect(program.error.contains("of 2 pairs of the same"))
    if let valid = try SchemaCheck.status(of: program.file("out"), schema: "calibration-result-2.schema.json") {
      #expect(valid == 0)
    }
  }

  @Test(
    "A known difference is made by counted work, compared with 64 in flight and with one, and the status says what was found"
  )
  func known() throws {
    let program = try Program(
      ["calibrate", "--known", "20%", "--pairs", "1", "--rounds", "6", "--trial", "20ms", "--json", "-"])
    let status = try program.wait()
    let document = try document(program)
    let regimes = try #require(document["regimes"] as? [[String: Any]])
    #expect(regimes.map { $0["inFlight"] as? Int } == [64, 1], "\(program.error)")
    for regime in regimes {
      #expect(try #require(regime["addedIterations"] as? Int) > 100)
      #expect((regime["runs"] as? [Any])?.count == 1 && regime["smallestFound"] is Double)
    }
    let found = regimes.map { $0["foundCount"] as? Int }
    #expect(document["verdict"] as? String == (found == [1, 1] ? "passed" : "failed"))
    #expect(status == (found == [1, 1] ? 0 : 1))
    if let valid = try SchemaCheck.status(of: program.file("out"), schema: "known-difference-result-1.schema.json") {
      #expect(valid == 0)
    }
  }

  @Test("A signal ends it with what was measured until then, and leaves no process behind")
  func interrupted() throws {
    let program = try Program(["calibrate", "--rounds", "6", "--json", "-"])
    try program.until("the processes") { program.children.count == 4 * 8 }
    program.signal(SIGINT)
    #expect(try program.wait() == 130, "\(program.error)")
    let document = try document(program)
    #expect(document["interrupted"] as? Bool == true && document["verdict"] as? String == "incomplete")
    #expect(document["exitStatus"] as? Int == 130 && (document["pairs"] as? [Any])?.isEmpty == true)
    // Nothing was measured, so there is nothing to tell.
    #expect(program.error.split(separator: "\n").count == 1, "\(program.error)")
    #expect(program.children.isEmpty)
    if let valid = try SchemaCheck.status(of: program.file("out"), schema: "calibration-result-2.schema.json") {
      #expect(valid == 0)
    }
  }
}
