// One trial on one process set: gives the order, reads every clock and counter at the window's edges, takes the result.

internal import CLinux
internal import Control
package import Results
internal import Statistics
internal import Topology

/// What was read at one edge of a window.
private struct WindowEdge {
  let nodeCPU: [Int64]
  let deliveries: [UInt64]
  let clientCPU: Int64
  let host: HostReading
  let tasks: [TaskFigures]
  /// CLOCK_MONOTONIC, nanoseconds.
  let time: Int64

  init(_ set: ProcessSet) {
    // The clocks first and together: the launcher must not come between them.
    nodeCPU = set.nodes.map(\.process.cpuNanoseconds)
    deliveries = set.nodes.map { $0.process.pages.reduce(0) { $0 &+ $1.pointee.deliveries } }
    clientCPU = set.client?.cpuNanoseconds ?? 0
    time = ctx_monotonic_nanoseconds()
    host = HostReading()
    tasks = set.nodes.map { TaskFigures(pid: $0.process.pid, workers: $0.process.pages.count) }
  }
}

/// A trial's result with the histogram that goes into the merged ones.
struct MeasuredTrial {
  var trial: Trial
  let responseTime: LatencyHistogram
  let pieces: [UInt32]
  let clientMeter: MeterReading
  /// Requests that were due in the window and not sent.
  let unsentCount: UInt64
  /// When the trial asked for them.
  let stages: ClientStageSums?
  /// By the host, or by whatever kept the launcher from reading in time: it says nothing of the arm.
  let isDisturbed: Bool
}

/// How a trial is to run.
package struct TrialSpec {
  package var arm: Int
  package var depth: Int
  package var phase: Trial.Phase
  package var inFlight: Int = 1
  /// Used of those that are open between client and entry.
  package var connections: Int = 1
  /// Open loop only.
  package var rate: Double = 0
  /// Seconds that requests say are left; nil: the plan's timeout.
  var deadlineSeconds: Double?
  /// What the trial settles at most; nil: as `TrialRunner.settleSecondsMax` says.
  var settleSecondsMax: Double?
  /// Seconds without any connection that the client bridges by connecting again; nil: it does not.
  var reconnectSecondsMax: Double?
  /// The nodes have been told to clock theirs.
  var clocksStages = false

  package init(
    arm: Int, depth: Int, phase: Trial.Phase, inFlight: Int = 1, connections: Int = 1, rate: Double = 0,
    deadlineSeconds: Double? = nil, settleSecondsMax: Double? = nil, reconnectSecondsMax: Double? = nil,
    clocksStages: Bool = false
  ) {
    self.arm = arm
    self.depth = depth
    self.phase = phase
    self.inFlight = inFlight
    self.connections = connections
    self.rate = rate
    self.deadlineSeconds = deadlineSeconds
    self.settleSecondsMax = settleSecondsMax
    self.reconnectSecondsMax = reconnectSecondsMax
    self.clocksStages = clocksStages
  }
}

struct TrialRunner {
  let plan: ExperimentPlan
  let supervisor: Supervisor

  /// Nanoseconds that a trial settles at least before its window opens.
  static let settleNanoseconds: Int64 = 5_000_000
  /// Seconds that a trial of so many settles at most: a slow graph may not hold up the run.
  static func settleSecondsMax(_ trialSeconds: Double) -> Double { max(trialSeconds, 0.25) }

  /// Runs a trial of `seconds`, settling included.
  ///
  /// A signal or a child's death ends the trial early; what was measured is handed to `keep` all the same, marked
  /// invalid, before the error continues.
  func run(
    _ spec: TrialSpec, on set: ProcessSet, seconds: Double, round: Int, position: Int,
    pieceNanoseconds: Int64 = 0, requestCount: Int? = nil, keep: (MeasuredTrial) -> Void
  ) throws(LauncherError) -> MeasuredTrial {
    var order = trialOrder(
      spec, token: set.makeToken(), seconds: seconds, seed: plan.seed &+ UInt64(round) << 20 &+ UInt64(position),
      topology: set.topology)
    order.pieceNanoseconds = pieceNanoseconds
    order.requestCount = requestCount
    order.deadlineNanoseconds = spec.deadlineSeconds.map { Int64($0 * 1e9) }
    order.clocksStages = spec.clocksStages ? true : nil
    order.reconnectNanosecondsMax = spec.reconnectSecondsMax.map { Int64($0 * 1e9) }
    let token = order.token
    // A trial of so many requests takes as long as it takes.
    let limit = requestCount == nil ? seconds + TrialRunner.settleSecondsMax(seconds) + plan.drainSeconds + 20 : 86_400
    set.client?.send(ClientCommand.run(order))
    var (opened, closed): (WindowEdge?, WindowEdge?)
    var outcome: TrialOutcome?
    let listen = { (report: ClientReport) -> Bool? in
      switch report {
      case .windowOpened(token): opened = WindowEdge(set)
      case .windowClosed(token): closed = WindowEdge(set)
      case .finished(let finished) where finished.token == token:
        outcome = finished
        return true
      default: break
      }
      return nil
    }
    do {
      _ = try set.awaitClient("a trial's end", seconds: limit, listen)
    } catch {
      if set.client?.isAlive == true, outcome == nil {
        set.client?.send(ClientCommand.finish)
        _ = try? set.awaitClient(
          "a trial's early end", seconds: plan.drainSeconds + 5, ignoringSignalsAndDeaths: true, listen)
      }
      if let outcome {
        var measured = measure(spec, outcome, opened, closed, set, round, position, seconds)
        measured.trial.validity.add(.invalid, "\(error)")
        keep(measured)
      }
      throw error
    }
    let measured = measure(spec, outcome!, opened, closed, set, round, position, seconds)
    keep(measured)
    return measured
  }

