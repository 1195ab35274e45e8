// `ctxchain lab leak`: two chains under the same load, one that never lets its contexts go and one that does, and what
// each service holds, read from its counter page while time passes.

internal import Control
internal import EventLoop
package import Results
internal import Statistics
package import Topology

package struct LeakPlan: Sendable {
  /// Contexts that a service keeps at most.
  package static let requestCountMax = 65_536.0

  package var commandLine: [String]
  package var toolVersion: String
  package var seed: UInt64
  package var strategy: String
  /// The chain, whose services keep nothing yet.
  package var topology: Topology
  package var rate: Double
  package var loadSeconds: Double
  package var deadlineSeconds: Double

  package init(
    commandLine: [String], toolVersion: String, seed: UInt64, strategy: String, topology: Topology, rate: Double,
    loadSeconds: Double, deadlineSeconds: Double
  ) {
    self.commandLine = commandLine
    self.toolVersion = toolVersion
    self.seed = seed
    self.strategy = strategy
    self.topology = topology
    self.rate = rate
    self.loadSeconds = loadSeconds
    self.deadlineSeconds = deadlineSeconds
  }

  fileprivate func topology(releases: Bool) -> Topology {
    var result = topology
    for index in result.services.indices {
      result.services[index].keepsContext = KeptContext(
        deadlineNanoseconds: Int64(deadlineSeconds * 1e9), isReleased: releases)
    }
    return result
  }
}

/// Main thread only: it spawns.
package final class LeakSession: Session {
  private static let sampleCount = 120
  private static let timeoutNanoseconds: Int64 = 10_000_000_000
  /// How long it is watched when the last deadline has passed.
  private static let restSeconds = 0.5

  private let plan: LeakPlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  private var sets: [ProcessSet] = []
  package private(set) var result: LeakResult
  package private(set) var problems: [String] = []

  package init(_ plan: LeakPlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
    result = LeakResult(
      toolVersion: plan.toolVersion, commandLine: plan.commandLine, startedAt: HostFacts.timestamp(), seed: plan.seed,
      strategy: plan.strategy, rate: plan.rate, loadSeconds: plan.loadSeconds, deadlineSeconds: plan.deadlineSeconds)
  }

  /// Returns the process's exit status: 1 when the leak was not shown.
  package func run() -> Int32 {
    defer { sets.forEach { $0.stop() } }
    var status: Int32 = 0
    do throws(LauncherError) {
      try start()
      try load()
    } catch .interrupted(let signal) {
      result.interrupted = true
      status = 128 + signal
    } catch {
      result.interrupted = true
      problems = ["\(error)"]
      status = 1
    }
    result.verdict = LabVerdict(result.chains, loadSeconds: plan.loadSeconds)
    return status == 0 && !result.verdict.isShown ? 1 : status
  }

  package func close() { supervisor.close() }

  private func start() throws(LauncherError) {
    let placement = PlacementPlan(.free, cpus: PlacementPlan.allowedCPUs())
    for name in [LeakChain.leaking, LeakChain.released] {
      let set = ProcessSet(
        topology: plan.topology(releases: name == LeakChain.released), supervisor: supervisor,
        options: ProcessSetOptions(placement: placement, arm: name, seed: plan.seed))
      sets.append(set)
      try set.start()
      result.chains.append(LeakChain(name: name, services: set.topology.services.map { LeakService(name: $0.name) }))
    }
    observer.runDidReach("started \(sets.map(\.processes.count).reduce(0, +)) processes in 2 chains")
    noteMemory(\.residentBefore)
  }

  private func load() throws(LauncherError) {
    let watched = plan.loadSeconds + plan.deadlineSeconds + LeakSession.restSeconds
    let begin = supervisor.loop.refreshNow()
    let tokens = sets.map { set in
      let token = set.makeToken()
      set.client?.send(
        ClientCommand.run(
          TrialOrder(
            token: token, mode: .open(rate: plan.rate, poisson: false), connections: 1, hopsLeft: set.nodes.count,
            settleNanoseconds: 0, settleNanosecondsMax: 0, windowNanoseconds: Int64(plan.loadSeconds * 1e9),
            requestCount: nil, timeoutNanoseconds: LeakSession.timeoutNanoseconds,
            drainNanoseconds: LeakSession.timeoutNanoseconds, seed: plan.seed)))
      return token
    }
    observer.runDidProgress("loading, and watching for \(Duration.seconds(watched))", secondsLeft: watched)
    var seconds = 0.0
    repeat {
      try supervisor.pause(seconds: watched / Double(LeakSession.sampleCount))
      seconds = Double(supervisor.loop.refreshNow() - begin) / 1e9
      sample(seconds)
    } while seconds < watched
    for (index, set) in sets.enumerated() {
      let outcome = try set.awaitClient("requests", seconds: 30) { report -> TrialOutcome? in
        if case .finished(let outcome) = report, outcome.token == tokens[index] { outcome } else { nil }
      }
      result.chains[index].requests = outcome.ledger.completed
    }
    noteMemory(\.residentAfter)
    observer.runDidReach("watched for \(Duration.seconds(watched))")
  }

  private func sample(_ seconds: Double) {
    for (chain, set) in sets.enumerated() {
      for (service, node) in set.nodes.enumerated() {
        guard let page = node.process.counters else { continue }
        result.chains[chain].services[service].samples.append(
          LeakSample(
            seconds: seconds, contexts: page.keptContexts, timers: page.keptTimers, requests: page.open))
      }
    }
  }

  private func noteMemory(_ path: WritableKeyPath<LeakService, UInt64?>) {
    for (chain, set) in sets.enumerated() {
      for (service, node) in set.nodes.enumerated() {
        result.chains[chain].services[service][keyPath: path] = node.process.memory.resident
      }
    }
  }
}
