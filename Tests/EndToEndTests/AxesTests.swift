// Presets, concurrencies and the length of open-loop trials, as a run's document shows them.

import Foundation
import Testing

@Suite("Axes of a run")
struct AxesTests {
  private func document(_ program: Program) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any], "\(program.error)")
  }

  @Test("Each concurrency has its trials at the largest depth, over as many connections as it says, and a histogram")
  func concurrencies() throws {
    let program = try Program([
      "chain", "-n", "2", "--strategies", "baseline,packed", "--rounds", "2", "--passes", "open", "--in-flight", "8",
      "--concurrency",
      "1,8,8x8", "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try document(program)
    let trials = try #require(document["trials"] as? [[String: Any]]).filter {
      $0["phase"] as? String != "pilot" && $0["superseded"] as? Bool == false
    }
    func count(_ depth: Int, _ phase: String, _ inFlight: Int?, _ connections: Int) -> Int {
      trials.count {
        $0["depth"] as? Int == depth && $0["phase"] as? String == phase && $0["inFlight"] as? Int == inFlight
          && $0["connections"] as? Int == connections
      }
    }
    // Three arms and two rounds; closed twice at the largest depth.
    for depth in [1, 2] {
      #expect(count(depth, "closed", 8, 1) == (depth == 2 ? 12 : 6))
      #expect(count(depth, "open", nil, 1) == (depth == 2 ? 6 : 0))
      #expect(count(depth, "single", 1, 1) == (depth == 2 ? 6 : 0))
      #expect(count(depth, "closed", 8, 8) == (depth == 2 ? 6 : 0))
    }
    #expect(trials.count == 36 && trials.allSatisfy { ($0["throughput"] as? Double ?? 0) > 0 })
    let histograms = try #require(document["histograms"] as? [[String: Any]])
    let over8 = histograms.filter { ($0["concurrency"] as? [String: Int]) == ["inFlight": 8, "connections": 8] }
    #expect(over8.count == 3 && over8.allSatisfy { $0["depth"] as? Int == 2 && $0["phase"] as? String == "closed" })
    #expect(histograms.count == 3 * 5)
    let tables = try Program.run("show", program.file("out"), "--tables")
    #expect(tables.status == 0 && tables.out.contains("By concurrency, at depth 2"), "\(tables.error)")
  }

  @Test("A preset has its rounds and trials, and says before it starts and after the pilot how long it will take")
  func preset() throws {
    let program = try Program([
      "chain", "-n", "1", "--strategies", "baseline,packed", "--preset", "standard", "--passes", "open", "--json", "-",
    ])
    try program.until("the second round", seconds: 100) { program.error.contains("round 2 of 12 done") }
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    let document = try document(program)
    let settings = try #require(document["settings"] as? [String: Any])
    #expect(settings["preset"] as? String == "standard" && settings["trialsPerRound"] as? Int == 2)
    #expect(settings["roundsPlanned"] as? Int == 12 && settings["budgetSeconds"] == nil)
    let trials = try #require(document["trials"] as? [[String: Any]]).filter { $0["round"] as? Int == 1 }
    // Three arms, four trials of the largest depth and two each of: open, one in flight, 64 over 64.
    #expect(trials.filter { $0["rerun"] as? Bool == false }.count == 30)
    let lines = program.error.split(separator: "\n")
    #expect(lines.first?.contains("this will take about") == true)
    #expect(lines.first?.contains("12 rounds, up to 30 trials") == true)
    let before = lines.firstIndex { $0.contains("from here: 12 rounds, up to 30 trials") }
    let round = lines.firstIndex { $0.contains("round 1 of 12 done") }
    #expect(try #require(before) < (try #require(round)))
    let latencies = try #require(document["roundLatencies"] as? [[String: Any]])
    #expect(latencies.count { $0["round"] as? Int == 1 } == 3)
  }

  @Test("Open-loop trials last until a round has 1000 requests, and only those do")
  func openTrials() throws {
    let program = try Program([
      "chain", "-n", "1", "--strategies", "packed", "--rounds", "1", "--passes", "open", "--rate", "800", "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try document(program)
    for trial in try #require(document["trials"] as? [[String: Any]]) {
      let window = try #require(trial["windowNanoseconds"] as? Double)
      #expect((window > 1e9) == (trial["phase"] as? String == "open"))
    }
    let latency = try #require(
      (document["roundLatencies"] as? [[String: Any]])?.first?["responseTime"] as? [String: Any])
    #expect(latency["count"] as? Int ?? 0 >= 1_000)
  }
}
