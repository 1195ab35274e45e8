// Connections that nodes closed for what came over them: how many, where and why. It never judges a run by them.

/// Of one node, for one reason: bytes that are no frame, or a frame that is not allowed there.
package struct ClosedConnections: Codable, Equatable, Sendable {
  /// Absent when all arms share one process set, and outside of a run.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// A name of `TransportFault`, such as `tooLarge`.
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

extension ClosedConnections: NodeEntry {
  package var kind: String { reason }
  package mutating func add(_ other: ClosedConnections) { connections &+= other.connections }
}

extension [ClosedConnections] {
  /// One text per node: `5 connections of s1 under packed: 3 tooLarge, 2 tooShort`.
  package var texts: [String] { texts("connection") { $0.connections } }
}
