// What each arm's strategy keeps and loses, probed in a chain of processes of its own beside the run's.

internal import Results
internal import Statistics
internal import Topology

struct SemanticsProbing: Pass {
  let kind = ExperimentPlan.Pass.semantics

  /// Services of the chain, at most.
  private static let depthMax = 5

  /// Of an arm that is not one strategy throughout there is what the run has seen of it.
  func run(on experiment: Experiment) throws(LauncherError) {
    let depth = max(SemanticsPlan.depthRange.lowerBound, min(experiment.depths.depths.last ?? 1, Self.depthMax))
    let arms = experiment.plan.arms.filter { $0.controlOf == nil }
    var rows: [String: StrategySemantics] = [:]
    let chains = arms.compactMap { $0.asChain(depth: depth) }
    try SemanticsProbe.withSet(of: chains, experiment.placement, experiment.supervisor, seed: experiment.plan.seed) {
      probe throws(LauncherError) in
      for chain in chains {
        experiment.observer.runDidProgress("probing what is kept: \(chain.name)", secondsLeft: nil)
        rows[chain.name] = try probe.probe(chain)
      }
    }
    experiment.result.semantics = SemanticsTable(
      depth: depth, strategies: arms.map { rows[$0.name] ?? seenSemantics(on: experiment, of: $0) })
    experiment.observer.runDidReach("probed what each strategy keeps")
  }

  /// From the contexts that came back of the arm's own graph.
  private func seenSemantics(on experiment: Experiment, of arm: ArmPlan) -> StrategySemantics {
    let integers = arm.topology.client.set.compactMap { assignment in
      if case .integer = assignment.value { assignment.key } else { nil }
    }
    var readings = SemanticsReadings(
      services: arm.topology.services.map(\.name), integerKeys: Set(integers + ["user"]).sorted())
    readings.losses = experiment.result.fidelity.first { $0.arm == arm.name }?.losses
    return readings.row(name: arm.name, store: arm.store, propagator: arm.propagator, transport: arm.transport)
  }
}

extension ArmPlan {
  /// Its strategy on a chain of services as the entry is; nil when its services or edges differ.
  fileprivate func asChain(depth: Int) -> ArmPlan? {
    guard ![store, propagator, transport].contains(Arm.mixedName) else { return nil }
    let ours = topology.services.filter { $0.external == nil }
    guard
      var service = topology.services[topology.entry].external == nil ? topology.services[topology.entry] : ours.first
    else { return nil }
    (service.replicas, service.workers, service.errorRate, service.keepsContext) = (1, 1, 0, nil)
    service.port = nil
    var chain = self
    chain.topology.maxDepth = 0
    chain.topology.entry = 0
    chain.topology.services = (0..<depth).map { index in
      service.name = "s\(index + 1)"
      let call = Call(
        service: index + 1, payloadSize: topology.client.payloadSize, timeoutNanoseconds: 0, probability: 1, retries: 0,
        propagator: propagator, transport: transport, dropsContext: false)
      service.script = index + 1 < depth ? [.call(call)] : []
      return service
    }
    return chain
  }
}
