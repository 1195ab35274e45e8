// What a topology's graph looks like in numbers: `validate --shape`. Pure arithmetic over a checked topology.

/// The figures of a graph, per request of the client where a request is meant. A call that fails, times out or is
/// retried is not in them: every call succeeds at its first try.
package struct TopologyShape: Equatable, Sendable {
  package let serviceCount: Int
  /// Processes: the sum of all replicas.
  package let nodeCount: Int
  /// Pairs of a caller and a callee; several calls of one pair are one edge.
  package let edgeCount: Int
  /// Services on the longest path, the entry counted; bounded by `max-depth`.
  package let depth: Int
  /// The most services that one service calls.
  package let fanOutMax: Int
  /// Calls that services make per request, the client's own excluded, weighted with their probabilities.
  package let expectedCallCount: Double
  /// The same with every call taken; `Int.max` stands for that and more.
  package let callCountMax: Int

  package init(_ topology: Topology) {
    let edges = topology.services.map(OutgoingEdge.list)
    serviceCount = topology.services.count
    nodeCount = topology.services.reduce(0) { $0 + $1.replicas }
    edgeCount = edges.reduce(0) { $0 + $1.count }
    fanOutMax = edges.map(\.count).max() ?? 0
    let totals = Totals.below(entry: topology.entry, edges: edges, maxDepth: topology.maxDepth)
    depth = totals.depth
    expectedCallCount = totals.expectedCalls
    callCountMax = totals.callsMax
  }
}

extension TopologyShape: CustomStringConvertible {
  /// One figure a line, its name first.
  package var description: String {
    let expected = (expectedCallCount * 1_000).rounded() / 1_000
    let isWhole = expected == expected.rounded() && expected < 1e15
    let rows = [
      ("services", "\(serviceCount)"), ("nodes", "\(nodeCount)"), ("edges", "\(edgeCount)"), ("depth", "\(depth)"),
      ("max fan-out", "\(fanOutMax)"), ("calls per request", isWhole ? "\(Int(expected))" : "\(expected)"),
      ("calls at most", callCountMax == .max ? "\(Int.max) or more" : "\(callCountMax)"),
    ]
    return rows.map { $0.0 + String(repeating: " ", count: 20 - $0.0.utf8.count) + $0.1 }.joined(separator: "\n")
  }
}

/// All calls of one service to another, together.
private struct OutgoingEdge {
  let callee: Int
  var expectedCalls: Double
  var callsMax: Int

  static func list(_ service: Service) -> [OutgoingEdge] {
    var edges: [OutgoingEdge] = []
    var position: [Int: Int] = [:]
    for call in service.script.flatMap(\.calls) {
      if let known = position[call.service] {
        edges[known].expectedCalls += call.probability
        edges[known].callsMax += 1
      } else {
        position[call.service] = edges.count
        edges.append(OutgoingEdge(callee: call.service, expectedCalls: call.probability, callsMax: 1))
      }
    }
    return edges
  }
}

/// What one delivery to a service sets off, for a number of hops that the request may still make.
private struct Totals: Equatable {
  var depth = 1
  var expectedCalls = 0.0
  var callsMax = 0

  /// Hops left are counted up from 0, all services at once, so a cycle costs no more than its bound times the edges.
  /// Without a cycle nothing changes any more after as many rounds as the graph is deep.
  static func below(entry: Int, edges: [[OutgoingEdge]], maxDepth: Int) -> Totals {
    var totals = [Totals](repeating: Totals(), count: edges.count)
    let rounds = maxDepth > 0 ? maxDepth - 1 : edges.count
    for _ in 0..<rounds {
      let next = edges.map { list in
        list.reduce(into: Totals()) { $0.add($1, totals[$1.callee]) }
      }
      if next == totals { break }
      totals = next
    }
    return totals[entry]
  }

  private mutating func add(_ edge: OutgoingEdge, _ callee: Totals) {
    depth = max(depth, callee.depth + 1)
    let expected = expectedCalls + edge.expectedCalls * (1 + callee.expectedCalls)
    expectedCalls = min(expected, .greatestFiniteMagnitude)
    let each = callee.callsMax.addingReportingOverflow(1)
    let product = edge.callsMax.multipliedReportingOverflow(by: each.partialValue)
    let sum = callsMax.addingReportingOverflow(product.partialValue)
    callsMax = each.overflow || product.overflow || sum.overflow ? .max : sum.partialValue
  }
}

extension Step {
  /// The calls of this step, in order.
  package var calls: [Call] {
    switch self {
    case .call(let call): [call]
    case .parallel(let calls): calls
    case .set, .work, .countedWork, .sleep: []
    }
  }
}
