// What an edge is called.

package import Statistics
internal import Topology

extension EdgeLoss {
  package var transportName: String { transport ?? Topology.transportByDefault }

  /// `s1 → s2 (b3)`, and where edges differ in their transport `s1 → s2 (b3 over frame)`.
  package func name(among edges: [EdgeLoss]) -> String {
    let over = edges.haveOneTransport ? "" : " over \(transportName)"
    return "\(caller) → \(callee) (\(propagator)\(over))"
  }
}

extension [EdgeLoss] {
  /// What is the same everywhere needs no column and no word.
  package var haveOneTransport: Bool { allSatisfy { $0.transportName == first?.transportName } }
}
