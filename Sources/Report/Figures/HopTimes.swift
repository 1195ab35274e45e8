// Where the time of a request goes service by service, from the stage pass of one arm. It computes; it draws nothing.

internal import Results
internal import Topology

struct HopTimes: Equatable {
  struct Row: Equatable {
    /// Of a service, or `edges`.
    let name: String
    let deliveriesPerRequest: Double
    /// Nanoseconds per client request.
    let time: TimeParts
  }

  /// In the order of the topology, the client first; at the end what edges take that belong to no service alone.
  let rows: [Row]

  static let edgesName = "edges"
  static let clientName = "client"

  /// Nil when the arm was not clocked.
  init?(_ result: RunResult, arm: String) {
    let passes = StagePass.middle((result.stages ?? []).filter { $0.arm == arm })
    guard !passes.isEmpty else { return nil }
    let count = Double(passes.count)
    func mean(_ value: (StagePass) -> Double) -> Double { passes.reduce(0) { $0 + value($1) } / count }

    var rows: [Row] = []
    var client = TimeParts()
    client[.client] = mean { $0.response - $0.client.wait }
    rows.append(Row(name: Self.clientName, deliveriesPerRequest: 0, time: client.summed))
    let edges = EdgeTimes(result.topology, mean)
    for service in result.topology.services {
      func sum(_ value: @escaping (NodeStages) -> Double) -> Double {
        mean { pass in pass.nodes.filter { $0.service == service.name }.reduce(0) { $0 + value($1) } }
      }
      let deliveries = sum(\.deliveriesPerRequest)
      guard deliveries > 0 else { continue }
      var time = TimeParts()
      for part in TimePart.ofNodes { time[part] = sum { $0.nanoseconds(part) } }
      if let edge = edges.exclusive[service.name] {
        let isEntry = service.name == result.topology.services[result.topology.entry].name
        if isEntry { time[.write] += mean(\.client.write) }
        time[.wait] = edge - time[.write]
      }
      time[.overlap] = -sum(\.overlap)
      rows.append(Row(name: service.name, deliveriesPerRequest: deliveries, time: time.summed))
    }
    var rest = TimeParts()
    let whole = TimeParts.middle(passes.map(TimeParts.init))
    rest[.wait] = whole[.wait] - rows.reduce(0) { $0 + $1.time[.wait] }
    if edges.hasShared { rows.append(Row(name: Self.edgesName, deliveriesPerRequest: 0, time: rest.summed)) }
    self.rows = rows
  }
}

/// What edges take: a caller's wait less the residence of whom it calls. Known of one edge alone where the caller calls
/// nobody else, and the callee is called by nobody else.
private struct EdgeTimes {
  /// By callee, nanoseconds per client request.
  private(set) var exclusive: [String: Double] = [:]
  private(set) var hasShared = false

  init(_ topology: Topology, _ mean: ((StagePass) -> Double) -> Double) {
    let callees = topology.services.map { Set($0.script.flatMap(\.calls).map(\.service)) }
    for (callee, service) in topology.services.enumerated() {
      let callers = callees.indices.filter { callees[$0].contains(callee) }
      let isEntry = callee == topology.entry
      let isOnlyCallee = callers.count == 1 && callees[callers[0]].count == 1
      guard isEntry ? callers.isEmpty : isOnlyCallee else {
        if !callers.isEmpty { hasShared = true }
        continue
      }
      let caller = callers.first.map { topology.services[$0].name }
      exclusive[service.name] = mean { pass in
        let wait = caller.map { name in
          pass.nodes.filter { $0.service == name }.reduce(0) { $0 + $1.wait }
        }
        let residence = pass.nodes.filter { $0.service == service.name }.reduce(0) { $0 + $1.residence }
        return (wait ?? pass.client.wait) - residence
      }
    }
  }
}

extension TimeParts {
  /// The same with its parts' sum as the whole.
  fileprivate var summed: TimeParts {
    var result = self
    result.whole = parts.reduce(0, +)
    return result
  }
}
