// `ctxchain calibrate`: measures the same thing twice, very often, and counts how often the two differ. Pairs share
// nothing: each has process sets and trials of its own. It decides nothing; the result does.

internal import EventLoop
package import Results
internal import Statistics
package import Topology

package struct CalibrationPlan: Sendable {
  /// Services of the chain.
  package static let depth = 3
  /// That run in the same rounds; with so many, all processes of a batch are within those that a run has at most.
  package static let pairsPerBatchMax = 4
  package static let pairCountMax = 10_000
  static let inFlight = 64
  static let warmupSecondsMax = 1.0

  package var commandLine: [String]
  package var toolVersion: String
  /// A chain of `depth` services without a context.
  package var topology: Topology
  package var pairCount: Int
  package var rounds: Int
  package var trialSeconds: Double
  package var seed: UInt64

  package init(
    commandLine: [String], toolVersion: String, topology: Topology, pairCount: Int, rounds: Int, trialSeconds: Double,
    seed: UInt64
  ) {
    self.commandLine = commandLine
    self.toolVersion = toolVersion
    self.topology = topology
    self.pairCount = pairCount
    self.rounds = rounds
    self.trialSeconds = trialSeconds
    self.seed = seed
  }

  var batchCount: Int { (pairCount + Self.pairsPerBatchMax - 1) / Self.pairsPerBatchMax }

  /// With those that take the place of pairs which the machine was too busy to measure.
  var batchCountMax: Int { 2 * batchCount }

  /// Both arms of every pair, as a run like any other, but for the passes that do not concern CPU.
  func experiment(batch: Int, pairCount: Int) -> ExperimentPlan {
    let arms = (0..<pairCount).flatMap { pair in
      ["a", "b"].map { side in
        ArmPlan(name: "pair \(pair + 1)\(side)", store: nil, propagator: "none", topology: topology)
      }
    }
    var plan = ExperimentPlan(
      commandLine: commandLine, arms: arms, depths: [Self.depth], isChain: true, placement: .one,
      trialSeconds: trialSeconds, rounds: rounds, budgetSeconds: nil, inFlight: Self.inFlight, timeoutSeconds: 10,
      drainSeconds: 2, seed: SeededGenerator.seed(seed, stream: UInt64(batch)), isPoisson: false, openLoopRate: nil,
      opaqueSize: nil, toolVersion: toolVersion)
    plan.passes = []
    plan.moreConcurrencies = []
    plan.warmupSecondsMax = Self.warmupSecondsMax
    return plan
  }
}

/// Runs the batches one after the other and keeps the result, also when it ends early. Main thread only: it spawns.
package final class Calibration: Session {
  private let plan: CalibrationPlan
  private let observer: any RunObserver
  private let supervisor: Supervisor
  private let allowedCPUs: [Int32]
  package private(set) var result: CalibrationResult

  package init(plan: CalibrationPlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
    allowedCPUs = PlacementPlan.allowedCPUs()
    result = CalibrationResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: HostFacts.timestamp(), seed: plan.seed,
      host: HostFacts.describe(allowedCPUs: allowedCPUs), placement: Placement.one.rawValue,
      depth: CalibrationPlan.depth, inFlight: CalibrationPlan.inFlight, trialSeconds: plan.trialSeconds,
      roundsPerPair: plan.rounds, pairsPerBatch: min(plan.pairCount, CalibrationPlan.pairsPerBatchMax),
      pairsPlanned: plan.pairCount)
  }

  /// Returns the process's exit status: 1 also when too many pairs differ.
  package func run() -> Int32 {
    observer.runWillTake(seconds: plan.secondsBeforehand)
    observer.runDidReach(
      "this will take about \(RunDuration.text(plan.secondsBeforehand)): \(plan.pairCount) pairs in \(plan.batchCount) "
        + "batch\(plan.batchCount == 1 ? "" : "es"), \(plan.rounds) rounds each")
    let start = supervisor.loop.refreshNow()
    var status: Int32 = 0
    var batch = 0
    while status == 0, result.pairs.count < plan.pairCount, batch < plan.batchCountMax {
      status = run(batch, pairCount: min(CalibrationPlan.pairsPerBatchMax, plan.pairCount - result.pairs.count))
      defer { batch += 1 }
      let seconds = Double(supervisor.loop.refreshNow() - start) / 1e9
      if status == 0 { report(batch, seconds: seconds) }
    }
    if status == 0, result.verdict != .passed { status = 1 }
    result.finishedAt = HostFacts.timestamp()
    result.exitStatus = Int(status)
    return status
  }

  package func close() { supervisor.close() }

  private func run(_ batch: Int, pairCount: Int) -> Int32 {
    let part = PartRun(
      plan.experiment(batch: batch, pairCount: pairCount), name: "batch \(batch + 1)", observer: observer,
      supervisor: supervisor, allowedCPUs: allowedCPUs)
    result.interrupted = part.isInterrupted
    result.notes += part.notes
    if let measured = part.result { result.add(batch: batch, measured) }
    return part.status
  }

  private func report(_ batch: Int, seconds: Double) {
    let pairsLeft = max(0, plan.pairCount - result.pairs.count)
    let left = seconds / Double(max(1, result.pairs.count)) * Double(pairsLeft)
    observer.runWillTake(seconds: left)
    let time = left > 0 ? "; about \(RunDuration.text(left)) left" : ""
    observer.runDidReach(
      "\(result.pairs.count) of \(plan.pairCount) pairs done: \(result.differingInCpuCount) differ in CPU, "
        + "\(result.differingInThroughputCount) in throughput"
        + time)
  }
}

extension CalibrationPlan {
  /// Every set is started and warmed up once, and has new processes in every round.
  fileprivate var secondsBeforehand: Double {
    let trial = trialSeconds + TrialOverhead().seconds
    let round = RunDuration.roundSetSeconds + Double(ExperimentPlan.headlineTrialCountByDefault) * trial
    return Double(2 * pairCount) * (RunDuration.setSeconds + Double(rounds) * round)
  }
}
