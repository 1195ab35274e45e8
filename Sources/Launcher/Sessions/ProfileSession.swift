// `ctxchain profile`: one topology under load, every node of it sampled.

internal import Control
internal import EventLoop
package import Results
internal import Statistics
internal import Symbols
internal import Topology

package struct ProfilePlan: Sendable {
  /// One arm, whose topology is profiled.
  package var experiment: ExperimentPlan
  package var seconds: Double
  /// Call sites per node and kind.
  package var siteCountMax: Int

  package init(experiment: ExperimentPlan, seconds: Double, siteCountMax: Int) {
    self.experiment = experiment
    self.seconds = seconds
    self.siteCountMax = siteCountMax
  }
}

/// Runs one closed-loop trial with sampling on. Main thread only: it spawns.
package final class ProfileSession: Session {
  /// Not a whole fraction of a millisecond, with which timers of the program could fall in step.
  private static let period: Int64 = 997_000
  private static let gap: UInt64 = 128 << 10
  /// Of addresses, which is only taken as far as it is used.
  private static let bufferSize = 64 << 20
  private static let warmupSeconds = 0.5

  private let plan: ProfilePlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  private var set: ProcessSet?
  /// What was found; nil when the load could not begin.
  package private(set) var result: ProfileResult?
  package private(set) var folded: [FoldedFolder.Entry] = []
  package private(set) var problems: [String] = []

  package init(_ plan: ProfilePlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    supervisor = try Supervisor()
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    defer { set?.stop() }
    do throws(LauncherError) {
      try profile()
    } catch .interrupted(let signal) {
      result?.interrupted = true
      return 128 + signal
    } catch {
      problems = ["\(error)"]
      return 1
    }
    return 0
  }

  package func close() { supervisor.close() }

  private func profile() throws(LauncherError) {
    let experiment = plan.experiment
    let placement = try PlacementPlan.choosing(
      experiment.placement, among: PlacementPlan.allowedCPUs(), supervisor)
    placement.pin(0, to: placement.cpuForLauncher)
    let set = ProcessSet(
      topology: experiment.arms[0].topology, supervisor: supervisor,
      options: ProcessSetOptions(placement: placement, seed: experiment.seed, opaqueSize: experiment.opaqueSize))
    self.set = set
    try set.start()
    observer.runDidReach("started \(set.processes.count) processes; warming up")
    let runner = TrialRunner(plan: experiment, supervisor: supervisor)
    let spec = TrialSpec(arm: 0, depth: experiment.depths[0], phase: .closed, inFlight: experiment.inFlight)
    _ = try runner.run(spec, on: set, seconds: Self.warmupSeconds, round: 0, position: 0, keep: { _ in })
    let clock = try startSampling(set)
    observer.runDidReach("profiling for \(Duration.seconds(plan.seconds))")
    var trial: Trial?
    var early: LauncherError?
    do {
      _ = try runner.run(spec, on: set, seconds: plan.seconds, round: 0, position: 1) { trial = $0.trial }
    } catch .interrupted(let signal) {
      early = .interrupted(signal: signal)
    }
    result = ProfileResult(
      toolVersion: experiment.toolVersion, commandLine: experiment.commandLine, startedAt: HostFacts.timestamp(),
      seed: experiment.seed, interrupted: early != nil, seconds: Double(trial?.windowNanoseconds ?? 0) / 1e9,
      inFlight: experiment.inFlight, throughput: trial?.throughput ?? 0, sampler: clock.rawValue,
      periodNanoseconds: Self.period, allocationGapBytes: Self.gap)
    try stopSampling(set)
    if let early { throw early }
  }

  private func startSampling(_ set: ProcessSet) throws(LauncherError) -> ProfileClock {
    let order = ProfileOrder(period: Self.period, gap: Self.gap, bufferSize: Self.bufferSize)
    var clock = ProfileClock.none
    try set.ask(.startProfile(order), "sampling") { _, report in
      guard case .profileStarted(let started) = report else { return false }
      clock = started
      return true
    }
    return clock
  }

  private func stopSampling(_ set: ProcessSet) throws(LauncherError) {
    var profiles = set.nodes.map { _ in RawProfile() }
    try set.ask(.stopProfile, "samples", ignoringSignals: true) { node, report in
      switch report {
      case .profileStacks(let stacks): profiles[node].stacks += stacks
      case .profile(let summary):
        profiles[node].summary = summary
        return true
      default: break
      }
      return false
    }
    observer.runDidReach("reading symbols")
    let symbolizer = Symbolizer()
    for (node, raw) in zip(set.nodes, profiles) {
      let service = set.topology.services[node.service].name
      for kind in CallSite.Kind.allCases {
        folded.append(
          FoldedFolder.Entry(
            service: service, replica: node.replica, kind: kind, stacks: raw.named(kind, by: symbolizer)))
      }
      let (cpu, allocations) = (folded[folded.count - 2].stacks, folded[folded.count - 1].stacks)
      let summary = raw.summary
      let isCounted = summary?.meter.method != CountingPass.Method.none.rawValue
      result?.nodes.append(
        NodeProfile(
          service: service, replica: node.replica, cpuSamples: summary?.samples ?? 0,
          allocationSamples: summary?.allocationSamples ?? 0, lostSamples: summary?.lostSamples ?? 0,
          allocations: isCounted ? summary?.meter.allocations : nil,
          allocatedBytes: isCounted ? summary?.meter.allocatedSize : nil,
          cpuSites: CallSite.heaviest(plan.siteCountMax, of: cpu),
          allocationSites: CallSite.heaviest(plan.siteCountMax, of: allocations)))
    }
  }
}

/// What one node sent.
private struct RawProfile {
  var stacks: [ProfileStack] = []
  var summary: ProfileSummary?

  func named(_ kind: CallSite.Kind, by symbolizer: Symbolizer) -> [NamedStack] {
    let modules = (summary?.modules ?? []).map {
      Symbolizer.Module(base: $0.base, start: $0.start, end: $0.end, path: $0.path)
    }
    return stacks.filter { $0.isAllocation == (kind == .allocations) }.map { stack in
      NamedStack(
        // What is no code was taken for a frame where none was.
        frames: stack.addresses.prefix { address in modules.contains { $0.start <= address && address < $0.end } }.map {
          let frame = symbolizer.frame(at: $0, among: modules)
          return NamedFrame(name: frame.name, isOwn: frame.isOwn, isOwnSwift: frame.isOwnSwift)
        }, samples: stack.samples, weight: stack.weight)
    }
  }
}
