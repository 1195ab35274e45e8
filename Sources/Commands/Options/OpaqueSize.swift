// The option --opaque-size: what it may be, and where it means something.

internal import ArgumentParser
internal import Launcher
internal import Topology

enum OpaqueSize {
  /// Throws when the size is out of range, when no client writes opaque bytes, or when what a request carries past all
  /// its services would not fit the reply that brings it back for the check.
  static func check(_ size: Int?, topologies: [Topology]) throws {
    guard let size else { return }
    guard 0...ExperimentPlan.opaqueSizeMax ~= size else {
      throw ValidationError("--opaque-size: expected 0 to \(ExperimentPlan.opaqueSizeMax), got \(size)")
    }
    let carrying = topologies.filter { $0.client.propagator == "opaque" }
    guard !carrying.isEmpty else {
      throw ValidationError("--opaque-size: nothing is sent under the propagator opaque")
    }
    for topology in carrying where !topology.services.isEmpty {
      let callCount = TopologyShape(topology).callCountMax
      let largest = ExperimentPlan.opaqueSizePerRequestMax / max(1, callCount == .max ? callCount : callCount + 1)
      guard size <= largest else {
        throw ValidationError("--opaque-size: expected at most \(largest) for \(callCount) calls, got \(size)")
      }
    }
  }
}
