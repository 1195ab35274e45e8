// `ctxchain up`: a topology that runs until somebody stops it.

package import Control
package import Metrics
internal import Results
package import Topology

package struct UpPlan: Sendable {
  package var topology: Topology
  /// Of the entry's first replica, 0 for a free one.
  package var port: UInt16
  package var seed: UInt64
  /// Words before the commands of nodes, by service.
  package var wrappers: [String: [String]]
  package var metrics: MetricsPlan?
  package var otlp: OTLPEndpoint?
  package var toolVersion: String

  package init(
    topology: Topology, port: UInt16, seed: UInt64, wrappers: [String: [String]], metrics: MetricsPlan?,
    otlp: OTLPEndpoint?, toolVersion: String
  ) {
    self.topology = topology
    self.port = port
    self.seed = seed
    self.wrappers = wrappers
    self.metrics = metrics
    self.otlp = otlp
    self.toolVersion = toolVersion
  }
}

package final class UpSession {
  /// From one reading of the nodes' meters to the next, where metrics are served.
  private static let meterSeconds = 1.0

  private let plan: UpPlan
  private let supervisor: Supervisor
  private let set: ProcessSet
  private let metrics: RunMetrics?
  private let spanExport: SpanExport?
  /// Nodes that ended while metrics were served.
  private var deaths: [ChildDeath] = []
  /// Nodes that have not said yet what their meter shows.
  private var askedNodes: Set<Int> = []
  /// What each said first: what it took to start belongs to no delivery.
  private var firstCosts: [Int: CostTotals] = [:]
  /// What the nodes closed, gave up and refused while they ran, in words; known when `run` has returned.
  package private(set) var incidents: [String] = []

  package init(_ plan: UpPlan) throws {
    self.plan = plan
    metrics = try plan.metrics.map { try RunMetrics($0, command: "up", version: plan.toolVersion) }
    let supervisor = try Supervisor()
    self.supervisor = supervisor
    spanExport = try plan.otlp.map { try SpanExport($0, version: plan.toolVersion, supervisor: supervisor) }
    var options = ProcessSetOptions(
      placement: PlacementPlan(.free, cpus: PlacementPlan.allowedCPUs()), metrics: metrics?.registry,
      entryPort: plan.port, clientConnections: 0, seed: plan.seed, wrappers: plan.wrappers)
    options.spanExport = spanExport
    set = ProcessSet(topology: plan.topology, supervisor: supervisor, options: options)
  }

  /// Starts every node, hands the entry's addresses to `announce`, and returns when that throws, a signal came or a
  /// node died; where metrics are served, not before all have. The second value says what went wrong.
  ///
  /// - Parameter log: gets what the nodes say of their connections meanwhile, line by line.
  package func run(
    log: @escaping (String) -> Void, _ announce: ([String]) throws -> Void
  ) -> (status: Int32, problem: String?) {
    defer {
      incidents =
        set.closedConnections(arm: nil).texts.map { "closed \($0)" }
        + NodeCounter.Group.allCases.flatMap { group in
          set.events(group, arm: nil).texts.map { "\(group.rawValue): \($0)" }
        }
        + set.refusedRequests(arm: nil).texts.map { "refused \($0)" }
      // That callees leave at the end is no news.
      for process in set.processes { process.didLog = nil }
      set.stop()
      if let spanExport { incidents.append(spanExport.finish()) }
      metrics?.stop()
      supervisor.close()
    }
    do {
      spanExport?.didMeet = log
      try set.start()
      for process in set.processes { process.didLog = log }
      try announce(set.entryAddresses.map { "\($0.host):\($0.port)" })
      if let metrics {
        log(metrics.text)
        try serve(metrics, log)
      }
      while true { try supervisor.pause(seconds: 3600) }
    } catch LauncherError.interrupted(let signal) {
      guard !deaths.isEmpty else { return (128 + signal, nil) }
      return (1, "\(deaths.map(\.name).joined(separator: ", ")) died before")
    } catch {
      return (1, "\(error)")
    }
  }

  /// Goes on after a node's death: that it is gone is what a scraper is to see.
  private func serve(_ metrics: RunMetrics, _ log: (String) -> Void) throws(LauncherError) {
    let depth = TopologyShape(plan.topology).depth
    set.didReadMeter = { [unowned self] index, reading in
      askedNodes.remove(index)
      let node = set.nodes[index]
      let costs = CostTotals(deliveries: node.process.deliveries, meter: reading)
      let first = firstCosts[index] ?? costs
      firstCosts[index] = first
      metrics.registry.set(
        costs.since(first), CostLabels(node: set.metricLabels(node.service, node.replica), depth: depth))
    }
    defer { set.didReadMeter = nil }
    while true {
      for (index, node) in set.nodes.enumerated() where node.process.isAlive && !askedNodes.contains(index) {
        askedNodes.insert(index)
        node.process.send(NodeCommand.readMeter(token: 0))
      }
      guard let death = try pause() else { continue }
      // Others may have died with it.
      let new = supervisor.deaths.dropFirst(deaths.count)
      deaths += new
      guard set.processes.contains(where: \.isAlive) else { throw .childDied(death) }
      for death in new { log("\(death); metrics are served on, Ctrl-C stops") }
    }
  }

  /// The node that has died meanwhile, if one has.
  private func pause() throws(LauncherError) -> ChildDeath? {
    do {
      try supervisor.pause(seconds: Self.meterSeconds)
      return nil
    } catch {
      guard case .childDied(let death) = error else { throw error }
      return death
    }
  }
}
