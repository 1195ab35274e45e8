// What lies between nodes that run on other machines, and what became of them: of a run whose launcher did not start its
// nodes. Durations are nanoseconds.

package struct NetworkFigures: Codable, Equatable, Sendable {
  /// In the order of the topology.
  package var nodes: [RemoteNodeFigures]
  /// From each node to each replica that it calls, as its kernel knew at the run's end.
  package var edges: [EdgeTime]

  package init(nodes: [RemoteNodeFigures] = [], edges: [EdgeTime] = []) {
    self.nodes = nodes
    self.edges = edges
  }
}

/// A node, and how far it is from the launcher and its load client.
package struct RemoteNodeFigures: Codable, Equatable, Sendable {
  package var service: String
  package var replica: Int
  /// Of its control port, in numbers.
  package var address: String
  package var host: String
  package var cpuCount: Int
  package var kernel: String
  /// Of TCP, the least: the way alone. Absent where the kernel does not say.
  package var roundTripMin: Int64?
  /// The median of a few orders that ask for nothing but an answer.
  package var orderMedian: Int64?
  /// Losses from which it came back, in the order of time; absent when there were none.
  package var returns: [NodeReturn]?

  package init(
    service: String, replica: Int, address: String, host: String, cpuCount: Int, kernel: String,
    roundTripMin: Int64? = nil, orderMedian: Int64? = nil, returns: [NodeReturn]? = nil
  ) {
    self.service = service
    self.replica = replica
    self.address = address
    self.host = host
    self.cpuCount = cpuCount
    self.kernel = kernel
    self.roundTripMin = roundTripMin
    self.orderMedian = orderMedian
    self.returns = returns
  }
}

/// That a node was lost and came back.
package struct NodeReturn: Codable, Equatable, Sendable {
  /// The round in which it was lost, from 0; absent before the first.
  package var round: Int?
  /// Another process; false where its connection alone was lost.
  package var restarted: Bool
  package var reason: String

  package init(round: Int?, restarted: Bool, reason: String) {
    self.round = round
    self.restarted = restarted
    self.reason = reason
  }
}

/// How long TCP takes from a node to a replica of a callee and back.
package struct EdgeTime: Codable, Equatable, Sendable {
  package var from: String
  package var fromReplica: Int
  package var to: String
  package var toReplica: Int
  /// The least: the way alone.
  package var roundTripMin: Int64
  /// As TCP smooths it: the callee's time to answer may be in it.
  package var roundTripSmoothed: Int64

  package init(
    from: String, fromReplica: Int, to: String, toReplica: Int, roundTripMin: Int64, roundTripSmoothed: Int64
  ) {
    self.from = from
    self.fromReplica = fromReplica
    self.to = to
    self.toReplica = toReplica
    self.roundTripMin = roundTripMin
    self.roundTripSmoothed = roundTripSmoothed
  }
}
