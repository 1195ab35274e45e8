// A trial as the launcher has it: what the client said, what the clocks say, and what is to be thought of both.

internal import Control
internal import Results
internal import Statistics
internal import Topology

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
  /// Share of the CPUs in use that others had.
  let foreignRatio: Double
  /// By the host, or by whatever kept the launcher from reading in time: it says nothing of the arm.
  let isDisturbed: Bool
  /// Of a server that is not ours, by status of HTTP.
  let statuses: [StatusCount]?

  func marked(invalid reason: String) -> MeasuredTrial {
    var marked = self
    marked.trial.validity.add(.invalid, reason)
    return marked
  }
}

extension TrialRunner {
  /// - Parameters:
  ///   - seconds: that the trial was to last.
  ///   - isAtRest: the clocks were read while nothing was under way, so that they hold all of the window and no more; or
  ///     there was no window, and how much of it they hold is no question.
  func measure(
    _ spec: TrialSpec, _ outcome: TrialOutcome, _ reading: WindowReading, on set: ProcessSet, round: Int,
    position: Int, seconds: Double, isAtRest: Bool
  ) -> MeasuredTrial {
    let response = LatencySummary(outcome.responseTime)
    let lag = outcome.sendLag.flatMap(LatencySummary.init)
    var verdict = verdict(
      spec, outcome, reading, response: response, lag: lag,
      declaredFailureShare: declaredFailureShare(spec, of: set))
    var isDisturbed = reading.stealRatio > ValidityVerdict.stealRatioMax
    if !isAtRest {
      let before = verdict
      verdict = verdict.judged(
        readNanoseconds: reading.nanoseconds, windowNanoseconds: outcome.windowNanoseconds)
      isDisturbed = isDisturbed || verdict != before
    }
    if !outcome.isSettled {
      let limit = DurationText.text(Int64(settleSecondsMax(spec, seconds) * 1e9))
      verdict.add(.suspect, "the window opened unsettled: too few requests had ended after \(limit)")
    }
    verdict = verdict.judged(earlyEnd: outcome.earlyEnd, lostConnectionCount: outcome.lostConnectionCount ?? 0)
    for name in stoppedNodes(set, outcome) { verdict.add(.invalid, "\(name) does not run (it was stopped)") }
    let isOpen = spec.phase == .open
    var trial = Trial(
      round: round, position: position, arm: plan.arms[spec.arm].name, depth: spec.depth, phase: spec.phase,
      inFlight: isOpen ? nil : spec.inFlight, connections: spec.connections, plannedRate: isOpen ? spec.rate : nil,
      windowNanoseconds: outcome.windowNanoseconds, ledger: outcome.ledger,
      throughput: Double(outcome.completedInWindow) / Double(max(1, outcome.windowNanoseconds)) * 1e9,
      responseTime: response, serviceTime: outcome.serviceTime.map(LatencySummary.init) ?? response,
      sendLag: isOpen ? lag : nil,
      nodeCpuNanoseconds: reading.nodes.map(\.cpuNanoseconds).reduce(0, +), clientCpuNanoseconds: reading.clientCPU,
      deliveries: reading.nodes.map(\.deliveries).reduce(0, &+), nodes: reading.nodes,
      hostStealRatio: reading.stealRatio, cpuPressureRatio: reading.pressureRatio,
      validity: verdict.judged(stealRatio: reading.stealRatio))
    trial.failures = outcome.failures.flatMap { $0.isEmpty ? nil : $0 }
    trial.lostConnections = outcome.lostConnectionCount.flatMap { $0 == 0 ? nil : $0 }
    trial.earlyEnd = outcome.earlyEnd
    return MeasuredTrial(
      trial: trial, responseTime: outcome.responseTime, pieces: outcome.pieces, clientMeter: outcome.meter,
      unsentCount: outcome.unsentCount ?? 0, stages: outcome.stages, foreignRatio: reading.foreignRatio,
      isDisturbed: isDisturbed, statuses: outcome.statuses)
  }

  /// Of a trial's requests, that are to fail by its topology.
  func declaredFailureShare(_ spec: TrialSpec, of set: ProcessSet) -> Double {
    let hopsLeft = plan.hopsLeft(arm: spec.arm, depth: spec.depth, topology: set.topology)
    return set.topology.declaredFailureShare(hopsLeft: hopsLeft)
  }

  private func verdict(
    _ spec: TrialSpec, _ outcome: TrialOutcome, _ reading: WindowReading, response: LatencySummary?,
    lag: LatencySummary?, declaredFailureShare: Double
  ) -> ValidityVerdict {
    spec.phase == .open
      ? .openLoop(
        ledger: outcome.ledger, unsentCount: outcome.unsentCount ?? 0, sendLagP99: lag?.p99 ?? 0,
        responseP50: response?.p50 ?? 0, responseP99: response?.p99 ?? 0,
        declaredFailureShare: declaredFailureShare)
      : .closedLoop(
        ledger: outcome.ledger,
        clientShare: Double(reading.clientCPU) / Double(max(1, outcome.windowNanoseconds)),
        clientSharesCPU: plan.remote == nil && plan.placement(of: spec.arm) == .one,
        declaredFailureShare: declaredFailureShare)
  }

  /// Nodes that somebody has stopped, looked for when a trial completed nothing: they are alive, but answer nobody.
  private func stoppedNodes(_ set: ProcessSet, _ outcome: TrialOutcome) -> [String] {
    guard outcome.completedInWindow == 0 else { return [] }
    return set.nodes.map(\.process).filter(\.isStopped).map(\.name)
  }
}
