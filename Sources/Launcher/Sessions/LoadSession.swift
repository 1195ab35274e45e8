// `ctxchain load`: the client alone, against an entry that something else keeps running.

package import Control
internal import EventLoop
internal import Metrics
package import Results
internal import Statistics

package struct LoadPlan: Sendable {
  package var host: String
  package var port: UInt16
  /// The client's side of the trial: one arm whose topology names the propagator and the payload.
  package var experiment: ExperimentPlan
  package var connections: Int
  /// Requests per second; nil loads in a closed loop.
  package var rate: Double?
  package var hopsLeft: Int
  package var seconds: Double
  package var requestCount: Int?
  /// Seconds that requests say are left, 0 for no deadline; nil: the timeout.
  package var deadlineSeconds: Double?
  /// Of the requests, that may not come to an answer, 0…1.
  package var errorRateMax = 0.0
  /// Set where the entry is any server of HTTP/1.1 or gRPC.
  package var serverRequest: ServerRequest?
  /// Words before the client's own command, under the name `client`.
  package var wrappers: [String: [String]] = [:]

  package init(
    host: String, port: UInt16, experiment: ExperimentPlan, connections: Int, rate: Double?, hopsLeft: Int,
    seconds: Double, requestCount: Int?
  ) {
    self.host = host
    self.port = port
    self.experiment = experiment
    self.connections = connections
    self.rate = rate
    self.hopsLeft = hopsLeft
    self.seconds = seconds
    self.requestCount = requestCount
  }
}

extension LoadPlan {
  /// As people know it.
  fileprivate var entry: String {
    guard let serverRequest else { return "\(host):\(port)" }
    guard serverRequest.isGRPC == true else {
      return "\(serverRequest.method) http://\(serverRequest.authority)\(serverRequest.path)"
    }
    return "grpc://\(serverRequest.authority)\(serverRequest.path == "/" ? "" : serverRequest.path)"
  }
}

/// Runs one trial against a running entry. Main thread only: it spawns the client.
package final class LoadSession: Session {
  /// Of the duration: what settles is in no figure.
  private static let settleShareMax = 0.1
  /// An entry that is started anew is back sooner.
  private static let reconnectSecondsMax = 5.0

  private let plan: LoadPlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  private var metrics: RunMetrics?
  /// What was measured; nil when the entry could not be reached.
  package private(set) var result: LoadResult?
  package private(set) var problems: [String] = []

  package init(_ plan: LoadPlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    var status: Int32 = 0
    do throws(LauncherError) {
      try load()
    } catch .interrupted(let signal) {
      result?.interrupted = true
      status = 128 + signal
    } catch {
      problems = ["\(error)"]
      status = 1
    }
    if let trial = result?.trial, status == 0 {
      if trial.earlyEnd != nil || trial.ledger.completed == 0 { status = 1 }
      if trial.ledger.failureRatio > plan.errorRateMax { status = 1 }
    }
    return status
  }

  package func close() {
    metrics?.stop()
    supervisor.close()
  }

  private func load() throws(LauncherError) {
    if let asked = plan.experiment.metrics {
      metrics = try RunMetrics(asked, command: "load", version: plan.experiment.toolVersion)
    }
    let set = ProcessSet(
      topology: plan.experiment.arms[0].topology, supervisor: supervisor,
      options: ProcessSetOptions(
        placement: PlacementPlan(.free, cpus: PlacementPlan.allowedCPUs()), clientConnections: plan.connections,
        seed: plan.experiment.seed, opaqueSize: plan.experiment.opaqueSize,
        wrappers: plan.wrappers, runningEntry: ServiceAddress(host: plan.host, port: plan.port),
        serverRequest: plan.serverRequest))
    try set.start()
    var spec = TrialSpec(
      arm: 0, depth: plan.hopsLeft, phase: plan.rate == nil ? .closed : .open, inFlight: plan.experiment.inFlight,
      connections: plan.connections, rate: plan.rate ?? 0)
    spec.deadlineSeconds = plan.deadlineSeconds
    spec.settleSecondsMax = max(Double(TrialRunner.settleNanoseconds) / 1e9, plan.seconds * Self.settleShareMax)
    spec.reconnectSecondsMax = Self.reconnectSecondsMax
    let runner = TrialRunner(plan: plan.experiment, supervisor: supervisor)
    announce()
    let startTime = supervisor.loop.refreshNow()
    _ = try runner.run(
      spec, on: set, seconds: plan.seconds, round: 0, position: 0, requestCount: plan.requestCount,
      tellsLatency: metrics != nil,
      progress: { progress in
        self.show(progress.ledger, since: startTime)
        self.metrics?.registry.set(running: progress, self.labels(spec))
      }
    ) { measured in
      metrics?.registry.add(TrialProgress(measured), labels(spec))
      result = LoadResult(
        toolVersion: plan.experiment.toolVersion, commandLine: plan.experiment.commandLine, seed: plan.experiment.seed,
        opaqueSize: plan.experiment.opaqueSize, entry: plan.entry, trial: measured.trial,
        responseTime: measured.responseTime)
      result?.statuses = measured.statuses
    }
    set.stop()
  }

  /// Neither a strategy nor a depth is known here, but how requests carry their context.
  private func labels(_ spec: TrialSpec) -> LoadLabels {
    var labels = plan.experiment.loadLabels(spec)
    labels.strategy = plan.experiment.arms[0].propagator
    labels.depth = 0
    return labels
  }

  // MARK: Progress

  private func announce() {
    let length = plan.requestCount.map { "\($0) requests" } ?? RunDuration.text(plan.seconds)
    if let metrics { observer.runDidReach(metrics.text) }
    observer.runDidReach("connected to \(plan.entry), loading for \(length)")
    if plan.requestCount == nil { observer.runWillTake(seconds: plan.seconds) }
  }

  /// The client has another core, and nothing is compared: one line a second may be drawn.
  private func show(_ ledger: Ledger, since startTime: Int64) {
    let seconds = Double(supervisor.loop.refreshNow() - startTime) / 1e9
    var words = "\(ledger.completed) completed, \(NumberText.whole(Double(ledger.completed) / max(seconds, 1e-3)))/s"
    let others = [(ledger.failed, "failed"), (ledger.timedOut, "timed out"), (ledger.shed, "shed")]
    for (count, name) in others where count > 0 { words += ", \(count) \(name)" }
    // Of so many requests, what is left takes as long as what is done.
    let left = plan.requestCount.map { total in
      ledger.endedCount == 0 ? nil : seconds * (Double(total) / Double(ledger.endedCount) - 1)
    }
    observer.runDidProgress(words, secondsLeft: left ?? max(0, plan.seconds - seconds))
  }
}
