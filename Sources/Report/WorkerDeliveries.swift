// How the requests of a node spread over its workers, where it has several.

/// Of one node, over all of its slots.
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

extension [WorkerDeliveries] {
  /// With the others added: one entry per node, also when a set was replaced.
  package func merging(_ others: [WorkerDeliveries]) -> [WorkerDeliveries] {
    var result = self
    for other in others {
      let same = result.firstIndex {
        $0.arm == other.arm && $0.service == other.service && $0.replica == other.replica
      }
      if let same {
        result[same].deliveries = zip(result[same].deliveries, other.deliveries).map { $0 &+ $1 }
      } else {
        result.append(other)
      }
    }
    return result
  }

  /// One text per node: `s1 under packed: 51 %, 49 %`.
  var texts: [String] {
    map { entry in
      let all = Swift.max(1, entry.deliveries.reduce(0, &+))
      let shares = entry.deliveries.map { NumberText.fixed(Double($0) / Double(all) * 100, 0) + " %" }
      let node =
        entry.service + (entry.replica > 0 ? "#\(entry.replica)" : "") + (entry.arm.map { " under \($0)" } ?? "")
      return "\(node): \(shares.joined(separator: ", "))"
    }
  }
}
