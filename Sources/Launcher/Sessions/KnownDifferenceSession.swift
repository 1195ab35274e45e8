// `ctxchain calibrate --known`: compares two chains of which one is dearer by work that is counted, again and again, and
// keeps how often `compare` finds it. It decides nothing; the result does.

internal import EventLoop
package import Results
internal import Statistics
package import Topology

package struct KnownDifferencePlan: Sendable {
  /// Of counted work per hop, some microseconds.
  static let iterations: Int64 = 4000
  /// Rounds that tell what the work costs.
  static let scaleRounds = 8
  static let regimes = [64, 1]

  package var commandLine: [String]
  package var toolVersion: String
  /// A chain without a context.
  package var topology: Topology
  /// By which share a hop of the second arm is to be dearer.
  package var difference: Double
  /// Comparisons of each regime.
  package var runCount: Int
  package var rounds: Int
  package var trialSeconds: Double
  package var seed: UInt64

  package init(
    commandLine: [String], toolVersion: String, topology: Topology, difference: Double, runCount: Int, rounds: Int,
    trialSeconds: Double, seed: UInt64
  ) {
    self.commandLine = commandLine
    self.toolVersion = toolVersion
    self.topology = topology
    self.difference = difference
    self.runCount = runCount
    self.rounds = rounds
    self.trialSeconds = trialSeconds
    self.seed = seed
  }

  /// `compare` of the chain under two amounts of work.
  func comparison(inFlight: Int, added: Int64, rounds: Int, run: Int) -> ExperimentPlan {
    let cheap = arm("A", iterations: Self.iterations)
    var control = cheap
    (control.name, control.controlOf) = ("A′", cheap.name)
    var plan = ExperimentPlan(
      commandLine: commandLine, arms: [cheap, arm("B", iterations: Self.iterations + added), control], depths: [depth],
      isChain: true, placement: .one, trialSeconds: trialSeconds, rounds: rounds, budgetSeconds: nil,
      inFlight: inFlight, timeoutSeconds: 10, drainSeconds: 2,
      seed: SeededGenerator.seed(seed, stream: UInt64(run) | UInt64(inFlight) << 32), isPoisson: false,
      openLoopRate: nil, opaqueSize: nil, toolVersion: toolVersion)
    plan.compareOnly()
    return plan
  }

  var depth: Int { topology.services.count }

  /// Of all comparisons, and of what tells the work's cost.
  fileprivate var secondsBeforehand: Double {
    let plan = comparison(inFlight: 1, added: 1, rounds: rounds, run: 0)
    let trial = trialSeconds + TrialOverhead().seconds
    let trialCount = Double(plan.headlineTrialCount + plan.moreTrialCount)
    let round = Double(plan.arms.count) * (RunDuration.roundSetSeconds + trialCount * trial)
    return Double(Self.regimes.count) * Double(Self.scaleRounds + runCount * rounds) * round
  }

  private func arm(_ name: String, iterations: Int64) -> ArmPlan {
    var worked = topology
    for index in worked.services.indices {
      worked.services[index].script.insert(.countedWork(iterations: iterations), at: 0)
    }
    return ArmPlan(name: name, store: nil, propagator: "none", topology: worked)
  }
}

/// Makes the comparisons one after the other and keeps the result, also when it ends early. Main thread only: it spawns.
package final class KnownDifferenceSession: Session {
  /// How a run's arms `A` and `B` compare in CPU per hop.
  package typealias Judge = (RunResult) -> MetricComparison?

  private let plan: KnownDifferencePlan
  private let observer: any RunObserver
  private let judge: Judge
  private let supervisor: Supervisor
  private let allowedCPUs: [Int32]
  package private(set) var result: KnownDifferenceResult

  package init(plan: KnownDifferencePlan, observer: any RunObserver, judge: @escaping Judge) throws {
    self.plan = plan
    self.observer = observer
    self.judge = judge
    supervisor = try Supervisor()
    allowedCPUs = PlacementPlan.allowedCPUs()
    result = KnownDifferenceResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: HostFacts.timestamp(), seed: plan.seed,
      host: HostFacts.describe(allowedCPUs: allowedCPUs), placement: Placement.one.rawValue, depth: plan.depth,
      trialSeconds: plan.trialSeconds, rounds: plan.rounds, runsPlanned: plan.runCount, difference: plan.difference)
  }

  /// Returns the process's exit status: 1 also when too few comparisons find the difference.
  package func run() -> Int32 {
    observer.runWillTake(seconds: plan.secondsBeforehand)
    observer.runDidReach(
      "this will take about \(RunDuration.text(plan.secondsBeforehand)): \(plan.runCount) comparisons of "
        + "\(plan.rounds) rounds for each of \(KnownDifferencePlan.regimes.count) regimes")
    var status: Int32 = 0
    for inFlight in KnownDifferencePlan.regimes where status == 0 {
      status = run(inFlight)
    }
    if status == 0, result.verdict != .passed { status = 1 }
    result.finishedAt = HostFacts.timestamp()
    result.exitStatus = Int(status)
    return status
  }

  package func close() { supervisor.close() }

  private func run(_ inFlight: Int) -> Int32 {
    let work = KnownDifferencePlan.iterations
    var twice: MetricComparison?
    let status = compare(
      plan.comparison(inFlight: inFlight, added: work, rounds: KnownDifferencePlan.scaleRounds, run: 0),
      "what the work costs, \(inFlight) in flight"
    ) { found, _ in twice = found }
    guard status == 0 else { return status }
    guard let ratio = twice?.ratio, ratio > 1 else {
      result.notes.append("twice the work was not dearer with \(inFlight) in flight: nothing can be known")
      return 1
    }
    let perIteration = (ratio - 1) / Double(work)
    let added = max(1, Int64((plan.difference / perIteration).rounded()))
    result.begin(
      KnownDifferenceResult.Regime(
        inFlight: inFlight, iterations: work, addedIterations: added, known: Double(added) * perIteration))
    for run in 1...plan.runCount {
      let experiment = plan.comparison(inFlight: inFlight, added: added, rounds: plan.rounds, run: run)
      let name = "comparison \(run) of \(plan.runCount), \(inFlight) in flight"
      let status = compare(experiment, name) { found, seconds in
        keep(found, seed: experiment.seed, seconds: seconds, name)
      }
      guard status == 0 else { return status }
    }
    return 0
  }

  private func keep(_ found: MetricComparison?, seed: UInt64, seconds: Double, _ name: String) {
    guard let found, let run = KnownDifferenceResult.Run(found, seed: seed, seconds: seconds) else {
      result.notes.append("\(name): too few rounds can be compared")
      return
    }
    result.add(run, regimeCount: KnownDifferencePlan.regimes.count)
    observer.runDidReach(
      "\(name): \(NumberText.percent(run.ratio - 1)) % (\(NumberText.percent(run.low - 1))…"
        + "\(NumberText.percent(run.high - 1)) %), \(found.verdict.words), after \(RunDuration.text(seconds))")
  }

  private func compare(
    _ plan: ExperimentPlan, _ name: String, _ keep: (MetricComparison?, Double) -> Void
  ) -> Int32 {
    let start = supervisor.loop.refreshNow()
    let part = PartRun(plan, name: name, observer: observer, supervisor: supervisor, allowedCPUs: allowedCPUs)
    result.interrupted = part.isInterrupted
    result.notes += part.notes
    if let measured = part.result { keep(judge(measured), Double(supervisor.loop.refreshNow() - start) / 1e9) }
    return part.status
  }
}
