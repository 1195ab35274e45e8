// Services and calls with everything that a test does not say filled in.

package import Topology

extension Service {
  package static func make(
    _ name: String, store: String = "none", contextWork: Bool = true, keysPerLayer: Int = 3,
    growth: String = "shadow", responseSize: Int = 16, errorRate: Double = 0, script: [Step] = []
  ) -> Service {
    Service(
      name: name, replicas: 1, workers: 1, strategy: "custom", store: store, contextWork: contextWork,
      keysPerLayer: keysPerLayer, growth: growth, responseSize: responseSize, errorRate: errorRate, script: script)
  }
}

extension Call {
  package static func make(
    _ service: Int, propagator: String = "none", payloadSize: Int = 8, timeoutNanoseconds: Int64 = 0,
    probability: Double = 1, retries: Int = 0, dropsContext: Bool = false
  ) -> Call {
    Call(
      service: service, payloadSize: payloadSize, timeoutNanoseconds: timeoutNanoseconds, probability: probability,
      retries: retries, propagator: propagator, transport: "frame", dropsContext: dropsContext)
  }
}

extension Topology {
  /// `depth` services in a line under one strategy.
  package static func chain(
    _ depth: Int, store: String = "none", propagator: String = "none", growth: String = "shadow"
  ) -> Topology {
    let services = (0..<depth).map { index in
      Service.make(
        "s\(index + 1)", store: store, growth: growth,
        script: index + 1 < depth ? [.call(.make(index + 1, propagator: propagator))] : [])
    }
    return Topology(
      entry: 0, maxDepth: 0, client: ClientSide(propagator: propagator, payloadSize: 8, set: []), services: services)
  }
}
