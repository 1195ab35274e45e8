// The ways by which callers reach a node: one listener for each, in the order of the configuration, which is the same in
// every worker.

package import Control
internal import EventLoop
internal import Propagation
internal import TransportCore

/// What is known of a connection by the listener that it came to.
struct Entrance {
  let transport: Transport
  /// How callers write the context, where the transport does not say hello.
  let propagator: (any Propagator)?

  /// Frames come here, too: the first bytes tell.
  var takesFrames: Bool { transport.kind == .http1 && propagator != nil }
}

extension NodeServer {
  /// Starts to listen for everybody whom the configuration names.
  package func listenToAll() throws -> NodeReport {
    guard let plans = configuration.listeners, !plans.isEmpty else { return .listening(port: try listen()) }
    var ports: [UInt16] = []
    for (index, plan) in plans.enumerated() {
      let port = index == 0 && plan.port == 0 ? configuration.port : plan.port
      ports.append(try listen(on: port, over: transport(named: plan.transport), propagator: plan.propagator))
    }
    return .listening(port: ports[0], others: ports.count > 1 ? Array(ports.dropFirst()) : nil)
  }
}

extension NodeConfiguration {
  /// The same for a worker that shares these ports.
  func sharing(port: UInt16, others: [UInt16]) -> NodeConfiguration {
    var shared = self
    shared.port = port
    for (index, port) in zip(others.indices, others) { shared.listeners?[index + 1].port = port }
    return shared
  }
}
