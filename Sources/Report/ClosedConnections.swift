// Connections that nodes closed for what came over them: how many, where and why. It never judges a run by them.

/// Of one node, for one reason: bytes that are no frame, or a frame that is not allowed there.
package struct ClosedConnections: Codable, Equatable, Sendable {
  /// Absent when all arms share one process set, and outside of a run.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// A name of `FrameFault`, such as `tooLarge`.
  package var reason: String
  package var connections: UInt64

  package init(arm: String?, service: String, replica: Int, reason: String, connections: UInt64) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.reason = reason
    self.connections = connections
  }
}

extension [ClosedConnections] {
  /// With the others added: one entry per node and reason, also when a set was replaced.
  package func merging(_ others: [ClosedConnections]) -> [ClosedConnections] {
    var result = self
    for other in others {
      let same = result.firstIndex {
        $0.arm == other.arm && $0.service == other.service && $0.replica == other.replica && $0.reason == other.reason
      }
      if let same { result[same].connections &+= other.connections } else { result.append(other) }
    }
    return result
  }

  /// One text per node: `5 connections of s1 under packed: 3 tooLarge, 2 tooShort`.
  package var texts: [String] {
    var nodes: [String] = []
    var reasons: [String: [ClosedConnections]] = [:]
    for entry in self {
      let node =
        entry.service + (entry.replica > 0 ? "#\(entry.replica)" : "") + (entry.arm.map { " under \($0)" } ?? "")
      if reasons[node] == nil { nodes.append(node) }
      reasons[node, default: []].append(entry)
    }
    return nodes.map { node in
      let entries = reasons[node] ?? []
      let count = Int(clamping: entries.reduce(0) { $0 &+ $1.connections })
      let parts = entries.map { "\($0.connections) \($0.reason)" }.joined(separator: ", ")
      return "\(NumberText.plural(count, "connection")) of \(node): \(parts)"
    }
  }
}
