import Foundation
import Report
import Results
import Statistics
import Testing

@Suite("Capacity in words")
struct CapacityTextTests {
  private static let goal = LatencyObjective(percentile: 99, nanoseconds: 5_000_000)

  /// A search with a sharp limit; a run that does not hold has a percentile of 9 ms.
  private func arm(limit: Double, flips: Set<Double> = [], probeCountMax: Int = .max) -> CapacityArm {
    var arm = CapacityArm(Arm(name: "packed", store: "packed", propagator: "packed"))
    arm.peakThroughputs = [900, 1_000, 1_100]
    var search = CapacitySearch(peak: 1_000)
    var seen: [Double: Int] = [:]
    while let next = search.next, arm.probes.count < probeCountMax {
      seen[next.rate, default: 0] += 1
      let holds = (next.rate <= limit) != (seen[next.rate] == 2 && flips.contains(next.rate))
      var probe = CapacityProbe(rate: next.rate, purpose: next.purpose)
      probe.runs = [run(holds: holds), run(holds: holds)]
      probe.holds = holds
      arm.probes.append(probe)
      search.answer(holds: holds)
    }
    arm.conclude(search)
    return arm
  }

  private func run(holds: Bool, failed: UInt64 = 0, foreign: Double? = nil) -> CapacityRun {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: holds ? 1_000_000 : 9_000_000, count: 1_000)
    let ledger = Ledger(planned: 1_000, completed: 1_000 - failed, failed: failed)
    let trial = Trial(
      round: 1, position: 0, arm: "packed", depth: 1, phase: .open, inFlight: nil, connections: 1, plannedRate: 10,
      windowNanoseconds: 1_000_000_000, ledger: ledger, throughput: 1_000, responseTime: nil, serviceTime: nil,
      nodeCpuNanoseconds: 1, clientCpuNanoseconds: 1, deliveries: 1, nodes: [], validity: .ok)
    let check = CapacityCheck(
      objectives: [Self.goal], errorRateMax: 0, responseTime: histogram, ledger: ledger, sentCount: 1_000,
      unsentCount: 0, sendLagP99: 0)
    return CapacityRun(trial, check, foreignCpuRatio: foreign)
  }

  private func text(_ arm: CapacityArm, notes: [String] = []) -> String {
    let settings = CapacitySettings(
      objectives: [Self.goal], errorRateMax: 0, placement: "one", depth: 1, inFlight: 64, arrival: "uniform",
      runSeconds: 0.5, runsPerProbe: 3, budgetSeconds: nil, timeoutNanoseconds: 1, opaqueSize: nil)
    let example = ExampleRun.typical(rounds: 1)
    var result = CapacityResult(
      toolVersion: "0.1.0", commandLine: [], startedAt: "2026-01-01T00:00:00Z", seed: 1, host: example.host,
      settings: settings, topology: example.topology, arms: [arm])
    result.notes = notes
    return CapacityText.render(result)
  }

  /// The last lines, as one.
  private func finding(_ text: String) -> String {
    text.components(separatedBy: "\n\n").last.map { $0.replacing("\n", with: " ") } ?? ""
  }

  @Test("An interval names both ends, their share of the peak, and what failed at the upper one")
  func interval() throws {
    let arm = arm(limit: 600)
    #expect(arm.outcome == .interval && arm.isConfirmed && arm.failedCriteria == [.latency])
    let low = try #require(arm.highestHeld)
    let high = try #require(arm.lowestFailed)
    let text = text(arm)
    #expect(
      finding(text).hasPrefix(
        "packed, p99 ≤ 5 ms: held at \(NumberText.whole(low)) requests/s (\(NumberText.percent(low / 1_000)) % of its "
          + "peak), not at \(NumberText.whole(high)) requests/s (\(NumberText.percent(high / 1_000)) % of its peak), "
          + "failing latency"), "\(text)")
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("ladder ") || $0.hasPrefix("bisection") }
    #expect(rows.count == arm.probes.count - 2)
    #expect(
      rows[0].split(separator: " ").map(String.init) == ["ladder", "100", "10", "yes", "1000", "1000", "100", "0.0"])
    #expect(text.contains("Closed loop: 1000/s (900…1100)"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test("That nothing holds, that there is no upper end, and that the search was cut are said")
  func others() {
    #expect(finding(text(arm(limit: 0))).hasPrefix("packed, p99 ≤ 5 ms: nothing holds, not even 10 requests/s"))
    #expect(finding(text(arm(limit: 9_000))).contains(": at least 2000 requests/s (200 % of its peak), and no higher"))
    let cut = arm(limit: 600, probeCountMax: 2)
    #expect(cut.outcome == .unfinished && cut.highestHeld == 250 && cut.lowestFailed == nil)
    #expect(finding(text(cut)).contains("not finished; held at 250 requests/s (25 % of its peak), none failed"))
    #expect(finding(text(arm(limit: 600, probeCountMax: 0))).contains("not finished; no rate was tried"))
  }

  @Test("A run that failed says nothing where others had the CPUs, unless it failed for its errors alone")
  func busyRuns() {
    #expect(run(holds: false, foreign: 0.101).saysNothing && !run(holds: false, foreign: 0.1).saysNothing)
    #expect(!run(holds: true, foreign: 0.9).saysNothing && !run(holds: false).saysNothing)
    #expect(!run(holds: true, failed: 1, foreign: 0.9).saysNothing)
    #expect(run(holds: false, failed: 1, foreign: 0.9).saysNothing)
  }

  @Test("An arm that a busy machine kept from being judged is said to be that, with the ends known until then")
  func notJudged() {
    var arm = CapacityArm(Arm(name: "packed", store: "packed", propagator: "packed"))
    arm.peakThroughputs = [1_000]
    var search = CapacitySearch(peak: 1_000)
    var held = CapacityProbe(rate: 100, purpose: .ladder)
    (held.runs, held.holds) = ([run(holds: false, foreign: 0.5), run(holds: true), run(holds: true)], true)
    search.answer(holds: true)
    var busy = CapacityProbe(rate: 250, purpose: .ladder)
    busy.runs = [run(holds: false, foreign: 0.43), run(holds: true, foreign: 0.6), run(holds: false, foreign: 0.2)]
    arm.probes = [held, busy]
    arm.conclude(search, isJudged: false)
    #expect(arm.outcome == .notJudged && arm.highestHeld == 100 && arm.lowestFailed == nil)
    #expect(
      finding(text(arm)).hasPrefix(
        "packed, p99 ≤ 5 ms: not judged: the machine was busy: 2 runs failed while other tasks had up to 43 % of the "
          + "CPUs in use; until then held at 100 requests/s (10 % of its peak), none failed"), "\(text(arm))")
    let row = text(arm).split(separator: "\n").first { $0.contains(" 250 ") }
    #expect(row?.contains("not judged") == true)
  }

  @Test("An end that flipped makes the interval wide, and that is said")
  func widened() {
    let narrow = arm(limit: 600)
    let wide = arm(limit: 600, flips: [narrow.highestHeld ?? 0])
    #expect(wide.isWidened && wide.outcome == .interval)
    #expect(finding(text(wide)).contains("a rate in between gave both answers, so the interval is wide"))
    #expect(!finding(text(narrow)).contains("wide"))
  }

  @Test("A note may hold anything; the terminal does not obey it")
  func notes() {
    #expect(text(arm(limit: 600), notes: ["a\u{1B}[2Jb"]).contains("a?[2Jb"))
  }
}
