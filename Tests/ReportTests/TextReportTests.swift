import Report
import Results
import Statistics
import Testing

@Suite("The text report")
struct TextReportTests {
  static func troubled() -> RunResult {
    var result = ExampleRun.typical(rounds: 2, depths: [1, 3])
    let full = ExampleRun.full()
    result.interrupted = true
    result.settings.roundsPlanned = 5
    result.settings.droppedDepths = [2]
    result.settings.fullRunSeconds = 131.5
    result.failures = full.failures
    result.failures[0].lastLogLines.append("a line that\u{1B}[31m a terminal\nmust not obey")
    result.fidelity[2] = full.fidelity[0]
    result.warmups[1].steady = false
    result.trials[0].validity.add(.invalid, "no request completed")
    result.trials[1].validity.add(.suspect, "send lag P99 is 2500 µs, response P50 only 130 µs")
    result.trials[2].ledger.planned += 5
    result.closedConnections = full.closedConnections
    result.givenUp = full.givenUp
    result.calls = full.calls
    result.refused = full.refused
    result.notes = full.notes
    return result
  }

  static func graph() -> RunResult {
    var result = ExampleRun.typical(rounds: 3, depths: [3], kinds: [ExampleRun.kinds[3]])
    result.commandLine = ["ctxchain", "run", "topologies/diamond.yaml"]
    return result
  }

  static let examples: [(name: String, result: @Sendable () -> RunResult)] = [
    ("text-report-3-rounds.txt", { ExampleRun.typical(rounds: 3) }),
    ("text-report-8-rounds.txt", { ExampleRun.typical(rounds: 8, depths: [1, 2, 5]) }),
    ("text-report-troubled.txt", troubled),
    ("text-report-graph.txt", graph),
    ("text-report-nothing.txt", ExampleRun.sparse),
  ]

  @Test("is the golden file, character for character", arguments: examples.indices)
  func golden(example: Int) throws {
    let (name, result) = Self.examples[example]
    try GoldenFile.expect(TextReport.render(result()), equals: name)
  }

  @Test("says under one CPU when its time is not in the clocks of nodes and client, and nothing elsewhere")
  func accountedCPU() {
    func host(placement: String, share: Double) -> Bool {
      var result = ExampleRun.typical(rounds: 3)
      result.settings.placement = placement
      for index in result.trials.indices where result.trials[index].phase == .closed {
        let window = Double(result.trials[index].windowNanoseconds)
        result.trials[index].nodeCpuNanoseconds = Int64(window * (share - 0.3))
        result.trials[index].clientCpuNanoseconds = Int64(window * 0.3)
      }
      let text = TextReport.render(result).replacing(/\s+/, with: " ")
      return text.contains("account for 90 % of their CPU's time: what interrupts take is in no figure of CPU")
    }
    #expect(host(placement: "one", share: 0.9) && !host(placement: "one", share: 0.96))
    #expect(!host(placement: "one", share: 1.07) && !host(placement: "free", share: 0.9))
  }

