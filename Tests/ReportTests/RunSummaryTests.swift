import Report
import Results
import Statistics
import Testing

@Suite("The summary of a run")
struct RunSummaryTests {
  static let base = Arm(name: "baseline", store: nil, propagator: "none")
  static let control = Arm(name: "baseline′", store: nil, propagator: "none", controlOf: "baseline")
  static let map = Arm(name: "map", store: "map", propagator: "json-map")

  static func trial(
    _ arm: Arm, depth: Int, round: Int, perSecond: Double, cpu: Int64, phase: Trial.Phase = .closed
  ) -> Trial {
    Trial(
      round: round, position: 0, arm: arm.name, depth: depth, phase: phase, inFlight: 64, connections: 1,
      windowNanoseconds: 500_000_000, ledger: Ledger(), throughput: perSecond, responseTime: nil, serviceTime: nil,
      nodeCpuNanoseconds: cpu, clientCpuNanoseconds: 0, deliveries: UInt64(perSecond / 2) * UInt64(depth), nodes: [],
      validity: .ok)
  }

  static func result(_ trials: [Trial]) -> RunResult {
    var result = ExampleRun.empty(rounds: 3, depths: [1, 2, 4], arms: [base, control, map])
    result.trials = trials
    return result
  }

  @Test("throughput is the median over rounds, and its drops are the middle of paired ratios")
  func throughput() throws {
    var trials: [Trial] = []
    // The host is twice as fast in round 1: paired ratios do not see it.
    for (round, speed) in [1.0, 2, 1].enumerated() {
      trials += [
        Self.trial(Self.base, depth: 1, round: round, perSecond: 1_000 * speed, cpu: 1),
        Self.trial(Self.base, depth: 4, round: round, perSecond: 500 * speed, cpu: 1),
        Self.trial(Self.map, depth: 1, round: round, perSecond: 800 * speed, cpu: 1),
        Self.trial(Self.map, depth: 4, round: round, perSecond: 200 * speed, cpu: 1),
      ]
    }
    trials[3].throughput = 250
    let summary = RunSummary(Self.result(trials))
    #expect(summary.roundCount == 3 && summary.depths == [1, 4])
    #expect(summary.baseline == "baseline" && summary.control == "baseline′")
    let row = try #require(summary.arm(named: "map")?.row(depth: 4))
    let spread = try #require(row.throughput)
    #expect(spread.min == 200 && spread.median == 250 && spread.max == 400 && spread.count == 3)
    // Of 0.6875, 0.75 and 0.75, and their means with each other; below of 0.5, 0.6 and 0.6.
    let depthOne = try #require(row.dropAgainstDepthOne)
    #expect(abs(depthOne.median - 0.734375) < 1e-9 && abs(depthOne.min - 0.6875) < 1e-9)
    let drop = try #require(row.dropAgainstBaseline)
    #expect(abs(drop.median - 0.575) < 1e-9 && abs(drop.min - 0.5) < 1e-9 && abs(drop.max - 0.6) < 1e-9)
    #expect(row.throughputComparison?.verdict == .rangeOnly)
    let baseRow = try #require(summary.arm(named: "baseline")?.row(depth: 1))
    #expect(baseRow.dropAgainstBaseline == nil && baseRow.dropAgainstDepthOne == nil)
    #expect(baseRow.throughputComparison == nil)
  }

  @Test("CPU per hop, added CPU and the marginal cost of a hop follow their definitions")
  func cpu() throws {
    var trials: [Trial] = []
    for round in 0..<3 {
      // 500 requests in the window; total node CPU per request: 10 µs + 20 µs·depth, or + 30 µs·depth (+1 µs a round).
      for depth in [1, 2, 4] {
        let own = 30_000 * depth + 1_000 * round * depth
        trials.append(
          Self.trial(
            Self.base, depth: depth, round: round, perSecond: 1_000, cpu: Int64(500 * (10_000 + 20_000 * depth))))
        trials.append(
          Self.trial(Self.map, depth: depth, round: round, perSecond: 1_000, cpu: Int64(500 * (10_000 + own))))
      }
    }
    let summary = RunSummary(Self.result(trials))
    let map = try #require(summary.arm(named: "map"))
    let slope = try #require(map.marginalCpu)
    #expect(slope.min == 30_000 && slope.median == 31_000 && slope.max == 32_000)
    let row = try #require(map.row(depth: 4))
    #expect(row.cpuPerHop == MedianInterval([32_500, 33_500, 34_500]))
    #expect(row.addedCpuPerHop == MedianInterval([10_000, 11_000, 12_000]))
    #expect(row.addedCpuPerRequest == MedianInterval([40_000, 44_000, 48_000]))
    #expect(row.marginalCpu == MedianInterval([30_000, 31_000, 32_000]))
    #expect(map.row(depth: 1)?.marginalCpu == nil)
    #expect(summary.arm(named: "baseline")?.marginalCpu == MedianInterval([20_000, 20_000, 20_000]))
    #expect(summary.arm(named: "baseline′")?.rows.isEmpty == true)
  }

