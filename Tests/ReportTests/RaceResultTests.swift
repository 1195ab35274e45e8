// How a race is judged, by results made up: it is right only when the plain map fails and every safe one survives.

import Report
import Results
import Testing

@Suite("A race")
struct RaceResultTests {
  private func result(plain: [RaceRun.Outcome], safe: [[RaceRun.Outcome]]) -> RaceResult {
    func runs(_ outcomes: [RaceRun.Outcome]) -> [RaceRun] {
      outcomes.map { outcome in
        RaceRun(
          seed: 1, outcome: outcome, signal: outcome == .crashed ? "SIGSEGV" : nil,
          found: outcome == .accounted ? 100 : outcome == .lostWrites ? 93 : nil,
          leftOver: outcome == .accounted ? 0 : outcome == .lostWrites ? 2 : nil,
          evidence: outcome == .reported ? "SUMMARY: ThreadSanitizer: data race" : nil)
      }
    }
    return RaceResult(
      toolVersion: "1.2.3", commandLine: [], startedAt: "2026-01-31T23:59:59Z", seed: 1, writers: 10,
      writesPerWriter: 10, runsMax: 20, runsOfSafe: 2,
      maps: [RaceResult.Map(name: "plain map", isSafe: false, runs: runs(plain))]
        + safe.enumerated().map { RaceResult.Map(name: "safe-\($0.offset)", isSafe: true, runs: runs($0.element)) })
  }

  @Test(
    "is as it must be when the plain map has failed in whatever way",
    arguments: [
      (RaceRun.Outcome.crashed, "ended by SIGSEGV"), (.lostWrites, "7 of 100 writes lost, 2 records too many"),
      (.hung, "did not end, and was killed"), (.reported, "a data race, reported by ThreadSanitizer"),
    ])
  func plainFails(outcome: RaceRun.Outcome, words: String) {
    var race = result(plain: [.accounted, outcome], safe: [[.accounted, .accounted], [.accounted, .accounted]])
    race.judge()
    #expect(race.exitStatus == 0)
    #expect(
      race.verdict
        == "The plain map fails when 10 threads write to it: \(words), in run 2 of at most 20. "
        + "safe-0 and safe-1 survived the same, with every one of 100 writes accounted for in each of 2 runs.")
    #expect(RaceText.render(race).contains("run 2: \(words)"))
  }

  @Test("is not, when the plain map has not been seen to fail")
  func plainSurvives() {
    var race = result(plain: [.accounted, .accounted], safe: [[.accounted]])
    race.judge()
    #expect(race.exitStatus == 1)
    #expect(race.verdict.hasPrefix("The plain map was not seen to fail in 2 runs."))
  }

  @Test("is not, when a safe map has failed", arguments: [RaceRun.Outcome.crashed, .lostWrites, .hung, .reported])
  func safeFails(outcome: RaceRun.Outcome) {
    var race = result(plain: [.crashed], safe: [[.accounted, .accounted], [.accounted, outcome]])
    race.judge()
    #expect(race.exitStatus == 1)
    #expect(race.verdict.contains("safe-0 survived") && race.verdict.contains("safe-1 FAILED in run 2: "))
  }

  @Test("that a signal has cut says so, and judges nothing that was not run")
  func interrupted() {
    var race = result(plain: [.crashed], safe: [[]])
    race.judge(signal: 2)
    #expect(race.exitStatus == 130 && race.interrupted)
    #expect(race.verdict.hasPrefix("Interrupted. The plain map fails"))
    #expect(!race.verdict.contains("safe-0"))
  }
}