  @Test("has no line over 120 characters but the finding, which is the last line", arguments: examples.indices)
  func lineSizes(example: Int) {
    let text = TextReport.render(Self.examples[example].result())
    #expect(text.hasSuffix("\n"))
    let lines = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines.dropLast() { #expect(line.count <= 120, "\(line)") }
    #expect(lines.last?.contains("Found") == true)
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }

  @Test("stays within 120 characters with the widest numbers")
  func widest() throws {
    var result = ExampleRun.typical(rounds: 3, depths: [1, 32, 64])
    for index in result.trials.indices where result.trials[index].arm == "map" {
      result.trials[index].throughput *= result.trials[index].round == 1 ? 900 : 1
      result.trials[index].nodeCpuNanoseconds *= result.trials[index].round == 1 ? 90_000 : 3_000
    }
    for index in result.histograms.indices {
      let count = result.histograms[index].responseTime.count
      result.histograms[index].responseTime.record(nanoseconds: 3_599_000_000_000, count: 2 * count)
    }
    for index in result.hopBytes.indices {
      result.hopBytes[index].contextBytesPerHop = 123_456.7
      result.hopBytes[index].payloadBytesPerHop = 8_388_608
      result.hopBytes[index].contextKeysAtDeepest = 192
    }
    let lines = TextReport.render(result).dropLast().split(separator: "\n")
    for line in lines.dropLast() { #expect(line.count <= 120, "\(line.count): \(line)") }
  }

  @Test("claims nothing but ranges below six rounds, and names what is indicated from six on")
  func honesty() throws {
    func finding(_ rounds: Int) throws -> String {
      let text = TextReport.render(ExampleRun.typical(rounds: rounds, depths: [1, 5]))
      return String(try #require(text.split(separator: "\n").last))
    }
    for rounds in 2...5 {
      let line = try finding(rounds)
      #expect(line.contains("no significance claimed"))
      #expect(!line.contains("indicated") && !line.contains("no difference seen"))
    }
    let line = try finding(6)
    #expect(line.contains("[indicated]"))
    #expect(!line.contains("no significance claimed"))
    #expect(try finding(1).contains("one round"))
  }

  @Test("does not count a round that was cut off as a complete one", arguments: [1, 2, 3, 7])
  func partialRound(rounds: Int) throws {
    var result = ExampleRun.typical(rounds: rounds, depths: [1, 5])
    result.interrupted = true
    result.settings.roundsPlanned = 9
    result.settings.rounds = rounds - 1
    result.trials.removeLast(3)
    let line = try #require(TextReport.render(result).split(separator: "\n").last)
    #expect(line.contains("Interrupted after \(rounds - 1) of 9 rounds."))
    let basis =
      switch rounds {
      case 1: "Found at depth 5, a part of one round (nothing"
      case 2: "Found at depth 5, one round and a part of one (nothing"
      default: "Found at depth 5, medians of \(rounds - 1) rounds and a part of one "
      }
    #expect(line.contains(basis), "\(line)")
  }

  @Test("does not count a round that was cut off while it was measured again")
  func partialRerun() throws {
    var result = ExampleRun.typical(rounds: 3, depths: [1, 5])
    result.interrupted = true
    result.settings.roundsPlanned = 9
    let last = result.trials.indices.filter { result.trials[$0].round == 2 }
    var again = last.dropLast(2).map { result.trials[$0] }
    for index in again.indices { again[index].rerun = true }
    for index in last { result.trials[index].superseded = true }
    func line() throws -> Substring { try #require(TextReport.render(result).split(separator: "\n").last) }
    #expect(try line().contains("Interrupted after 2 of 9 rounds."))
    result.trials += again
    #expect(try line().contains("Interrupted after 2 of 9 rounds. Found at depth 5, medians of 2 rounds and a part of"))
  }

  @Test("adds up what nodes closed, one text per node")
  func closedConnections() {
    func closed(_ service: String, _ replica: Int, _ reason: String, _ count: UInt64) -> ClosedConnections {
      ClosedConnections(arm: nil, service: service, replica: replica, reason: reason, connections: count)
    }
    let sum = [closed("a", 0, "tooShort", 2)].merging([
      closed("a", 0, "tooLarge", 1), closed("a", 0, "tooShort", 3), closed("a", 1, "tooShort", 1),
    ])
    #expect(sum.map(\.connections) == [5, 1, 1])
    #expect(sum.texts == ["6 connections of a: 5 tooShort, 1 tooLarge", "1 connection of a#1: 1 tooShort"])
  }

  @Test("adds up what was given up, one text per arm, and what was refused, one per node")
  func givenUp() {
    func givenUp(_ service: String, _ cancelled: UInt64, _ stop: UInt64) -> NodeEvents {
      NodeEvents(
        arm: nil, service: service, replica: 0,
        counts: [
          .cancelled: cancelled, .deadlineExceeded: 1, .abandoned: 0, .lateSlices: 2, .lateCalls: 1,
          .stopNanosecondsMax: stop,
        ])
    }
    let sum = [givenUp("a", 2, 900)].merging([givenUp("a", 3, 500), givenUp("b", 1, 1_200_000)])
    #expect(sum.map { $0[.cancelled] } == [5, 1] && sum.map { $0[.stopNanosecondsMax] } == [900, 1_200_000])
    #expect(
      sum.texts == [
        "at nodes: 6 requests cancelled, 3 requests past the deadline, 6 slices of work after that, 3 calls after that, "
          + "stopped within 1.20 ms"
      ])
    let refused = [RefusedRequests(arm: "x", service: "a", replica: 1, reason: "missingField", requests: 1)]
    #expect(refused.texts == ["1 request of a#1 under x: 1 missingField"])
  }

  @Test("says that a difference was not seen when it is within the scatter of the control arm")
  func noDifference() throws {
    let quiet = ExampleRun.Kind(
      arm: Arm(name: "quiet", store: "struct", propagator: "binary25"), addedNanoseconds: 10, contextSize: 25,
      allocations: 0, fidelity: FidelityResult(arm: "quiet", verdict: .notChecked))
    let kinds = [ExampleRun.kinds[0], ExampleRun.kinds[1], quiet]
    let text = TextReport.render(ExampleRun.typical(rounds: 8, depths: [1, 5], kinds: kinds))
    let line = try #require(text.split(separator: "\n").last)
    #expect(line.contains("quiet cannot be told from baseline"))
    #expect(!line.contains("[indicated]") && !line.contains("least"))
  }
}
