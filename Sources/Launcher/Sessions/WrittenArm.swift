// The arm of a topology as its file says it, and which topology a result shows. It decides nothing about the run.

package import Topology

extension ArmPlan {
  package static let asWrittenName = "as-written"
  /// Stands for a store or a propagator that is not the same everywhere in the graph.
  static let mixedName = "mixed"

  /// The graph with the strategies of its file.
  package static func asWritten(_ topology: Topology) -> ArmPlan {
    let store = onlyName(topology.services.map(\.store))
    return ArmPlan(
      name: asWrittenName, store: store == "none" ? nil : store,
      propagator: onlyName(
        [topology.client.propagator] + topology.services.flatMap(\.script).flatMap(\.calls).map(\.propagator)),
      topology: topology)
  }

  private static func onlyName(_ names: [String]) -> String {
    let different = Set(names)
    return different.count == 1 ? different.first! : mixedName
  }
}

extension ExperimentPlan {
  /// Of the file as written where that is an arm, else of the first arm.
  var shownTopology: Topology { (arms.first { $0.name == ArmPlan.asWrittenName } ?? arms[0]).topology }
}
