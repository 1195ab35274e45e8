import Foundation
import Report
import Results
import Statistics
import Testing

@Suite("The summary of a document")
struct RunDigestTests {
  private func object(_ result: RunResult) throws -> [String: Any] {
    let bytes = try ResultFile.encode(WrittenRun(result))
    // It is ignored when the document is read.
    #expect(try ResultFile.decode(bytes, path: "x.json") == result)
    let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    return try #require(document["summary"] as? [String: Any])
  }

  @Test("has the figures and verdicts of the first screen, in the document's units")
  func figures() throws {
    let result = ExampleRun.inAllRegimes(rounds: 8, depths: [1, 2, 5])
    let summary = RunSummary(result)
    let object = try object(result)
    #expect(object["depth"] as? Int == 5 && object["rounds"] as? Int == 8 && object["trust"] as? String == "ok")
    let arms = try #require(object["arms"] as? [[String: Any]])
    #expect(arms.count == result.arms.count { $0.controlOf == nil } && arms[0]["arm"] as? String == summary.baseline)
    for arm in arms {
      let row = try #require(summary.arm(named: arm["arm"] as? String)?.row(depth: 5))
      #expect(arm["claim"] as? String == row.cpuComparison?.verdict.rawValue)
      let added = arm["addedCpuPerHop"] as? [String: Double]
      for (name, value) in [("value", row.addedCpuPerHop?.median), ("low", row.addedCpuPerHop?.range.lowerBound)] {
        #expect((added?[name] == nil) == (value == nil) && abs((added?[name] ?? 0) - (value ?? 0)) < 1e-6, "\(name)")
      }
      #expect((arm["p50"] as? [String: Double])?["value"] == row.p50.map(Double.init))
      for (name, value) in [
        ("cpuPerHopOpen", row.openCpuPerHop?.median), ("addedCpuPerHopOpen", row.openAddedCpuPerHop?.median),
      ] {
        let written = (arm[name] as? [String: Double])?["value"]
        #expect((written == nil) == (value == nil) && abs((written ?? 0) - (value ?? 0)) < 1e-6, "\(name)")
      }
      #expect((arm["addedCpuPerHopAtOne"] == nil) == (added == nil) && arm["cpuPerHopAtOne"] != nil)
      #expect((arm["depths"] as? [[String: Any]])?.compactMap { $0["depth"] as? Int } == [1, 2, 5])
      // 10 hops at 10 000 requests/s.
      if let cpus = (arm["addedCpus"] as? [String: Double])?["value"], let added = added?["value"] {
        #expect(abs(cpus - added / 1e9 * 1e5) < 1e-12)
      }
    }
    #expect(arms.contains { $0["addedCpus"] != nil })
  }

  @Test("says so when nothing was measured")
  func nothing() throws {
    let object = try object(ExampleRun.sparse())
    #expect(object["trust"] as? String == "nothing-measured" && (object["arms"] as? [Any])?.isEmpty == true)
  }
}
