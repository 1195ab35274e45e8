// `ctxchain capacity` as a user runs it: the interval or that there is none, balanced ledgers, a valid document.

import Foundation
import Testing

@Suite("Capacity")
struct CapacityTests {
  private static let short = ["capacity", "--probe", "250ms", "--json", "-"]

  private func arms(_ program: Program) throws -> [[String: Any]] {
    try ResultDocument(path: program.file("out")).list("arms")
  }

  /// It ends well; on a machine that others keep busy, with the status for that and an arm that was not judged.
  private func expectEnd(_ program: Program) throws -> [[String: Any]] {
    let status = try program.wait()
    let arms = try arms(program)
    let isUnjudged = arms.contains { $0["outcome"] as? String == "not-judged" }
    #expect(status == (isUnjudged ? 4 : 0), "\(program.error)")
    return arms
  }

  private func outcomes(_ arm: [String: Any], _ outcome: String) -> Bool {
    [outcome, "not-judged"].contains(arm["outcome"] as? String)
  }

  private func runs(_ arm: [String: Any]) -> [[String: Any]] {
    (arm["probes"] as? [[String: Any]] ?? []).flatMap { $0["runs"] as? [[String: Any]] ?? [] }
  }

  private func expectBalancedLedgers(_ runs: [[String: Any]]) throws {
    #expect(!runs.isEmpty)
    for run in runs {
      let ledger = try #require(run["ledger"] as? [String: Int])
      let parts = ["completed", "failed", "timedOut", "shed", "censored"].map { ledger[$0]! }
      #expect(ledger["planned"]! == parts.reduce(0, +), "\(ledger)")
    }
  }

  /// Nothing is checked where the module jsonschema is missing, or Python is.
  private func expectValid(_ program: Program) {
    let schema = Program.root.appending(path: "docs/schema/capacity-result-1.schema.json").path
    let tool = Program.root.appending(path: "scripts/validate-json").path
    for python in ["python3", "/usr/bin/python3"] {
      let status = system("\(python) '\(tool)' '\(schema)' '\(program.file("out"))' > /dev/null 2>&1") >> 8
      if status == 3 || status == 127 { continue }
      #expect(status == 0)
      return
    }
  }

  @Test("finds how far a goal that is easily met holds, for each strategy of a chain, and says so in words")
  func generous() throws {
    let program = try Program(
      CapacityTests.short + ["-n", "1", "--strategies", "baseline,packed", "--slo", "p99=20s,p50=10s"])
    let arms = try expectEnd(program)
    #expect(arms.compactMap { ($0["arm"] as? [String: Any])?["name"] as? String } == ["baseline", "packed"])
    for arm in arms {
      try expectBalancedLedgers(runs(arm))
      let isUnjudged = arm["outcome"] as? String == "not-judged"
      let held = try isUnjudged ? 0 : #require(arm["highestHeld"] as? Double)
      if let failed = arm["lowestFailed"] as? Double { #expect(failed > held) }
      let percentiles = runs(arm).compactMap { ($0["check"] as? [String: Any])?["percentiles"] as? [[String: Any]] }
      #expect(percentiles.allSatisfy { $0.count == 2 })
    }
    expectValid(program)
    for part in ["about ", "baseline, p99 ≤ 20 s and p50 ≤ 10 s: ", "packed, p99", "ladder"] {
      #expect(program.error.contains(part), "\(part): \(program.error)")
    }
    #expect(program.children.isEmpty)
  }

  @Test("says after three probes that nothing holds when no network is that fast")
  func impossible() throws {
    let program = try Program(CapacityTests.short + ["-n", "1", "--strategies", "packed", "--slo", "p99=1us"])
    let arm = try #require(try expectEnd(program).first)
    try expectBalancedLedgers(runs(arm))
    expectValid(program)
    #expect(outcomes(arm, "nothing-holds") && arm["highestHeld"] == nil)
    guard arm["outcome"] as? String == "nothing-holds" else { return }
    #expect((arm["failedCriteria"] as? [String])?.contains("latency") == true)
    #expect((arm["probes"] as? [[String: Any]])?.map { $0["holds"] as? Bool } == [false, false, false])
    #expect(program.error.contains("packed, p99 ≤ 1 µs: nothing holds, not even "))
  }

  @Test("does not judge an arm on a machine that is busy with something else, and says so")
  func busy() throws {
    let spinners = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
      try Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", "while :; do :; done"])
    }
    defer { spinners.forEach { kill($0.processIdentifier, SIGKILL) } }
    let program = try Program(CapacityTests.short + ["-n", "1", "--strategies", "packed", "--slo", "p99=1us"])
    #expect(try program.wait() == 4, "\(program.error)")
    let arm = try #require(try arms(program).first)
    #expect(arm["outcome"] as? String == "not-judged")
    #expect(runs(arm).count { ($0["foreignCpuRatio"] as? Double ?? 0) > 0.1 } == 6)
    expectValid(program)
    #expect(program.error.contains("packed, p99 ≤ 1 µs: not judged: the machine was busy: 6 runs failed while"))
  }

  @Test("takes a topology file as it is written, and the errors that it declares for what they are")
  func topology() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "errors-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try "version: 1\nentry: a\nservices:\n  - {name: a, error-rate: 50%}\n"
      .write(to: file, atomically: true, encoding: .utf8)
    let program = try Program(CapacityTests.short + [file.path, "--slo", "p40=10s"])
    let arm = try #require(try expectEnd(program).first)
    #expect((arm["arm"] as? [String: Any])?["name"] as? String == "as-written")
    // Half of them fail on purpose: no rate is refused for that.
    #expect(arm["outcome"] as? String == "not-judged" || arm["highestHeld"] != nil)
    try expectBalancedLedgers(runs(arm))
    expectValid(program)
  }

  @Test("A signal ends the search with what it knows, status 130, and no process left")
  func interrupted() throws {
    let program = try Program(CapacityTests.short + ["-n", "1", "--strategies", "packed", "--slo", "p99=20s"])
    try program.until("the first probe", seconds: 60) { program.error.contains(" requests/s ") }
    program.signal(SIGINT)
    #expect(try program.wait(seconds: 30) == 130)
    #expect(program.children.isEmpty)
    let document = try ResultDocument(path: program.file("out"))
    #expect(document.root["interrupted"] as? Bool == true && document.root["exitStatus"] as? Int == 130)
    let arm = try #require(document.list("arms").first)
    #expect(arm["outcome"] as? String == "unfinished")
    try expectBalancedLedgers(runs(arm))
    expectValid(program)
    #expect(program.error.contains("not finished"))
  }

  @Test("A budget that is over ends the search with what it knows and status 0")
  func budget() throws {
    let program = try Program(
      CapacityTests.short + ["-n", "1", "--strategies", "packed", "--slo", "p99=20s", "--budget", "0s"])
    #expect(try program.wait() == 0, "\(program.error)")
    let arm = try #require(try arms(program).first)
    #expect(arm["outcome"] as? String == "unfinished")
    #expect((arm["probes"] as? [Any])?.isEmpty == true)
    #expect(program.error.contains("the time is over (0 s)"))
    expectValid(program)
  }
}
