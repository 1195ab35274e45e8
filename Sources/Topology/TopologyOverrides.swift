// What a command's arguments say instead of the file: the whole graph under one strategy, growth or number of keys.

/// Each value that is not nil replaces the file's defaults and everything that the file says per service and per edge,
/// the client's edge included.
package struct TopologyOverrides: Equatable, Sendable {
  /// A preset's name, or a store and a propagator: see `Vocabulary.arm`.
  package var strategy: String?
  /// Of every edge.
  package var transport: String?
  /// Of every edge between services, see `Call`.
  package var pipeline: Int?
  /// Of every edge.
  package var place: ContextPlace?
  /// Of every edge: the classes of header fields that are never indexed.
  package var neverIndexed: [String]?
  /// `shadow` or `distinct`.
  package var growth: String?
  package var keysPerLayer: Int?
  /// Of every service that is started, and of the client.
  package var tracing: SamplingRatio?

  package init(
    strategy: String? = nil, transport: String? = nil, pipeline: Int? = nil, place: ContextPlace? = nil,
    neverIndexed: [String]? = nil, growth: String? = nil, keysPerLayer: Int? = nil, tracing: SamplingRatio? = nil
  ) {
    self.strategy = strategy
    self.transport = transport
    self.pipeline = pipeline
    self.place = place
    self.neverIndexed = neverIndexed
    self.growth = growth
    self.keysPerLayer = keysPerLayer
    self.tracing = tracing
  }
}

extension Topology {
  /// The same graph with `overrides` in place. Throws when a value is unknown or out of range; the error's path is the
  /// option's name, and it names no file.
  package func applying(
    _ overrides: TopologyOverrides, vocabulary: Vocabulary
  ) throws(TopologyError) -> Topology {
    var result = self
    if let name = overrides.strategy {
      guard let preset = vocabulary.arm(named: name) else {
        let hint = NearestName.hint(for: name, among: vocabulary.presets.map(\.name))
        throw TopologyError(file: "", path: "strategy", problem: "unknown strategy \(quoted(name))\(hint)")
      }
      result.replaceStrategy(by: preset)
      if let transport = preset.transport { result.replaceTransport(by: transport) }
    }
    if let transport = overrides.transport {
      guard vocabulary.transports.contains(transport) else {
        let hint = NearestName.hint(for: transport, among: vocabulary.transports)
        throw TopologyError(file: "", path: "transport", problem: "unknown transport \(quoted(transport))\(hint)")
      }
      result.replaceTransport(by: transport)
    }
    if let pipeline = overrides.pipeline {
      guard 1...TopologyLimits.pipelineMax ~= pipeline else {
        let problem = "expected 1 to \(TopologyLimits.pipelineMax), got \(pipeline)"
        throw TopologyError(file: "", path: "pipeline", problem: problem)
      }
      result.changeCalls { $0.pipeline = pipeline == 1 ? nil : pipeline }
    }
    if let place = overrides.place {
      result.client.contextInBody = place.inBody
      result.changeCalls { $0.contextInBody = place.inBody }
    }
    if let names = overrides.neverIndexed {
      result.client.neverIndexed = FieldIndexing.stored(names)
      result.changeCalls { $0.neverIndexed = FieldIndexing.stored(names) }
    }
    if let growth = overrides.growth {
      guard Growth.names.contains(growth) else {
        let hint = NearestName.hint(for: growth, among: Growth.names)
        throw TopologyError(file: "", path: "growth", problem: "unknown growth \(quoted(growth))\(hint)")
      }
      for index in result.services.indices { result.services[index].growth = growth }
    }
    if let count = overrides.keysPerLayer {
      guard 0...TopologyLimits.keysPerLayerMax ~= count else {
        let problem = "expected 0 to \(TopologyLimits.keysPerLayerMax), got \(count)"
        throw TopologyError(file: "", path: "keys-per-layer", problem: problem)
      }
      for index in result.services.indices { result.services[index].keysPerLayer = count }
    }
    if let tracing = overrides.tracing { result.replaceTracing(by: tracing) }
    return result
  }

  private mutating func replaceStrategy(by preset: Vocabulary.Preset) {
    client.propagator = preset.edge?.propagator ?? preset.propagator
    let ownRules = services[entry].gateway
    for index in services.indices {
      services[index].strategy = preset.name
      services[index].store = preset.store
      services[index].gateway = nil
      services[index].scriptedCalls?.propagator = preset.propagator
      for step in services[index].script.indices {
        services[index].script[step].replacePropagator(by: preset.propagator)
      }
    }
    if let edge = preset.edge {
      services[entry].gateway = ownRules
      putGateway(edge)
    } else {
      // Raw fields are for a gateway.
      (client.fields, client.bad) = (nil, nil)
    }
  }

  private mutating func replaceTransport(by name: String) {
    // What an external speaks is its own affair.
    let isExternal = services.map { $0.external != nil }
    if !isExternal[entry] { client.transport = name }
    for index in services.indices where !isExternal[index] {
      for step in services[index].script.indices {
        services[index].script[step].changeCalls { call in if !isExternal[call.service] { call.transport = name } }
      }
    }
  }

  private mutating func replaceTracing(by ratio: SamplingRatio) {
    client.tracing = ratio
    for index in services.indices where services[index].external == nil { services[index].tracing = ratio }
  }

  private mutating func changeCalls(_ change: (inout Call) -> Void) {
    for index in services.indices {
      for step in services[index].script.indices { services[index].script[step].changeCalls(change) }
    }
  }

  /// Makes the entry a gateway, with its own rules where it has some.
  /// One that is not ours does what it does.
  mutating func putGateway(_ edge: Vocabulary.Edge) {
    guard services[entry].external == nil else { return }
    services[entry].strategy = CarrierChoice.custom
    services[entry].store = edge.store
    services[entry].gateway = services[entry].gateway ?? edge.rules
  }
}

extension Step {
  /// Puts every call of this step under another propagator.
  package mutating func replacePropagator(by name: String) { changeCalls { $0.propagator = name } }

  /// Puts every call of this step over another transport.
  package mutating func replaceTransport(by name: String) { changeCalls { $0.transport = name } }

  mutating func changeCalls(_ change: (inout Call) -> Void) {
    switch self {
    case .call(var call):
      change(&call)
      self = .call(call)
    case .parallel(var calls):
      for index in calls.indices { change(&calls[index]) }
      self = .parallel(calls)
    case .set, .work, .countedWork, .sleep: break
    }
  }
}

/// How the keys that each layer sets are named.
enum Growth {
  static let names = ["shadow", "distinct"]
}
