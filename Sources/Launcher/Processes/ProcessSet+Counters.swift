// What the counter pages of a set say that goes into a result: connections that nodes closed, requests that were given up
// and refused. Read before the set is stopped: the pages go with it.

internal import Control
internal import Results
internal import Topology
internal import TransportCore

extension ProcessSet {
  /// - Parameter arm: the one that the set belongs to; nil when it belongs to all or to none.
  func closedConnections(arm: String?) -> [ClosedConnections] {
    pages.flatMap { service, replica, page in
      TransportFault.allCases.compactMap { fault in
        let count = page.faultsByReason[Int(fault.rawValue)]
        guard count > 0 else { return nil }
        return ClosedConnections(
          arm: arm, service: service, replica: replica, reason: "\(fault)", connections: count)
      }
    }
  }

  func events(_ group: NodeCounter.Group, arm: String?) -> [NodeEvents] {
    pages.compactMap { service, replica, page in
      NodeEvents(group, arm: arm, service: service, replica: replica) { page[$0] }
    }
  }

  func refusedRequests(arm: String?) -> [RefusedRequests] {
    pages.flatMap { service, replica, page in
      GatewayRefusal.allCases.compactMap { refusal in
        let count = page.refusalsByReason[Int(refusal.rawValue)]
        guard count > 0 else { return nil }
        return RefusedRequests(arm: arm, service: service, replica: replica, reason: "\(refusal)", requests: count)
      }
    }
  }

  /// Of nodes that have several workers.
  func workerDeliveries(arm: String?) -> [WorkerDeliveries] {
    nodes.filter { $0.process.pages.count > 1 }.map { node in
      WorkerDeliveries(
        arm: arm, service: topology.services[node.service].name, replica: node.replica,
        deliveries: node.process.pages.map(\.pointee.deliveries))
    }
  }

  /// What all workers of a node have counted.
  private var pages: [(service: String, replica: Int, page: CounterPage)] {
    nodes.compactMap { node in
      node.process.counters.map { (topology.services[node.service].name, node.replica, $0) }
    }
  }
}

extension Experiment {
  /// Adds to the result what the nodes of this set have counted.
  func noteCounters(ofSet index: Int) {
    let set = sets[index]
    try? set.refresh(ignoringSignals: true)
    let arm = plan.sharesProcessSet ? nil : plan.arms[index].name
    func add<Entry: NodeEntry>(_ entries: [Entry], to list: inout [Entry]?) {
      if !entries.isEmpty { list = (list ?? []).merging(entries) }
    }
    add(set.closedConnections(arm: arm), to: &result.closedConnections)
    for group in NodeCounter.Group.allCases { add(set.events(group, arm: arm), to: &result[group]) }
    add(set.refusedRequests(arm: arm), to: &result.refused)
    add(set.workerDeliveries(arm: arm), to: &result.workerDeliveries)
  }
}

extension ProcessSet {
  /// Of every node, now.
  func readMeters() throws(LauncherError) -> [MeterReading] {
    let token = makeToken()
    var meters = Array(repeating: MeterReading(), count: nodes.count)
    try ask(.readMeter(token: token), "counters") { index, report in
      guard case .meter(let reading) = report, reading.token == token else { return false }
      meters[index] = reading
      return true
    }
    return meters
  }
}
