// The file of a node that runs by itself has the bounds of a topology file. Checked here, because the names that it may
// use are known here.

internal import Control
internal import Node
internal import Propagation
internal import Topology

extension NodeDocument {
  /// Throws for the first field that a node cannot serve.
  func check(file: String) throws(TopologyError) {
    func error(_ path: String, _ problem: String) -> TopologyError {
      TopologyError(file: file, path: path, problem: problem)
    }
    try configuration.service.check(file: file, path: "configuration.service", vocabulary: .current)
    let layers = 1...TopologyLimits.serviceCountMax
    guard layers.contains(configuration.layer) else {
      throw error("configuration.layer", "expected 1 to \(layers.upperBound), got \(configuration.layer)")
    }
    guard 0..<TopologyLimits.replicasMax ~= configuration.replica else {
      let last = TopologyLimits.replicasMax - 1
      throw error("configuration.replica", "expected 0 to \(last), got \(configuration.replica)")
    }
    if let name = configuration.assumedPropagator, PropagatorRegistry.resolve(name) == nil {
      throw error("configuration.assumedPropagator", "\"\(name)\" is no propagator")
    }
    for (index, callee) in callees.enumerated() {
      guard !callee.addresses.isEmpty else {
        throw error("callees[\(index)].addresses", "expected at least one address, got none")
      }
      let workers = 1...TopologyLimits.workersMax
      if let count = callee.workers, !workers.contains(count) {
        throw error("callees[\(index)].workers", "expected 1 to \(workers.upperBound), got \(count)")
      }
      let replicas = 1...TopologyLimits.replicasMax
      if let count = callee.replicas, !replicas.contains(count) {
        throw error("callees[\(index)].replicas", "expected 1 to \(replicas.upperBound), got \(count)")
      }
      for (place, address) in callee.addresses.enumerated() where address.port == 0 {
        throw error("callees[\(index)].addresses[\(place)].port", "expected 1 to 65535, got 0")
      }
    }
    for call in configuration.service.script.flatMap(\.calls)
    where !callees.contains(where: { $0.service == call.service }) {
      throw error("callees", "no addresses of service \(call.service), which the script calls")
    }
  }
}
