// The ways by which each service is reached: one for each transport that its callers use, and one for each of their
// propagators too where the transport says no hello. In the order of the edges, the client's first: the port that somebody
// asked for is that of the client's edge.

internal import Control
internal import Topology
internal import TransportCore

extension Topology {
  /// How an edge reaches its callee.
  private static func listener(transport name: String, propagator: String) -> ListenerPlan {
    let saysHello = Transport.all.first { $0.name == name }?.saysHello ?? true
    return ListenerPlan(transport: name, propagator: saysHello ? nil : propagator)
  }

  var entryListener: ListenerPlan {
    Topology.listener(transport: client.transportName, propagator: client.propagator)
  }

  /// By service; one that nobody calls has a listener all the same. Empty where a client alone is started.
  var listeners: [[ListenerPlan]] {
    guard !services.isEmpty else { return [] }
    var all = Array(repeating: [ListenerPlan](), count: services.count)
    func add(_ plan: ListenerPlan, to service: Int) {
      if !all[service].contains(plan) { all[service].append(plan) }
    }
    add(entryListener, to: entry)
    for call in services.flatMap(\.script).flatMap(\.calls) {
      add(Topology.listener(transport: call.transport, propagator: call.propagator), to: call.service)
    }
    return all.map { $0.isEmpty ? [ListenerPlan(transport: Topology.transportByDefault)] : $0 }
  }
}

extension [ListenerPlan] {
  /// What every node has that is told nothing: older programs know of nothing else.
  var isUsual: Bool { self == [ListenerPlan(transport: Topology.transportByDefault)] }
}
