import Launcher
import Results
import Statistics
import Testing

/// What the live view shows, as text, at several sizes of the terminal.
@Suite("The live view")
struct LiveViewTests {
  private static func trial(
    _ arm: String, round: Int, depth: Int = 5, phase: Trial.Phase = .closed, throughput: Double = 0,
    p99: Int64? = nil, isRerun: Bool = false, steal: Double? = 0.001, validity: ValidityVerdict = .ok
  ) -> Trial {
    var latency: LatencySummary?
    if let p99 {
      var histogram = LatencyHistogram()
      histogram.record(nanoseconds: p99)
      latency = LatencySummary(histogram)
    }
    return Trial(
      round: round, position: 0, arm: arm, depth: depth, phase: phase, inFlight: phase == .closed ? 64 : nil,
      connections: 1, windowNanoseconds: 200_000_000, ledger: Ledger(planned: 1, completed: 1), throughput: throughput,
      responseTime: latency, serviceTime: latency, nodeCpuNanoseconds: 1, clientCpuNanoseconds: 1, deliveries: 5,
      nodes: [], hostStealRatio: steal, cpuPressureRatio: 0.31, validity: validity, rerun: isRerun)
  }

  /// Two rounds and a half of three arms.
  private static func state() -> LiveState {
    var state = LiveState()
    state.start(arms: ["baseline", "value-chain", "packed"], depth: 5, inFlight: 64)
    for (round, throughputs) in [[60_000.0, 30_000, 50_000], [61_000, 15_000, 55_500], [30_000]].enumerated() {
      for (arm, throughput) in zip(["baseline", "value-chain", "packed"], throughputs) {
        state.add(trial(arm, round: round, throughput: throughput))
        state.add(trial(arm, round: round, depth: 1, throughput: 999_999))
        state.add(trial(arm, round: round, phase: .open, throughput: 1, p99: Int64(throughput * 10)))
      }
    }
    state.rounds = 2
    state.roundsPlanned = 8
    state.take(seconds: 55, now: 100)
    state.now = 113.75
    state.activity = "round 3 of 8"
    state.steps = ["counted", "open-loop rate: 9350 requests/s", "round 1 of 8 done", "round 2 of 8 done after 19 s"]
    return state
  }

  private func text(_ state: LiveState, _ width: Int, _ height: Int) -> [String] {
    LiveView(state).lines(width: width, height: height).map { $0.map(\.text).joined() }
  }