  @Test("several trials of one round count as one long trial; superseded ones and pilots count as none")
  func trialsOfARound() throws {
    var dead = Self.trial(Self.map, depth: 1, round: 0, perSecond: 9, cpu: 9)
    dead.superseded = true
    let summary = RunSummary(
      Self.result([
        Self.trial(Self.map, depth: 1, round: 0, perSecond: 1_000, cpu: 500 * 4_000),
        Self.trial(Self.map, depth: 1, round: 0, perSecond: 2_000, cpu: 1_000 * 7_000),
        dead,
        Self.trial(Self.map, depth: 1, round: 0, perSecond: 7, cpu: 7, phase: .pilot),
        Self.trial(Self.map, depth: 2, round: 5, perSecond: 7, cpu: 7, phase: .pilot),
      ]))
    #expect(summary.roundCount == 1)
    let map = try #require(summary.arm(named: "map"))
    #expect(map.rows.map(\.depth) == [1])
    #expect(map.row(depth: 1)?.throughput == MedianInterval([1_500]))
    #expect(map.row(depth: 1)?.cpuPerHop == MedianInterval([6_000]))
  }

  @Test("latency comes from the merged histogram of the open loop, and a P99 only of 1000 requests")
  func latency() throws {
    var result = Self.result([])
    func add(_ depth: Int, _ phase: Trial.Phase, _ nanoseconds: Int64, _ count: UInt64) {
      var histogram = LatencyHistogram()
      histogram.record(nanoseconds: nanoseconds, count: count)
      result.histograms.append(MergedHistogram(arm: "map", depth: depth, phase: phase, responseTime: histogram))
    }
    add(1, .open, 1_000, 1_000)
    add(1, .closed, 77, 5_000)
    add(2, .open, 1_500, 999)
    add(4, .open, 2_000, 1_000)
    add(4, .single, 1_200, 10)
    let map = try #require(RunSummary(result).arm(named: "map"))
    #expect(map.row(depth: 1)?.p99 == 1_000)
    #expect(map.row(depth: 1)?.p99Growth == nil)
    let two = try #require(map.row(depth: 2))
    #expect(two.p50 == 1_500 && two.p99 == nil && two.p50Growth == 1.5 && two.p99Growth == nil)
    #expect(two.latencyCount == 999)
    let four = try #require(map.row(depth: 4))
    #expect(four.p99 == 2_000 && four.p99Growth == 2 && four.p90Growth == 2 && four.singleInFlightP50 == 1_200)
  }

  @Test("counts are those of the middle node that was reached")
  func counts() throws {
    func node(_ name: String, _ deliveries: Double, _ allocations: Double?) -> NodeCounts {
      NodeCounts(
        service: name, replica: 0, deliveriesPerRequest: deliveries, allocationsPerRequest: allocations,
        allocatedBytesPerRequest: nil, systemCallsPerRequest: allocations.map { $0 / 2 },
        contextBytesInPerDelivery: 1, payloadBytesInPerDelivery: 1, contextKeysPerDelivery: 1)
    }
    let places: [(reached: Int, middle: Double)] = [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)]
    for (reached, middle) in places {
      var result = Self.result([Self.trial(Self.map, depth: reached, round: 0, perSecond: 10, cpu: 1)])
      let nodes = (1...5).map { node("s\($0)", $0 <= reached ? 1 : 0, Double($0)) }
      result.counts = [
        CountingPass(
          arm: "map", depth: reached, requests: 5, method: .mallocInterposition, nodes: nodes,
          client: ClientCounts(allocationsPerRequest: nil))
      ]
      result.hopBytes = [
        HopBytes(
          arm: "map", depth: reached, contextBytesPerHop: 25, payloadBytesPerHop: 128, headerBytesPerHop: 40,
          contextKeysAtDeepest: 8)
      ]
      let row = try #require(RunSummary(result).arm(named: "map")?.row(depth: reached))
      #expect(row.allocationsPerRequest == middle && row.systemCallsPerRequest == middle / 2)
      #expect(row.contextBytesPerHop == 25 && row.payloadBytesPerHop == 128 && row.contextKeys == 8)
    }
  }

  @Test("what was not measured, or cannot be divided, is nil and never a number")
  func missing() throws {
    let summary = RunSummary(
      Self.result([
        Self.trial(Self.base, depth: 2, round: 0, perSecond: 0, cpu: 0),
        Self.trial(Self.map, depth: 2, round: 0, perSecond: 10, cpu: 5),
        Self.trial(Self.map, depth: 4, round: 1, perSecond: 10, cpu: 5),
      ]))
    let row = try #require(summary.arm(named: "map")?.row(depth: 2))
    #expect(row.dropAgainstDepthOne == nil && row.dropAgainstBaseline == nil && row.addedCpuPerHop == nil)
    #expect(row.p50 == nil && row.p99 == nil && row.singleInFlightP50 == nil && row.allocationsPerRequest == nil)
    #expect(row.contextBytesPerHop == nil && row.contextKeys == nil && row.throughputComparison?.verdict == .tooFew)
    #expect(summary.arm(named: "map")?.row(depth: 4)?.marginalCpu == nil)
    #expect(summary.arm(named: "map")?.marginalCpu == nil)
    #expect(RunSummary(Self.result([])).roundCount == 0)
  }
}
