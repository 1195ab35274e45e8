// Topology files of commands whose own client drives the load.

internal import Topology

extension TopologyFile {
  /// With what the command's arguments say instead. Throws also for what that client cannot ask for.
  static func loadToMeasure(path: String, with overrides: TopologyOverrides) throws -> Topology {
    let topology = try load(path: path, vocabulary: .current)
    if let service = topology.services.first(where: { $0.scriptedCalls != nil }) {
      throw TopologyError(
        file: path, path: "services.\(service.name).scripted-calls",
        problem: "only up serves such a service: the client of this command posts no list of calls")
    }
    return try topology.applying(overrides, vocabulary: .current)
  }
}
