// One stretch of load on one arm, as it was measured.

package import Statistics

package struct Trial: Codable, Equatable, Sendable {
  package enum Phase: String, Codable, Equatable, Sendable {
    /// A fixed number of requests under way.
    case closed
    /// Requests at planned times.
    case open
    /// One request under way.
    case single
    /// Finds the open-loop rate; not part of any round.
    case pilot
  }

  /// From 0; pilots are round 0 of nothing.
  package var round: Int
  /// Place in the round's order, from 0.
  package var position: Int
  package var arm: String
  package var depth: Int
  package var phase: Phase
  /// Requests under way; absent in an open loop.
  package var inFlight: Int?
  package var connections: Int
  /// Requests per second; only in an open loop.
  package var plannedRate: Double?
  package var windowNanoseconds: Int64
  /// Of the whole trial, settling and draining included.
  package var ledger: Ledger
  /// Of what did not complete, but for what was censored, the most frequent first. Absent when all did, as the next two
  /// when nothing of the kind happened.
  package var failures: [FailureCount]?
  /// Between client and entry, in this trial.
  package var lostConnections: UInt64?
  /// Why the load ended before its time.
  package var earlyEnd: String?
  /// Completed requests per second of the window.
  package var throughput: Double
  /// From the intended send time in an open loop, else from the send; absent when nothing completed.
  package var responseTime: LatencySummary?
  /// From the actual send.
  package var serviceTime: LatencySummary?
  /// Actual − intended send; only in an open loop.
  package var sendLag: LatencySummary?
  /// CPU time of all nodes in the window.
  package var nodeCpuNanoseconds: Int64
  package var clientCpuNanoseconds: Int64
  /// Requests that arrived at nodes in the window: hops.
  package var deliveries: UInt64
  package var nodes: [NodeWork]
  /// Share of the machine's CPU time that other guests took in the window; absent when the kernel does not say.
  package var hostStealRatio: Double?
  /// Share of the window in which some task of the machine waited for a CPU.
  package var cpuPressureRatio: Double?
  package var validity: ValidityVerdict
  /// This is the second measurement of a trial whose first one was disturbed.
  package var rerun: Bool
  /// A re-run took this trial's place: kept here, and in no figure.
  package var superseded: Bool

  package init(
    round: Int, position: Int, arm: String, depth: Int, phase: Phase, inFlight: Int?, connections: Int,
    plannedRate: Double? = nil, windowNanoseconds: Int64, ledger: Ledger, throughput: Double,
    responseTime: LatencySummary?, serviceTime: LatencySummary?, sendLag: LatencySummary? = nil,
    nodeCpuNanoseconds: Int64, clientCpuNanoseconds: Int64, deliveries: UInt64, nodes: [NodeWork],
    hostStealRatio: Double? = nil, cpuPressureRatio: Double? = nil, validity: ValidityVerdict, rerun: Bool = false,
    superseded: Bool = false
  ) {
    self.round = round
    self.position = position
    self.arm = arm
    self.depth = depth
    self.phase = phase
    self.inFlight = inFlight
    self.connections = connections
    self.plannedRate = plannedRate
    self.windowNanoseconds = windowNanoseconds
    self.ledger = ledger
    self.throughput = throughput
    self.responseTime = responseTime
    self.serviceTime = serviceTime
    self.sendLag = sendLag
    self.nodeCpuNanoseconds = nodeCpuNanoseconds
    self.clientCpuNanoseconds = clientCpuNanoseconds
    self.deliveries = deliveries
    self.nodes = nodes
    self.hostStealRatio = hostStealRatio
    self.cpuPressureRatio = cpuPressureRatio
    self.validity = validity
    self.rerun = rerun
    self.superseded = superseded
  }
}

/// One node's share of a trial.
package struct NodeWork: Codable, Equatable, Sendable {
  package var service: String
  /// From 0.
  package var replica: Int
  package var cpuNanoseconds: Int64
  package var deliveries: UInt64
  /// Time in which it could have run and had no CPU; this and the next two are absent where the kernel does not say.
  package var runQueueWaitNanoseconds: Int64?
  /// It waited for something.
  package var voluntarySwitches: Int64?
  /// Another took its CPU.
  package var involuntarySwitches: Int64?

  package init(service: String, replica: Int, cpuNanoseconds: Int64, deliveries: UInt64) {
    self.service = service
    self.replica = replica
    self.cpuNanoseconds = cpuNanoseconds
    self.deliveries = deliveries
  }
}

/// Of one trial, in nanoseconds. Never averaged over trials: see `MergedHistogram`.
package struct LatencySummary: Codable, Equatable, Sendable {
  package var p50: Int64
  package var p90: Int64
  package var p99: Int64
  package var p999: Int64
  package var max: Int64
  package var mean: Double
  package var count: UInt64
  /// Values that are lower bounds, because their requests did not complete; absent when there is none, as the next.
  package var unfinishedCount: UInt64?
  /// The smallest of them. What is at or above it among these figures is a lower bound itself; so is the mean.
  package var leastUnfinished: Int64?

  package func isLowerBound(_ nanoseconds: Int64) -> Bool { leastUnfinished.map { $0 <= nanoseconds } ?? false }

  /// One of these percentiles; nil when there are too few requests for it.
  package func bounded(_ nanoseconds: Int64, percentile: Double) -> BoundedValue? {
    guard count >= PercentileFigure.countMin(percentile) else { return nil }
    return BoundedValue(Double(nanoseconds), isLowerBound: isLowerBound(nanoseconds))
  }

  /// nil when nothing was recorded.
  package init?(_ histogram: LatencyHistogram) {
    guard !histogram.isEmpty else { return nil }
    let percentiles = histogram.percentiles([50, 90, 99, 99.9])
    (p50, p90, p99, p999) = (percentiles[0], percentiles[1], percentiles[2], percentiles[3])
    max = histogram.max
    mean = histogram.mean
    count = histogram.count
    leastUnfinished = histogram.leastUnfinished
    unfinishedCount = histogram.leastUnfinished == nil ? nil : histogram.unfinishedCount
  }
}