  @Test("80 columns")
  func wide() {
    #expect(
      text(Self.state(), 80, 23) == [
        "round 3 of 8 █████░░░░░░░░░░░░░░░ 42 s left  ",
        "host: stolen 0.1 %, waiting for a CPU 31 %",
        "arm               1/s    P99 µs  throughput by round, depth 5",
        "baseline        30000       300  ██▄",
        "value-chain     15000       150  █▄",
        "packed          55500       555  ██",
        "open-loop rate: 9350 requests/s", "round 1 of 8 done", "round 2 of 8 done after 19 s",
      ])
  }

  @Test("There is a bar as soon as the time is known, before any round, and none once it is over")
  func beforeRounds() {
    var state = LiveState()
    state.activity = "counting: map"
    #expect(text(state, 80, 23)[0] == "counting: map")
    state.take(seconds: 40, now: 5)
    #expect(text(state, 80, 23)[0] == "░░░░░░░░░░░░░░░░░░░░ 40 s left  counting: map")
    state.now = 15
    #expect(text(state, 80, 23)[0] == "█████░░░░░░░░░░░░░░░ 30 s left  counting: map")
    // More is known now: it began at 5, and ends at 25.
    state.take(seconds: 10, now: 15)
    #expect(text(state, 80, 23)[0] == "██████████░░░░░░░░░░ 10 s left  counting: map")
    state.now = 99
    #expect(text(state, 80, 23)[0] == "████████████████████ counting: map")
    state.end()
    #expect(text(state, 80, 23)[0] == "")
  }

  @Test("36 columns: names and the sparkline give way")
  func narrow() {
    #expect(
      text(Self.state(), 36, 23) == [
        "round 3 of 8 ██░░░░░░░ 42 s left  ",
        "host: stolen 0.1 %, waiting for a C…",
        "arm               1/s    P99 µs",
        "baseline        30000       300",
        "value-chain     15000       150",
        "packed          55500       555",
        "open-loop rate: 9350 requests/s", "round 1 of 8 done", "round 2 of 8 done after 19 s",
      ])
  }

  @Test("24 columns: what is too long ends in dots")
  func narrowest() {
    #expect(
      text(Self.state(), 24, 23) == [
        "round 3 of 8 █░░░░░ 42 …", "host: stolen 0.1 %, wai…", "arm        1/s    P99 µs", "bas…     30000       300",
        "val…     15000       150", "pac…     55500       555", "open-loop rate: 9350 re…", "round 1 of 8 done",
        "round 2 of 8 done after…",
      ])
  }

  @Test(
    "Arms that do not fit are counted; the steps give way before them", arguments: [(6, 3, 0), (7, 3, 1), (5, 1, 0)])
  func low(height: Int, armCount: Int, stepCount: Int) {
    let lines = text(Self.state(), 80, height)
    #expect(lines.count == height)
    #expect(lines.count { $0.contains("30000") || $0.contains("15000") || $0.contains("55500") } == armCount)
    #expect(lines.contains("… 2 more arms") == (armCount < 3))
    #expect(lines.count { $0.contains(" done") } == stepCount)
  }

  @Test("Whatever the size, no line is longer and there are no more lines than it allows")
  func bounds() {
    var generator = SeededGenerator(seed: 7)
    let begun = Self.state()
    for _ in 0..<500 {
      var state = begun
      state.start(
        arms: (0..<Int(generator.next() % 40)).map { "arm-\($0)-" + String(repeating: "x", count: $0) }, depth: 5,
        inFlight: 64)
      for arm in state.arms { state.add(Self.trial(arm.name, round: 0, throughput: 5, validity: .ok.invalidated)) }
      state.activity = String(repeating: "y", count: Int(generator.next() % 200))
      let (width, height) = (Int(generator.next() % 120), Int(generator.next() % 40))
      let lines = text(state, width, height)
      #expect(lines.count <= height)
      #expect(lines.allSatisfy { $0.count <= width }, "\(width) \(height): \(lines)")
    }
  }

  @Test("A trial that is measured again takes the first one's place; pilots and other windows are left out")
  func rerun() {
    var state = LiveState()
    state.start(arms: ["packed"], depth: 5, inFlight: 64)
    state.add(Self.trial("packed", round: 0, phase: .pilot, throughput: 9))
    #expect(state.arms[0].throughputs == [])
    state.add(Self.trial("packed", round: 0, throughput: 1))
    state.add(Self.trial("packed", round: 0, throughput: 2, isRerun: true))
    state.add(Self.trial("packed", round: 1, throughput: 3))
    #expect(state.arms[0].throughputs == [2, 3])
  }

  @Test("Stolen time above what makes a trial suspect stands out, and so do invalid trials")
  func warnings() {
    var state = Self.state()
    state.add(Self.trial("packed", round: 2, steal: 0.03, validity: .ok.invalidated))
    let spans = LiveView(state).lines(width: 80, height: 23).flatMap { $0 }
    #expect(spans.filter { $0.style == .warning }.map(\.text) == ["stolen 3.0 %", " 1 invalid"])
  }

  @Test("Control characters in names do not reach the terminal")
  func control() {
    var state = LiveState()
    state.activity = "warming up a\u{1B}[2Jb"
    #expect(text(state, 80, 5)[0] == "warming up a?[2Jb")
  }

  @Test(
    "A sparkline shows the last values as eighths of the largest",
    arguments: [
      ([], 5, ""), ([0], 5, ""), ([8, 1, 2, 4, 0], 9, "█▁▂▄▁"), ([8, 7, 6, 5], 2, "▆▅"), ([3, 3], 4, "██"),
    ] as [([Double], Int, String)])
  func sparkline(values: [Double], width: Int, text: String) {
    #expect(LiveView.sparkline(values, width: width) == text)
  }
}

extension ValidityVerdict {
  fileprivate var invalidated: ValidityVerdict {
    var verdict = self
    verdict.add(.invalid, "for a test")
    return verdict
  }
}
