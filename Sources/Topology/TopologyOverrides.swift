// What a command's arguments say instead of the file: the whole graph under one strategy, growth or number of keys.

/// Each value that is not nil replaces the file's defaults and everything that the file says per service and per edge,
/// the client's edge included.
package struct TopologyOverrides: Equatable, Sendable {
  /// A preset's name, or a store and a propagator: see `Vocabulary.arm`.
  package var strategy: String?
  /// `shadow` or `distinct`.
  package var growth: String?
  package var keysPerLayer: Int?

  package init(strategy: String? = nil, growth: String? = nil, keysPerLayer: Int? = nil) {
    self.strategy = strategy
    self.growth = growth
    self.keysPerLayer = keysPerLayer
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
    return result
  }

  private mutating func replaceStrategy(by preset: Vocabulary.Preset) {
    client.propagator = preset.propagator
    for index in services.indices {
      services[index].strategy = preset.name
      services[index].store = preset.store
      for step in services[index].script.indices {
        services[index].script[step].replacePropagator(by: preset.propagator)
      }
    }
  }
}

extension Step {
  /// Puts every call of this step under another propagator.
  package mutating func replacePropagator(by name: String) {
    switch self {
    case .call(var call):
      call.propagator = name
      self = .call(call)
    case .parallel(var calls):
      for index in calls.indices { calls[index].propagator = name }
      self = .parallel(calls)
    case .set, .work, .sleep: break
    }
  }
}

/// How the keys that each layer sets are named.
enum Growth {
  static let names = ["shadow", "distinct"]
}
