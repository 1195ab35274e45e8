// Made-up results of realistic shape, the same on every machine. Their numbers come from a formula, not from a run.

import Report
import Results
import Statistics
import Topology

/// Evenly spaced quantiles of a distribution with a tail, in nanoseconds.
struct Times: Hashable {
  let scale: Double
  let count: Int

  func histogram() -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for index in 0..<count {
      let quantile = (Double(index) + 0.5) / Double(count)
      histogram.record(nanoseconds: Int64(scale * (0.8 + 0.3 * quantile + 0.02 / (1.02 - quantile))))
    }
    return histogram
  }
}

enum ExampleRun {
  /// A strategy and what it costs in this made-up world.
  struct Kind {
    let arm: Arm
    /// Nanoseconds per hop, on top of the hop itself.
    let addedNanoseconds: Double
    /// Bytes of the context at every hop.
    let contextSize: Double
    let allocations: Double
    let fidelity: FidelityResult
  }

  static let kinds: [Kind] = [
    kind("baseline", nil, "none", 0, 0, 0, .notChecked),
    kind("baseline′", nil, "none", 130, 0, 0, .notChecked, controlOf: "baseline"),
    kind("map", "map", "json-map", 23_400, 188, 31, .faithful),
    kind("value-chain", "value-chain", "tracecontext,baggage", 14_800, 141, 17, .faithful),
    kind("packed", "packed", "packed", 1_900, 68, 0, .faithful),
    kind("binary25", "struct", "binary25", 900, 25, 0, .lostAsDeclared, lostKeys: ["user", "tenant"]),
  ]

  static func kind(
    _ name: String, _ store: String?, _ propagator: String, _ added: Double, _ size: Double,
    _ allocations: Double, _ verdict: FidelityResult.Verdict, controlOf: String? = nil, lostKeys: [String] = [],
    transport: String? = nil
  ) -> Kind {
    let isChecked = verdict != .notChecked
    return Kind(
      arm: Arm(name: name, store: store, propagator: propagator, transport: transport, controlOf: controlOf),
      addedNanoseconds: added,
      contextSize: size, allocations: allocations,
      fidelity: FidelityResult(
        arm: name, verdict: verdict, requests: isChecked ? 256 : 0, views: isChecked ? 256 : 0, lostKeys: lostKeys))
  }

  static func typical(rounds: Int, depths: [Int] = [1, 2, 3, 4, 5], kinds: [Kind] = kinds) -> RunResult {
    var result = empty(rounds: rounds, depths: depths, arms: kinds.map(\.arm))
    result.settings.utilisation = 0.5
    result.settings.arrival = "poisson"
    result.fidelity = kinds.map(\.fidelity)
    result.warmups = kinds.map {
      Warmup(arm: $0.arm.name, set: 0, windowsDiscarded: 10, seconds: 1.2, steady: true)
    }
    for round in 0..<rounds {
      let order = RoundSchedule.order(seed: result.seed, round: round, count: kinds.count * depths.count)
      for (position, index) in order.enumerated() {
        let kind = kinds[index / depths.count]
        let depth = depths[index % depths.count]
        result.trials.append(closedTrial(kind, depth: depth, round: round, position: position))
      }
    }
    for kind in kinds {
      for depth in depths {
        result.histograms.append(histogram(kind, depth: depth, phase: .open, count: 2_000 * rounds))
        result.counts.append(countingPass(kind, depth: depth))
        result.hopBytes.append(hopBytes(kind, depth: depth))
      }
      if let last = depths.last {
        result.histograms.append(histogram(kind, depth: last, phase: .single, count: 300 * rounds))
      }
    }
    return result
  }

  static func empty(rounds: Int, depths: [Int], arms: [Arm]) -> RunResult {
    RunResult(
      toolVersion: "0.1.0", commandLine: ["ctxchain", "chain", "-n", "\(depths.last ?? 1)", "--seed", "42"],
      startedAt: "2026-01-31T12:00:00Z", finishedAt: "2026-01-31T12:01:14Z", interrupted: false, seed: 42,
      exitStatus: 0,
      host: HostDescription(
        cpuCount: 2, allowedCpus: [0, 1], cpuModel: "Example CPU @ 2.80GHz", kernel: "Linux 6.1.0",
        memoryBytes: 8_201_000_000),
      settings: RunSettings(
        placement: "one", trialSeconds: 0.055, rounds: rounds, roundsPlanned: rounds, inFlight: 64, depths: depths,
        growth: "shadow", keysPerLayer: 3, textSizes: [15, 16], payloadSize: 128, socketBufferSize: 65_536,
        processSets: arms.count,
        processSetReplacements: max(0, rounds - 1), sharedProcessSet: false, budgetSeconds: 90,
        timeoutNanoseconds: 2_000_000_000),
      topology: chain(depths.last ?? 1), arms: arms)
  }

