// What one node counted over the whole run, of one group of counters. It never judges a run by it. In a document every
// counter is a field beside those that say which node it was.

package struct NodeEvents: Equatable, Sendable {
  /// Absent when all arms share one process set, and outside of a run.
  package var arm: String?
  package var service: String
  package var replica: Int
  /// Of a document that is older than a counter that one is missing.
  package var counts: [NodeCounter: UInt64] = [:]

  package init(arm: String?, service: String, replica: Int, counts: [NodeCounter: UInt64]) {
    self.arm = arm
    self.service = service
    self.replica = replica
    self.counts = counts
  }

  /// - Parameter read: what a node has counted.
  /// - Returns: nil where nothing of the group happened.
  package init?(
    _ group: NodeCounter.Group, arm: String?, service: String, replica: Int, read: (NodeCounter) -> UInt64
  ) {
    let all = NodeCounter.all(of: group)
    self.init(
      arm: arm, service: service, replica: replica,
      counts: Dictionary(uniqueKeysWithValues: all.map { ($0, read($0)) }))
    if counts.values.allSatisfy({ $0 == 0 }) { return nil }
  }

  package subscript(_ counter: NodeCounter) -> UInt64? { counts[counter] }
}

extension NodeEvents: NodeEntry {
  package var kind: String { "" }

  package mutating func add(_ other: NodeEvents) {
    for (counter, value) in other.counts { counts[counter] = counter.sum(counts[counter] ?? 0, value) }
  }
}

extension NodeEvents: Codable {
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: FieldName.self)
    arm = try fields.decodeIfPresent(String.self, forKey: FieldName("arm"))
    service = try fields.decode(String.self, forKey: FieldName("service"))
    replica = try fields.decode(Int.self, forKey: FieldName("replica"))
    for counter in NodeCounter.allCases {
      counts[counter] = try fields.decodeIfPresent(UInt64.self, forKey: FieldName(counter.rawValue))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: FieldName.self)
    try fields.encodeIfPresent(arm, forKey: FieldName("arm"))
    try fields.encode(service, forKey: FieldName("service"))
    try fields.encode(replica, forKey: FieldName("replica"))
    for (counter, value) in counts { try fields.encode(value, forKey: FieldName(counter.rawValue)) }
  }
}

extension [NodeEvents] {
  /// One text per arm, its nodes added up, what did not happen left out: what one request was is counted at every node
  /// that had it.
  package var texts: [String] {
    var sums: [NodeEvents] = []
    for entry in self {
      if let same = sums.firstIndex(where: { $0.arm == entry.arm }) {
        sums[same].add(entry)
      } else {
        sums.append(entry)
      }
    }
    return sums.map { sum in
      let parts = NodeCounter.allCases.compactMap { counter in
        sum[counter].flatMap { $0 == 0 ? nil : counter.text($0) }
      }
      return "at nodes\(sum.arm.map { " under \($0)" } ?? ""): \(parts.joined(separator: ", "))"
    }
  }
}
