// How the requests of each node spread over its workers. Read before the set is stopped: the pages go with it.

internal import Control
internal import Report
internal import Topology

extension Experiment {
  /// Adds to the result what the workers of this set have taken.
  func noteWorkerDeliveries(ofSet index: Int) {
    let set = sets[index]
    let several = set.nodes.filter { $0.process.pages.count > 1 }.map { node in
      WorkerDeliveries(
        arm: plan.sharesProcessSet ? nil : plan.arms[index].name, service: set.topology.services[node.service].name,
        replica: node.replica, deliveries: node.process.pages.map(\.pointee.deliveries))
    }
    if !several.isEmpty { result.workerDeliveries = (result.workerDeliveries ?? []).merging(several) }
  }
}