  /// Ups and downs of the rounds: up to 3 % either way, other ones for every arm and depth.
  private static func scatter(_ kind: Kind, depth: Int, round: Int) -> Double {
    let name = kind.arm.name.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    var generator = SeededGenerator(seed: name, stream: UInt64(depth) << 32 | UInt64(round))
    return 1 + 0.06 * (generator.nextUnit() - 0.5)
  }

  private static func closedTrial(_ kind: Kind, depth: Int, round: Int, position: Int) -> Trial {
    let window: Int64 = 200_000_000
    let hop = (6_000 + kind.addedNanoseconds) * scatter(kind, depth: depth, round: round)
    let client = 3_000.0
    let completed = UInt64(Double(window) / (hop * Double(depth) + client))
    let cpu = Int64(Double(completed) * hop)
    return Trial(
      round: round, position: position, arm: kind.arm.name, depth: depth, phase: .closed, inFlight: 64, connections: 1,
      windowNanoseconds: window, ledger: Ledger(planned: completed, completed: completed),
      throughput: Double(completed) / 0.2, responseTime: nil, serviceTime: nil,
      nodeCpuNanoseconds: cpu * Int64(depth), clientCpuNanoseconds: Int64(Double(completed) * client),
      deliveries: completed * UInt64(depth),
      nodes: (1...depth).map {
        NodeWork(service: "s\($0)", replica: 0, cpuNanoseconds: cpu, deliveries: completed)
      },
      hostStealRatio: 0.001, cpuPressureRatio: 0.31, validity: .ok)
  }

  private static func histogram(_ kind: Kind, depth: Int, phase: Trial.Phase, count: Int) -> MergedHistogram {
    let hop = 14_000 + 1.1 * kind.addedNanoseconds + (phase == .open ? 9_000 : 0)
    let times = Times(scale: hop * Double(depth), count: count)
    return MergedHistogram(
      arm: kind.arm.name, depth: depth, phase: phase, responseTime: histograms.value(times, make: times.histogram))
  }

  private static let histograms = MadeOnce<Times, LatencyHistogram>()

  private static func countingPass(_ kind: Kind, depth: Int) -> CountingPass {
    let nodes = (1...depth).map { place in
      NodeCounts(
        service: "s\(place)", replica: 0, deliveriesPerRequest: 1,
        allocationsPerRequest: place < depth ? kind.allocations : (kind.allocations / 2).rounded(),
        allocatedBytesPerRequest: kind.allocations * 48, systemCallsPerRequest: place < depth ? 6 : 3,
        contextBytesInPerDelivery: kind.contextSize, payloadBytesInPerDelivery: 128,
        contextKeysPerDelivery: keys(kind))
    }
    return CountingPass(
      arm: kind.arm.name, depth: depth, requests: 512, method: .mallocInterposition, nodes: nodes,
      client: ClientCounts(allocationsPerRequest: 0))
  }

  private static func keys(_ kind: Kind) -> Double {
    kind.contextSize > 25 ? 8 : kind.contextSize > 0 ? 3 : 0
  }

  private static func hopBytes(_ kind: Kind, depth: Int) -> HopBytes {
    let isHTTP1 = kind.arm.transport == "http1"
    return HopBytes(
      arm: kind.arm.name, depth: depth, transport: kind.arm.transport, contextBytesPerHop: kind.contextSize,
      payloadBytesPerHop: 128,
      headerBytesPerHop: isHTTP1 ? 90 : 32, answerHeaderBytesPerHop: isHTTP1 ? 77 : 32, answerPayloadBytesPerHop: 128,
      contextKeysAtDeepest: keys(kind))
  }

  static func chain(_ depth: Int) -> Topology {
    let services = (1...depth).map { place in
      let call = Call(
        service: place, payloadSize: 128, timeoutNanoseconds: 0, probability: 1, retries: 0, propagator: "none",
        transport: "frame", dropsContext: false)
      return Service(
        name: "s\(place)", replicas: 1, workers: 1, strategy: "baseline", store: "none", contextWork: true,
        keysPerLayer: 3, growth: "shadow", responseSize: 128, errorRate: 0, script: place < depth ? [.call(call)] : [])
    }
    return Topology(
      entry: 0, maxDepth: 0, client: ClientSide(propagator: "none", payloadSize: 128, set: []), services: services)
  }
}
