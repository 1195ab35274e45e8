// The arm of a topology as its file says it, and which topology a result shows. It decides nothing about the run.

internal import Results
package import Topology

extension ArmPlan {
  package static let asWrittenName = "as-written"

  /// The graph with the strategies of its file.
  package static func asWritten(_ topology: Topology) -> ArmPlan {
    let store = onlyName(topology.services.map(\.store))
    return ArmPlan(
      name: asWrittenName, store: store == "none" ? nil : store,
      propagator: onlyName(
        [topology.client.propagator] + topology.services.flatMap(\.script).flatMap(\.calls).map(\.propagator)),
      topology: topology)
  }

  /// What carries its requests.
  package var transport: String { ArmPlan.onlyName(topology.transports) }

  private static func onlyName(_ names: [String]) -> String {
    let different = Set(names)
    return different.count == 1 ? different.first! : Arm.mixedName
  }
}

extension ExperimentPlan {
  /// Of the file as written where that is an arm, else of the first arm.
  var shownTopology: Topology { (arms.first { $0.name == ArmPlan.asWrittenName } ?? arms[0]).topology }
}
