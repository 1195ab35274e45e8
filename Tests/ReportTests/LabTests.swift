// The laboratories' verdicts: shown only where the effect is there and the safe variant does not have it.

import Report
import Results
import Statistics
import Testing

@Suite("The verdict of a laboratory")
struct LabTests {
  // MARK: Leak

  /// Contexts and timers over time, the same in every service.
  private func chain(_ name: String, requests: UInt64, _ values: [(contexts: UInt64, timers: UInt64)]) -> LeakChain {
    LeakChain(
      name: name, requests: requests,
      services: ["a", "b"].map { name in
        var service = LeakService(name: name)
        service.samples = values.enumerated().map { index, value in
          LeakSample(seconds: Double(index), contexts: value.contexts, timers: value.timers, requests: 0)
        }
        return service
      })
  }

  @Test("a leak is shown when each request leaves a context, and nothing is left where they are released")
  func leak() {
    let leaking = chain(LeakChain.leaking, requests: 20, [(10, 10), (20, 20), (20, 20), (20, 0)])
    let released = chain(LeakChain.released, requests: 20, [(1, 1), (2, 2), (0, 0), (0, 0)])
    let verdict = LabVerdict([leaking, released], loadSeconds: 1)
    #expect(verdict.isShown)
    #expect(
      verdict.text
        == "Shown: 2.00 s after the last request, a, b still hold 20, 20 contexts of 20 requests; their timers came to 20 "
        + "per service at most, where 2 were needed, and the last was armed 1.00 s after the load. Done right, contexts "
        + "and timers are back at zero.")
  }

  @Test(
    "it is not shown when the effect is absent, when the safe variant has it too, or when nothing was seen",
    arguments: [
      ([(10, 10), (0, 0)], [(1, 1), (0, 0)]), ([(10, 10), (19, 0)], [(1, 1), (0, 0)]),
      ([(10, 10), (20, 0)], [(1, 1), (1, 0)]), ([(10, 10), (20, 0)], [(1, 1), (0, 1)]), ([], [(0, 0)]),
      ([(20, 0)], []),
    ] as [([(UInt64, UInt64)], [(UInt64, UInt64)])])
  func noLeak(leaking: [(UInt64, UInt64)], released: [(UInt64, UInt64)]) {
    let chains = [
      chain(LeakChain.leaking, requests: 20, leaking.map { ($0.0, $0.1) }),
      chain(LeakChain.released, requests: 20, released.map { ($0.0, $0.1) }),
    ]
    let verdict = LabVerdict(chains, loadSeconds: 1)
    #expect(!verdict.isShown && verdict.text.hasPrefix("Not shown: "))
    #expect(!LabVerdict([chains[0]], loadSeconds: 1).isShown)
  }

  @Test("the text has a line of bars per service, and blanks where there is nothing")
  func leakText() {
    var result = LeakResult(
      toolVersion: "0", commandLine: [], startedAt: "", seed: 1, strategy: "map", rate: 10, loadSeconds: 1,
      deadlineSeconds: 2)
    result.chains = [
      chain(LeakChain.leaking, requests: 8, [(0, 0), (4, 4), (8, 8), (8, 0)]),
      chain(LeakChain.released, requests: 8, [(0, 0), (1, 1), (0, 0)]),
    ]
    let lines = LeakText.render(result).split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains(["a", "contexts", "·▅██", "8", "8"]))
    #expect(lines.contains(["b", "timers", "·▅█·", "8", "0"]))
    #expect(lines.contains(["b", "contexts", "·█·", "1", "0"]))
  }

  // MARK: Pressure

  /// A run of two rounds in which the map allocates more than the struct.
  private func run(mapAllocations: Double = 28, structAllocations: Double = 10, completed: Double = 1000) -> RunResult {
    var result = ExampleRun.empty(
      rounds: 2, depths: [2],
      arms: [
        Arm(name: "map", store: "map", propagator: "packed"),
        Arm(name: "struct", store: "struct", propagator: "packed"),
      ])
    result.settings.openLoopRate = 1000
    for (name, allocations) in [("map", mapAllocations), ("struct", structAllocations)] {
      let node = NodeCounts(
        service: "s1", replica: 0, deliveriesPerRequest: 1, allocationsPerRequest: allocations / 2,
        allocatedBytesPerRequest: allocations * 30, systemCallsPerRequest: 3, contextBytesInPerDelivery: 70,
        payloadBytesInPerDelivery: 128, contextKeysPerDelivery: 3, retainsPerRequest: allocations * 3,
        releasesPerRequest: allocations * 4)
      result.counts.append(
        CountingPass(
          arm: name, depth: 2, requests: 64, method: .mallocInterposition, nodes: [node, node],
          client: ClientCounts(allocationsPerRequest: 0)))
      for round in 0..<2 {
        result.trials.append(
          Trial(
            round: round, position: 0, arm: name, depth: 2, phase: .open, inFlight: nil, connections: 1,
            plannedRate: 1000, windowNanoseconds: 1_000_000_000, ledger: Ledger(planned: 1000, completed: 1000),
            throughput: completed, responseTime: nil, serviceTime: nil, sendLag: nil, nodeCpuNanoseconds: 1,
            clientCpuNanoseconds: 1, deliveries: 2000, nodes: [], hostStealRatio: nil, cpuPressureRatio: nil,
            validity: .ok))
      }
    }
    return result
  }

  private func pressure(_ run: RunResult) -> PressureResult {
    PressureResult(run, map: "map", structure: "struct", depth: 2, rate: 1000)
  }

  @Test("pressure is shown when the map costs more of everything that is counted")
  func pressure() {
    let result = pressure(run())
    #expect(result.verdict.isShown && result.holdsRate && result.exitStatus == 0)
    #expect(result.sides.map(\.allocations) == [28, 10] && result.sides.map(\.allocatedBytes) == [1680, 600])
    #expect(result.sides.map(\.retains) == [168, 60] && result.sides.map(\.releases) == [224, 80])
    #expect(
      result.verdict.text.hasPrefix(
        "Shown: per request the boxed map takes 28 allocations against 10, 1680 bytes allocated against 600, 392 retains "
          + "and releases against 140 of the typed struct. At 1000 requests/s the P99"))
  }

  @Test("it is not shown when the struct costs as much, or when nothing was counted")
  func noPressure() {
    #expect(pressure(run(structAllocations: 28)).exitStatus == 1)
    #expect(pressure(run(mapAllocations: 10)).verdict.text.hasPrefix("Not shown: "))
    var uncounted = run()
    for index in uncounted.counts.indices {
      for node in uncounted.counts[index].nodes.indices {
        uncounted.counts[index].nodes[node].allocationsPerRequest = nil
      }
    }
    #expect(!pressure(uncounted).verdict.isShown)
    #expect(pressure(uncounted).verdict.text.contains(" of the typed struct. Not counted: allocations. "))
  }

  @Test("a machine that does not hold the rate is told, with status 4, and no P99 with it")
  func tooFast() {
    let slow = pressure(run(completed: 800))
    #expect(slow.verdict.isShown && !slow.holdsRate && slow.exitStatus == 4)
    #expect(slow.verdict.text.contains("This machine does not hold 1000 requests/s: map completes 800/s"))
    var invalid = run()
    for index in invalid.trials.indices { invalid.trials[index].validity.add(.invalid, "the client was late") }
    #expect(pressure(invalid).exitStatus == 4)
    #expect(pressure(invalid).verdict.text.contains("the client was late"))
  }
}