  private func settleSecondsMax(_ spec: TrialSpec, _ seconds: Double) -> Double {
    spec.settleSecondsMax ?? TrialRunner.settleSecondsMax(seconds)
  }

  private func trialOrder(
    _ spec: TrialSpec, token: Int, seconds: Double, seed: UInt64, topology: Topology
  ) -> TrialOrder {
    TrialOrder(
      token: token,
      mode: spec.phase == .open
        ? .open(rate: spec.rate, poisson: plan.isPoisson) : .closed(inFlight: spec.inFlight),
      connections: spec.connections,
      hopsLeft: plan.hopsLeft(arm: spec.arm, depth: spec.depth, topology: topology),
      settleNanoseconds: TrialRunner.settleNanoseconds,
      settleNanosecondsMax: Int64(settleSecondsMax(spec, seconds) * 1e9),
      windowNanoseconds: max(1, Int64(seconds * 1e9) - TrialRunner.settleNanoseconds), requestCount: nil,
      timeoutNanoseconds: Int64(plan.timeoutSeconds * 1e9), drainNanoseconds: Int64(plan.drainSeconds * 1e9),
      seed: seed)
  }

  private func measure(
    _ spec: TrialSpec, _ outcome: TrialOutcome, _ opened: WindowEdge?, _ closed: WindowEdge?, _ set: ProcessSet,
    _ round: Int, _ position: Int, _ seconds: Double
  ) -> MeasuredTrial {
    let end = closed ?? WindowEdge(set)
    let start = opened ?? end
    let nodes = set.nodes.indices.map { index in
      var work = NodeWork(
        service: set.topology.services[set.nodes[index].service].name, replica: set.nodes[index].replica,
        cpuNanoseconds: max(0, end.nodeCPU[index] - start.nodeCPU[index]),
        deliveries: end.deliveries[index] &- start.deliveries[index])
      end.tasks[index].add(to: &work, since: start.tasks[index])
      return work
    }
    let clientCPU = max(0, end.clientCPU - start.clientCPU)
    let window = Double(max(1, outcome.windowNanoseconds))
    let response = LatencySummary(outcome.responseTime)
    let lag = LatencySummary(outcome.sendLag)
    let steal = end.host.stealRatio(since: start.host)
    let isOpen = spec.phase == .open
    var verdict =
      isOpen
      ? ValidityVerdict.openLoop(
        ledger: outcome.ledger, unsentCount: outcome.unsentCount ?? 0, sendLagP99: lag?.p99 ?? 0,
        responseP50: response?.p50 ?? 0,
        responseP99: response?.p99 ?? 0)
      : ValidityVerdict.closedLoop(
        ledger: outcome.ledger, clientShare: Double(clientCPU) / window,
        clientSharesCPU: plan.placement(of: spec.arm) == .one)
    var isDisturbed = steal > ValidityVerdict.stealRatioMax
    if opened != nil, closed != nil {
      let before = verdict
      verdict = verdict.judged(
        readNanoseconds: end.time - start.time, windowNanoseconds: outcome.windowNanoseconds)
      isDisturbed = isDisturbed || verdict != before
    }
    if !outcome.isSettled {
      let limit = DurationText.text(Int64(settleSecondsMax(spec, seconds) * 1e9))
      verdict.add(.suspect, "the window opened unsettled: too few requests had ended after \(limit)")
    }
    verdict = verdict.judged(
      earlyEnd: outcome.earlyEnd, lostConnectionCount: outcome.lostConnectionCount ?? 0)
    for name in stoppedNodes(set, outcome) { verdict.add(.invalid, "\(name) does not run (it was stopped)") }
    var trial = Trial(
      round: round, position: position, arm: plan.arms[spec.arm].name, depth: spec.depth, phase: spec.phase,
      inFlight: isOpen ? nil : spec.inFlight, connections: spec.connections, plannedRate: isOpen ? spec.rate : nil,
      windowNanoseconds: outcome.windowNanoseconds, ledger: outcome.ledger,
      throughput: Double(outcome.completedInWindow) / window * 1e9, responseTime: response,
      serviceTime: LatencySummary(outcome.serviceTime), sendLag: isOpen ? lag : nil,
      nodeCpuNanoseconds: nodes.map(\.cpuNanoseconds).reduce(0, +), clientCpuNanoseconds: clientCPU,
      deliveries: nodes.map(\.deliveries).reduce(0, &+), nodes: nodes, hostStealRatio: steal,
      cpuPressureRatio: end.host.pressureRatio(since: start.host), validity: verdict.judged(stealRatio: steal))
    trial.failures = outcome.failures.flatMap { $0.isEmpty ? nil : $0 }
    trial.lostConnections = outcome.lostConnectionCount.flatMap { $0 == 0 ? nil : $0 }
    trial.earlyEnd = outcome.earlyEnd
    return MeasuredTrial(
      trial: trial, responseTime: outcome.responseTime, pieces: outcome.pieces, clientMeter: outcome.meter,
      unsentCount: outcome.unsentCount ?? 0, stages: outcome.stages, isDisturbed: isDisturbed)
  }

  /// Nodes that somebody has stopped, looked for when a trial completed nothing: they are alive, but answer nobody.
  private func stoppedNodes(_ set: ProcessSet, _ outcome: TrialOutcome) -> [String] {
    guard outcome.completedInWindow == 0 else { return [] }
    return set.nodes.map(\.process).filter { HostFacts.processState($0.pid) == "T" }.map(\.name)
  }
}
