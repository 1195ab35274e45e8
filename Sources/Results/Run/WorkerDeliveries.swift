// How the requests of a node spread over its workers, where it has several.

/// Of one node, over all of its trials.
package struct WorkerDeliveries: Codable, Equatable, Sendable {
  /// Absent when all arms share one process set.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// Requests that arrived, of each worker.
  package var deliveries: [UInt64]

  package init(arm: String?, service: String, replica: Int, deliveries: [UInt64]) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.deliveries = deliveries
  }
}

extension WorkerDeliveries: NodeEntry {
  package var kind: String { "" }

  package mutating func add(_ other: WorkerDeliveries) {
    deliveries = zip(deliveries, other.deliveries).map { $0 &+ $1 }
  }
}

extension [WorkerDeliveries] {
  /// One text per node: `s1 under packed: 51 %, 49 %`.
  package var texts: [String] {
    map { entry in
      let all = Swift.max(1, entry.deliveries.reduce(0, &+))
      let shares = entry.deliveries.map { NumberText.fixed(Double($0) / Double(all) * 100, 0) + " %" }
      return "\(entry.place): \(shares.joined(separator: ", "))"
    }
  }
}
