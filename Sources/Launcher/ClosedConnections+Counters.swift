// What the counter pages of a set say about connections that its nodes closed. Read before the set is stopped: the
// pages go with it.

internal import Control
internal import Report
internal import Topology
internal import Wire

extension ProcessSet {
  /// - Parameter arm: the one that the set belongs to; nil when it belongs to all or to none.
  func closedConnections(arm: String?) -> [ClosedConnections] {
    nodes.flatMap { node -> [ClosedConnections] in
      guard let page = node.process.counters, page.faults > 0 else { return [] }
      return FrameFault.allCases.compactMap { fault in
        let count = page.faultsByReason[Int(fault.rawValue)]
        guard count > 0 else { return nil }
        return ClosedConnections(
          arm: arm, service: topology.services[node.service].name, replica: node.replica, reason: "\(fault)",
          connections: count)
      }
    }
  }
}

extension Experiment {
  /// Adds to the result what the nodes of this set have closed.
  func noteClosedConnections(ofSet index: Int) {
    let closed = sets[index].closedConnections(arm: plan.sharesProcessSet ? nil : plan.arms[index].name)
    if !closed.isEmpty { result.closedConnections = (result.closedConnections ?? []).merging(closed) }
  }
}
