// Small topologies as values.

import LoadClient
import Propagation
import Topology

extension Call {
  static func to(
    _ service: Int, by propagator: String, over transport: String = "frame", probability: Double = 1
  ) -> Call {
    Call(
      service: service, payloadSize: 0, timeoutNanoseconds: 0, probability: probability, retries: 0,
      propagator: propagator, transport: transport, dropsContext: false)
  }
}

extension Service {
  /// Without standard work unless it is asked for, so that contexts arrive as they were sent.
  static func named(
    _ name: String, store: String = "packed", work: Bool = false, errorRate: Double = 0, _ script: [Step] = []
  ) -> Service {
    Service(
      name: name, replicas: 1, workers: 1, strategy: "custom", store: store, contextWork: work, keysPerLayer: 3,
      growth: "shadow", responseSize: 0, errorRate: errorRate, script: script)
  }
}

extension Topology {
  static func graph(_ services: [Service], client propagator: String = "packed") -> Topology {
    Topology(
      entry: 0, maxDepth: 0, client: ClientSide(propagator: propagator, payloadSize: 0, set: []), services: services)
  }

  /// a → b → c.
  static func chain(_ propagator: String = "packed", store: String = "packed") -> Topology {
    graph(
      [
        .named("a", store: store, [.call(.to(1, by: propagator))]),
        .named("b", store: store, [.call(.to(2, by: propagator))]), .named("c", store: store),
      ], client: propagator)
  }
}

/// Every propagator that the registry knows, by name.
let allPropagators = Dictionary(
  uniqueKeysWithValues: (PropagatorRegistry.names + ["tracecontext,baggage"]).map {
    ($0, PropagatorRegistry.resolve($0)!)
  })
