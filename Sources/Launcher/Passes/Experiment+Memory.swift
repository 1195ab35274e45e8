// The memory of nodes at a run's end.

internal import Results
internal import Topology

extension Experiment {
  /// After the rounds, when every node has what it needs.
  func noteMemory() {
    var list: [NodeMemory] = []
    for (index, set) in sets.enumerated() {
      try? set.refresh(memory: true)
      for node in set.nodes {
        let memory = node.process.memory
        guard let resident = memory.resident, let proportional = memory.proportional else { continue }
        list.append(
          NodeMemory(
            arm: plan.sharesProcessSet ? nil : plan.arms[index].name, service: set.topology.services[node.service].name,
            replica: node.replica, resident: resident, proportional: proportional))
      }
    }
    if !list.isEmpty { result.memory = list }
  }
}
