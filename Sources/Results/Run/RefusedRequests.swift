// Requests that gateways refused at the edge: how many, where and why. It never judges a run by them.

/// Of one node, for one reason. Nothing of such a request reached a later service.
package struct RefusedRequests: Codable, Equatable, Sendable {
  /// Absent when all arms share one process set, and outside of a run.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// A name of `GatewayRefusal`, such as `missingField`.
  package var reason: String
  package var requests: UInt64

  package init(arm: String?, service: String, replica: Int, reason: String, requests: UInt64) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.reason = reason
    self.requests = requests
  }
}

extension RefusedRequests: NodeEntry {
  package var kind: String { reason }
  package mutating func add(_ other: RefusedRequests) { requests &+= other.requests }
}

extension [RefusedRequests] {
  /// One text per node: `24 requests of edge under gateway: 16 missingField, 8 malformedField`.
  package var texts: [String] { texts("request") { $0.requests } }
}
