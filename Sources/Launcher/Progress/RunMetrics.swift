// What a session tells to scrapers while it runs, and the server that they ask.

internal import Control
internal import EventLoop
internal import Metrics
internal import Results
internal import Statistics
internal import Topology

/// Main thread, but for the server's own.
final class RunMetrics {
  let registry: MetricsRegistry
  private let server: MetricsServer

  /// Returns when it listens.
  ///
  /// - Parameter command: what runs, such as `up`.
  init(_ plan: MetricsPlan, command: String, version: String) throws(LauncherError) {
    registry = MetricsRegistry(command: command, version: version)
    do {
      server = try MetricsServer(plan, registry)
    } catch {
      throw .badPlan("metrics: \(error)")
    }
  }

  /// For people.
  var text: String { "metrics at \(server.url)" }

  func stop() { server.stop() }
}

extension ProcessSet {
  /// Of a replica of a service under the strategy at hand.
  func metricLabels(_ service: Int, _ replica: Int) -> NodeLabels {
    let transports = Set(topology.transports)
    return NodeLabels(
      service: topology.services[service].name, replica: replica,
      strategy: strategy ?? topology.services[service].strategy,
      transport: transports.count == 1 ? transports.first! : Arm.mixedName)
  }

  func calleeNames(_ service: Int) -> [String] {
    topology.services[service].calleesInOrder.map { topology.services[$0].name }
  }
}

extension ExperimentPlan {
  func loadLabels(_ spec: TrialSpec) -> LoadLabels {
    let isOpen = spec.phase == .open
    return LoadLabels(
      strategy: arms[spec.arm].name, transport: arms[spec.arm].transport, depth: spec.depth,
      phase: spec.phase.rawValue, inFlight: isOpen ? 0 : spec.inFlight, connections: spec.connections)
  }
}

extension TrialProgress {
  init(_ measured: MeasuredTrial) {
    self.init()
    let trial = measured.trial
    ledger = trial.ledger
    windowNanoseconds = trial.windowNanoseconds
    completedInWindow = UInt64((trial.throughput * Double(trial.windowNanoseconds) / 1e9).rounded())
    failures = trial.failures ?? []
    latency = LatencyBuckets(measured.responseTime)
  }
}

extension CostTotals {
  init(deliveries: UInt64, meter: MeterReading) {
    self.init(
      deliveries: deliveries, allocations: meter.allocations, allocatedSize: meter.allocatedSize,
      systemCalls: meter.systemCalls)
  }
}
