// The edges to whatever targets scripted calls have named, made when they are first called.

internal import Control
internal import Propagation
internal import TransportCore

/// Of one server. Where there would be too many, one that nothing is under way on makes room.
final class ScriptedEdges {
  static let countMax = 64

  private unowned let server: NodeServer
  private let propagator: any Propagator
  private var edges: [ScriptedCalls.Target: Downstream] = [:]

  init(server: NodeServer, propagator: any Propagator) {
    self.server = server
    self.propagator = propagator
  }

  /// Nil when there is no room.
  func edge(to target: ScriptedCalls.Target) -> Downstream? {
    if let edge = edges[target] {
      if edge.isOpen || !isIdle(edge) { return edge }
      // Its callee is gone: it is called anew rather than waited for.
      edge.close()
      edges[target] = nil
    }
    guard edges.count < ScriptedEdges.countMax || dropIdle() else { return nil }
    let edge = Downstream(
      server: server,
      callee: CalleeAddresses(
        service: -1, name: target.authority, addresses: [ServiceAddress(host: target.host, port: target.port)],
        assumedPropagator: propagator.name), propagator: propagator, transport: .http1, index: 0,
      counterIndex: CounterPage.edgeCountMax - 1, reconnects: false)
    edges[target] = edge
    edge.connect()
    return edge
  }

  private func dropIdle() -> Bool {
    guard let idle = edges.first(where: { isIdle($0.value) }) else { return false }
    idle.value.close()
    edges[idle.key] = nil
    return true
  }

  private func isIdle(_ edge: Downstream) -> Bool {
    edge.waiting.isEmpty && !edge.connections.contains { server.runtime.calls.hasCalls(on: $0) }
  }

  func close() {
    edges.values.forEach { $0.close() }
    edges = [:]
  }
}
