// `ctxchain capacity`: the highest rate at which each arm holds a latency goal. What to try next is CapacitySearch's
// decision, whether a run held CapacityCheck's; here the runs are made.

internal import Control
internal import EventLoop
internal import Glibc
package import Results
internal import Statistics

/// Runs a plan and keeps its result, also when it ends early. Main thread only: it spawns.
package final class CapacitySession: Session {
  private let plan: CapacityPlan
  private let supervisor: Supervisor
  private let observer: any RunObserver
  private let runner: TrialRunner
  private let placement: PlacementPlan
  private let sets: ArmSets
  private let startTime: Int64
  /// Nil where no peak was found.
  private var searches: [CapacitySearch?]
  /// Arms whose search was given up because the machine was busy.
  private var unjudged: Set<Int> = []
  private var runNumber = 0
  package private(set) var result: CapacityResult

  package init(plan: CapacityPlan, observer: any RunObserver) throws {
    self.plan = plan
    self.observer = observer
    let supervisor = try Supervisor()
    self.supervisor = supervisor
    startTime = supervisor.loop.refreshNow()
    let allowed = PlacementPlan.allowedCPUs()
    placement = try PlacementPlan.choosing(plan.experiment.placement, among: allowed, supervisor)
    runner = TrialRunner(plan: plan.experiment, supervisor: supervisor)
    sets = ArmSets(plan: plan.experiment, supervisor: supervisor, placement: placement)
    searches = Array(repeating: nil, count: plan.experiment.arms.count)
    result = CapacityResult(plan, host: HostFacts.describe(allowedCPUs: allowed), startedAt: HostFacts.timestamp())
  }

  /// Runs everything. Returns the process's exit status; the result says why it is not 0.
  package func run() -> Int32 {
    var status: Int32 = 0
    do throws(LauncherError) {
      placement.pin(0, to: placement.cpuForLauncher)
      observer.runWillTake(seconds: plan.estimatedSeconds)
      observer.runDidReach("about \(Int(plan.estimatedSeconds.rounded(.up))) s, longer where requests are few")
      try start()
      try findPeaks()
      try search()
      status = searches.contains(nil) ? 1 : unjudged.isEmpty ? 0 : 4
    } catch {
      status = note(error)
    }
    observer.runDidReach("stopping")
    sets.stop()
    seal(status)
    return status
  }

  package func close() { supervisor.close() }

  private var arms: [ArmPlan] { plan.experiment.arms }
  private var elapsedSeconds: Double { Double(supervisor.loop.refreshNow() - startTime) / 1e9 }

  // MARK: Before the search

  private func start() throws(LauncherError) {
    observer.runDidProgress("starting", secondsLeft: nil)
    try sets.start()
    observer.runDidReach(
      "started \(sets.processCount) processes in \(sets.sets.count) process set\(sets.sets.count == 1 ? "" : "s")")
    for arm in arms.indices {
      observer.runDidProgress("warming up \(arms[arm].name)", secondsLeft: nil)
      _ = try runner.warmUp(closedLoop(arm), on: try sets.set(for: arm), secondsMax: CapacityPlan.warmUpSecondsMax)
    }
  }

  /// The median throughput of a few closed-loop trials, in which the arms take turns.
  private func findPeaks() throws(LauncherError) {
    for number in 0..<CapacityPlan.peakTrialCount {
      for arm in arms.indices {
        observer.runDidProgress("closed loop: \(arms[arm].name)", secondsLeft: nil)
        let measured = try runner.run(
          closedLoop(arm), on: try sets.set(for: arm), seconds: plan.experiment.trialSeconds, round: number,
          position: arm, keep: { _ in })
        result.arms[arm].peakThroughputs.append(measured.trial.throughput)
      }
    }
    for arm in arms.indices {
      if let peak = result.arms[arm].peakThroughput, peak > 0 {
        searches[arm] = CapacitySearch(peak: peak)
      } else {
        result.notes.append("\(arms[arm].name): no request completed in the closed loop")
      }
    }
    let peaks = result.arms.map { "\($0.arm.name) \(Int($0.peakThroughput ?? 0))/s" }
    observer.runDidReach("closed loop: " + peaks.joined(separator: ", "))
  }

  private func closedLoop(_ arm: Int) -> TrialSpec {
    TrialSpec(arm: arm, depth: plan.depth, phase: .closed, inFlight: plan.experiment.inFlight)
  }

  // MARK: The search

  /// One probe per arm in turn, so that a machine that drifts drifts for all of them.
  private func search() throws(LauncherError) {
    while true {
      let open = arms.indices.filter { searches[$0]?.next != nil && !unjudged.contains($0) }
      if open.isEmpty { return }
      for arm in open {
        guard let probe = searches[arm]?.next else { continue }
        if isTimeOver(for: probe) {
          let budget = Int(plan.experiment.budgetSeconds ?? 0)
          result.notes.append("the time is over (\(budget) s): the search of \(arms[arm].name) goes no further")
          return
        }
        try run(probe, arm)
      }
    }
  }

  private func isTimeOver(for probe: CapacitySearch.Probe) -> Bool {
    let seconds = (plan.runSeconds(rate: probe.rate) ?? 0) * Double(CapacityPlan.runCount)
    return elapsedSeconds + seconds > plan.experiment.budgetSeconds ?? .infinity
  }

  /// A machine that is busy decides nothing: what the arm can do is not known.
  private func giveUp(_ arm: Int, _ probe: CapacityProbe) {
    result.arms[arm].probes.append(probe)
    unjudged.insert(arm)
    result.notes.append("\(arms[arm].name) was not judged: \(probe.busyText)")
    observer.runDidReach("\(arms[arm].name): \(Int(probe.rate.rounded())) requests/s not judged (\(probe.busyText))")
  }

  private func run(_ probe: CapacitySearch.Probe, _ arm: Int) throws(LauncherError) {
    var measured = CapacityProbe(rate: probe.rate, purpose: probe.purpose)
    let what = "\(arms[arm].name): \(Int(probe.rate.rounded())) requests/s"
    observer.runDidProgress(what, secondsLeft: nil)
    if let seconds = plan.runSeconds(rate: probe.rate) {
      do throws(LauncherError) {
        while !CapacityCheck.isDecided(measured.judgedChecks, runCount: CapacityPlan.runCount) {
          try run(arm, probe.rate, seconds) { measured.runs.append($0) }
          guard measured.runs.last?.saysNothing == true else { continue }
          if measured.runs.count(where: \.saysNothing) >= CapacityPlan.busyRunCountMax || isTimeOver(for: probe) {
            return giveUp(arm, measured)
          }
          observer.runDidProgress("waiting: the machine is busy with something else", secondsLeft: nil)
          try supervisor.pause(seconds: CapacityPlan.busyPauseSeconds)
        }
      } catch {
        // Undecided: its runs are kept all the same.
        result.arms[arm].probes.append(measured)
        throw error
      }
    }
    let holds = CapacityCheck.majorityHolds(measured.judgedChecks)
    measured.holds = holds
    result.arms[arm].probes.append(measured)
    searches[arm]?.answer(holds: holds)
    observer.runDidReach(what + (holds ? " hold" : " do not hold (\(measured.failedText))"))
  }

  private func run(
    _ arm: Int, _ rate: Double, _ seconds: Double, keep: (CapacityRun) -> Void
  ) throws(LauncherError) {
    let set = try sets.set(for: arm)
    runNumber += 1
    let spec = TrialSpec(arm: arm, depth: plan.depth, phase: .open, rate: rate)
    _ = try runner.run(spec, on: set, seconds: seconds, round: runNumber, position: arm) { measured in
      let sendLag = measured.trial.sendLag
      let check = CapacityCheck(
        objectives: plan.objectives, errorRateMax: plan.errorRateMax, responseTime: measured.responseTime,
        ledger: measured.trial.ledger, sentCount: sendLag?.count ?? 0, unsentCount: measured.unsentCount,
        sendLagP99: sendLag?.p99 ?? 0,
        declaredFailureShare: runner.declaredFailureShare(spec, of: set))
      keep(CapacityRun(measured.trial, check, foreignCpuRatio: measured.foreignRatio))
    }
    try emptyNodes(set)
  }

  /// Waits until the nodes have worked off what a run at too high a rate has left in them: the next run must not pay for
  /// it. No request lives longer than its timeout.
  private func emptyNodes(_ set: ProcessSet) throws(LauncherError) {
    let end = elapsedSeconds + plan.experiment.timeoutSeconds
    while elapsedSeconds < end, set.nodes.contains(where: { ($0.process.counters?.open ?? 0) > 0 }) {
      try supervisor.pause(seconds: 0.01)
    }
  }

  // MARK: End

  private func note(_ error: LauncherError) -> Int32 {
    if case .interrupted(let signal) = error {
      result.interrupted = true
      result.notes.append("interrupted by a signal: only what was measured until then is here")
      return 128 + signal
    }
    if case .childDied = error {} else { result.notes.append("\(error)") }
    return 1
  }

  private func seal(_ status: Int32) {
    for arm in arms.indices { result.arms[arm].conclude(searches[arm], isJudged: !unjudged.contains(arm)) }
    result.failures = supervisor.deaths.map(NodeFailure.init)
    result.exitStatus = Int(status)
    result.finishedAt = HostFacts.timestamp()
  }
}

extension CapacityResult {
  fileprivate init(_ plan: CapacityPlan, host: HostDescription, startedAt: String) {
    let experiment = plan.experiment
    self.init(
      toolVersion: experiment.toolVersion, commandLine: experiment.commandLine, startedAt: startedAt,
      seed: experiment.seed, host: host,
      settings: CapacitySettings(
        objectives: plan.objectives, errorRateMax: plan.errorRateMax, placement: experiment.placement.rawValue,
        depth: plan.depth, inFlight: experiment.inFlight, arrival: experiment.arrival,
        runSeconds: experiment.trialSeconds, runsPerProbe: CapacityPlan.runCount,
        budgetSeconds: experiment.budgetSeconds, timeoutNanoseconds: Int64(experiment.timeoutSeconds * 1e9),
        opaqueSize: experiment.opaqueSize),
      topology: experiment.shownTopology,
      arms: experiment.arms.map {
        CapacityArm(Arm(name: $0.name, store: $0.store, propagator: $0.propagator, transport: $0.transport))
      })
  }
}
