// What each arm's strategy keeps and loses, probed in a chain of processes of its own beside the run's.

internal import Report
internal import Statistics
internal import Topology

extension Experiment {
  /// Services of the chain, at most.
  private static let depthMax = 5

  /// Nothing happens where no arm is one strategy throughout.
  func probeSemantics() throws(LauncherError) {
    let depth = max(SemanticsPlan.depthRange.lowerBound, min(depths.depths.last ?? 1, Experiment.depthMax))
    let arms = plan.arms.filter { $0.controlOf == nil }.compactMap { $0.asChain(depth: depth) }
    guard !arms.isEmpty else { return }
    var rows: [StrategySemantics] = []
    try SemanticsProbe.withSet(of: arms, placement, supervisor, seed: plan.seed) { probe throws(LauncherError) in
      for arm in arms {
        observer.runDidProgress("probing what is kept: \(arm.name)", secondsLeft: nil)
        rows.append(try probe.probe(arm))
      }
    }
    result.semantics = SemanticsTable(depth: depth, strategies: rows)
    observer.runDidReach("probed what each strategy keeps")
  }
}

extension ArmPlan {
  /// Its strategy on a chain of services as the entry is; nil when its services or edges differ.
  fileprivate func asChain(depth: Int) -> ArmPlan? {
    guard store != ArmPlan.mixedName, propagator != ArmPlan.mixedName else { return nil }
    var service = topology.services[topology.entry]
    (service.replicas, service.workers, service.errorRate, service.keepsContext) = (1, 1, 0, nil)
    var chain = self
    chain.topology.maxDepth = 0
    chain.topology.entry = 0
    chain.topology.services = (0..<depth).map { index in
      service.name = "s\(index + 1)"
      let call = Call(
        service: index + 1, payloadSize: topology.client.payloadSize, timeoutNanoseconds: 0, probability: 1, retries: 0,
        propagator: propagator, transport: "frame", dropsContext: false)
      service.script = index + 1 < depth ? [.call(call)] : []
      return service
    }
    return chain
  }
}
