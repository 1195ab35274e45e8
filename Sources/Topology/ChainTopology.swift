// A generated chain: s1 → s2 → … → sN, the topology of `ctxchain chain`.

package enum ChainTopology {
  /// A chain of `depth` services, 1 to `TopologyLimits.chainDepthMax`, each of which calls the next; everything that is
  /// not an argument is as in a file that does not say it. Sizes are bytes. An argument that is unknown or out of range
  /// throws; the error's path is its option's name, and it names no file.
  package static func make(
    depth: Int, strategy: String = ServiceDefaults.strategy, growth: String = Growth.names[0],
    keysPerLayer: Int = ServiceDefaults.keysPerLayer, payloadSize: Int = ServiceDefaults.size,
    responseSize: Int = ServiceDefaults.size, vocabulary: Vocabulary
  ) throws(TopologyError) -> Topology {
    try check(depth, in: 1...TopologyLimits.chainDepthMax, option: "depth")
    try check(payloadSize, in: 0...TopologyLimits.payloadSizeMax, option: "size")
    try check(responseSize, in: 0...TopologyLimits.payloadSizeMax, option: "response-size")
    var settings = ServiceDefaults(vocabulary)
    settings.payloadSize = payloadSize
    settings.responseSize = responseSize
    let propagator = settings.carrier.propagator
    let services = (0..<depth).map { index in
      let call = Call(
        service: index + 1, payloadSize: payloadSize, timeoutNanoseconds: settings.timeoutNanoseconds, probability: 1,
        retries: settings.retries, propagator: propagator, transport: settings.transport, dropsContext: false)
      return Service(name: "s\(index + 1)", settings: settings, script: index + 1 < depth ? [.call(call)] : [])
    }
    let client = ClientSide(
      propagator: propagator, payloadSize: payloadSize, set: [], transport: settings.transport)
    let overrides = TopologyOverrides(strategy: strategy, growth: growth, keysPerLayer: keysPerLayer)
    return try Topology(entry: 0, maxDepth: 0, client: client, services: services)
      .applying(overrides, vocabulary: vocabulary)
  }

  private static func check(_ value: Int, in range: ClosedRange<Int>, option: String) throws(TopologyError) {
    guard range.contains(value) else {
      let problem = "expected \(range.lowerBound) to \(range.upperBound), got \(value)"
      throw TopologyError(file: "", path: option, problem: problem)
    }
  }
}
