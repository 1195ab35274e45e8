// A whole run: process sets, warm-up, fidelity, counting, pilot, rounds, and the one document that comes of it. A
// straight line of steps; each of them is a file of its own beside this one.

internal import EventLoop
internal import Metrics
package import Results
internal import Statistics
internal import Topology

/// Runs a plan and keeps its result, also when it ends early. Main thread only: it spawns.
package final class Experiment: Session {
  let plan: ExperimentPlan
  let supervisor: Supervisor
  let observer: any RunObserver
  let runner: TrialRunner
  let placement: PlacementPlan
  package internal(set) var result: RunResult
  let armSets: ArmSets
  private(set) var metrics: RunMetrics?
  private var spanExport: SpanExport?
  var depths: DepthPlan
  var rates: OpenLoopRates
  var lengths: TrialLengths
  var histograms: [HistogramKey: LatencyHistogram] = [:]
  var roundUnderWay = 0
  /// Of the round under way.
  var roundHistograms: [HistogramKey: LatencyHistogram] = [:]
  let startTime: Int64
  /// What the processes of a round take, as it was seen last.
  var replacementSeconds = 0.0
  /// Trials that were measured again.
  var rerunCount = 0
  /// With one under way at the largest depth, by arm; known from the counting pass.
  var secondsPerRequest: [Int: Double] = [:]
  /// What a trial takes beside its own time, as measured so far.
  var trialOverhead = TrialOverhead()

  struct HistogramKey: Hashable {
    let arm: Int
    let depth: Int
    let phase: Trial.Phase
    /// Nil for the one that its phase has: the run's own, one request, or an open loop.
    let concurrency: Concurrency?

    /// Of the result's list.
    var order: (Int, Int, String, Int, Int) {
      (arm, depth, phase.rawValue, concurrency?.inFlight ?? 0, concurrency?.connections ?? 0)
    }
  }

  package convenience init(plan: ExperimentPlan, observer: any RunObserver) throws {
    try self.init(
      plan: plan, observer: observer, supervisor: try Supervisor(), allowedCPUs: PlacementPlan.allowedCPUs())
  }

  /// One of several in a row, which share the supervisor.
  ///
  /// - Parameter allowed: as they were before this process was pinned.
  init(
    plan: ExperimentPlan, observer: any RunObserver, supervisor: Supervisor, allowedCPUs allowed: [Int32]
  ) throws {
    self.plan = plan
    self.observer = observer
    self.supervisor = supervisor
    startTime = supervisor.loop.refreshNow()
    rates = OpenLoopRates(common: plan.openLoopRate)
    lengths = TrialLengths(plan)
    depths = try DepthPlan(plan.depths, depthMax: plan.depths.max() ?? 1)
    placement = try PlacementPlan.choosing(plan.placement, among: allowed, supervisor)
    armSets = ArmSets(plan: plan, supervisor: supervisor, placement: placement)
    runner = TrialRunner(plan: plan, supervisor: supervisor)
    result = Experiment.emptyResult(plan, allowedCPUs: allowed)
    result.settings.preset = plan.preset?.rawValue
    if plan.trialCount > 1 { result.settings.trialsPerRound = plan.trialCount }
    result.settings.moreConcurrencies = plan.moreConcurrencies
    result.roundLatencies = []
  }

  /// Runs everything. Returns the process's exit status; the result says why it is not 0.
  package func run() -> Int32 {
    var status: Int32 = 0
    do throws(LauncherError) {
      if plan.pinsLauncher { placement.pin(0, to: placement.cpuForLauncher) }
      try startMetrics()
      try startSpanExport()
      try checkPrograms()
      noteTimeBeforehand()
      observer.runWillStart(arms: plan.arms.map(\.name), depth: depths.depths.last!, inFlight: plan.inFlight)
      try run(HopTiming())
      try startSets()
      try noteNodes()
      try warmUp()
      replacementSeconds = RunDuration.roundSetSeconds * Double(sets.count)
      for pass in Experiment.passes { try run(pass) }
      if plan.passes.contains(.open) { try findRates() }
      try runRounds()
      try noteEdges()
      noteMemory()
      if result.fidelity.contains(where: { $0.verdict == .mismatch }) { status = 1 }
    } catch {
      status = note(error)
    }
    if !sets.isEmpty { observer.runDidReach("stopping") }
    sets.indices.forEach(noteCounters)
    noteRestarts()
    armSets.stop()
    if let spanExport { result.notes.append(spanExport.finish()) }
    seal(status)
    return status
  }

  package func close() {
    metrics?.stop()
    supervisor.close()
  }

  /// After this process was pinned: the server's thread runs where the launcher does.
  private func startMetrics() throws(LauncherError) {
    guard let asked = plan.metrics else { return }
    let metrics = try RunMetrics(asked, command: plan.isChain ? "chain" : "run", version: plan.toolVersion)
    self.metrics = metrics
    armSets.metrics = metrics.registry
    observer.runDidReach(metrics.text)
  }

  /// After this process was pinned, as above.
  private func startSpanExport() throws(LauncherError) {
    guard let endpoint = plan.otlp else { return }
    let export = try SpanExport(endpoint, version: plan.toolVersion, supervisor: supervisor)
    export.didMeet = { [observer] in observer.runDidReach($0) }
    spanExport = export
    armSets.spanExport = export
  }

  var sets: [ProcessSet] { armSets.sets }

  var elapsedSeconds: Double { Double(supervisor.loop.refreshNow() - startTime) / 1e9 }

  /// The set that runs an arm, under that arm's strategy.
  func set(for arm: Int) throws(LauncherError) -> ProcessSet { try armSets.set(for: arm) }

  /// The largest depth of an arm.
  func depthMax(of arm: Int) -> Int { plan.depths(of: arm, among: depths.depths).last! }

  // MARK: Process sets

  private func startSets() throws(LauncherError) {
    try armSets.start { observer.runDidProgress("starting \($0)", secondsLeft: nil) }
    if plan.remote != nil { return observer.runDidReach("\(sets[0].nodes.count) nodes are there") }
    observer.runDidReach(
      "started \(armSets.processCount) processes in \(sets.count) process set\(sets.count == 1 ? "" : "s")"
        + (plan.sharesProcessSet ? ", shared by all arms" : ""))
    if plan.sharesProcessSet {
      result.notes.append(
        "all arms share one process set, because "
          + (plan.arms[0].topology.hasFixedPorts
            ? "a service has a port of its own"
            : "one each would be \(plan.processCount) processes (more than \(ExperimentPlan.ownSetProcessCountMax))"))
    }
  }

  // MARK: End

  private func note(_ error: LauncherError) -> Int32 {
    switch error {
    case .interrupted(let signal):
      result.interrupted = true
      result.notes.append("interrupted by a signal: only what was measured until then is here")
      return 128 + signal
    case .childDied, .nodeLost: return 1
    default:
      result.notes.append("\(error)")
      return 1
    }
  }

  private func seal(_ status: Int32) {
    acceptRound()
    result.failures = supervisor.deaths.map(NodeFailure.init) + supervisor.losses.map(NodeFailure.init)
    result.exitStatus = Int(status)
    result.finishedAt = HostFacts.timestamp()
    result.settings.depths = depths.depths
    result.settings.droppedDepths = depths.dropped.sorted()
    let keys = histograms.keys.sorted { $0.order < $1.order }
    result.histograms = keys.map { key in
      MergedHistogram(
        arm: plan.arms[key.arm].name, depth: key.depth, phase: key.phase, concurrency: key.concurrency,
        responseTime: histograms[key]!)
    }
  }

  private static func emptyResult(_ plan: ExperimentPlan, allowedCPUs: [Int32]) -> RunResult {
    let topology = plan.shownTopology
    let entry = topology.services[topology.entry]
    let now = HostFacts.timestamp()
    return RunResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: now, finishedAt: now,
      interrupted: false, seed: plan.seed, exitStatus: 0, host: HostFacts.describe(allowedCPUs: allowedCPUs),
      settings: RunSettings(
        placement: plan.placement.rawValue, trialSeconds: plan.trialSeconds, rounds: 0, roundsPlanned: plan.rounds ?? 0,
        inFlight: plan.inFlight, depths: plan.depths, growth: entry.growth, keysPerLayer: entry.keysPerLayer,
        textSizes: ClientSide.textSizes, payloadSize: topology.client.payloadSize, opaqueSize: plan.opaqueSize,
        socketBufferSize: Int(Socket.bufferSize),
        processSets: plan.sharesProcessSet ? 1 : plan.arms.count, processSetReplacements: 0,
        sharedProcessSet: plan.sharesProcessSet, budgetSeconds: plan.budgetSeconds,
        timeoutNanoseconds: Int64(plan.timeoutSeconds * 1e9)),
      topology: topology,
      arms: plan.arms.map { Arm($0, shown: topology) })
  }
}
