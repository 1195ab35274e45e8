// The strategies that `semantics` probes: presets, and propagators that no preset has.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Topology

enum ProbedStrategies {
  /// A chain under each, in the order named; without names every preset.
  ///
  /// - Parameter transports: over each of these; nil: over that of every chain, but for what names its own.
  static func arms(_ names: String?, option: String, over transports: [String]? = nil, depth: Int) throws -> [ArmPlan] {
    let known = Vocabulary.current
    let list = names.map(NameList.read)
    for (index, name) in (list ?? []).enumerated() where list![..<index].contains(name) {
      throw ValidationError("\(option): \"\(name)\" is named twice")
    }
    return try (list ?? known.presets.map(\.name)).flatMap { name in
      let (strategy, transport) = known.split(name)
      let (store, propagator) = try parts(of: strategy, as: name, option: option)
      guard let transports else {
        return [try arm(name, store: store, propagator: propagator, transport: transport, depth: depth)]
      }
      try TransportNames.refuse(name, over: transport)
      return try transports.map {
        try arm(
          Vocabulary.Preset.name(name, over: $0), store: store, propagator: propagator, transport: $0, depth: depth)
      }
    }
  }

  /// - Parameter name: of the whole arm.
  private static func parts(of strategy: String, as name: String, option: String) throws -> (String, String) {
    let known = Vocabulary.current
    if let preset = known.arm(named: strategy) { return (preset.store, preset.propagator) }
    guard known.propagators.contains(strategy) else {
      let names = (known.presets.map(\.name) + known.propagators).joined(separator: ", ")
      throw ValidationError("\(option): unknown strategy \"\(name)\"; expected some of \(names)")
    }
    return (StoreKind.valueChain.rawValue, strategy)
  }

  /// - Parameter transport: nil for that of every chain.
  static func arm(
    _ name: String, store: String, propagator: String, transport: String? = nil, depth: Int
  ) throws -> ArmPlan {
    var topology = try ChainTopology.make(depth: depth, vocabulary: .current)
      .applying(TopologyOverrides(transport: transport), vocabulary: .current)
    topology.client.propagator = propagator
    for index in topology.services.indices {
      topology.services[index].strategy = name
      topology.services[index].store = store
      for step in topology.services[index].script.indices {
        topology.services[index].script[step].replacePropagator(by: propagator)
      }
    }
    var arm = ArmPlan(
      name: name, store: store == StoreKind.none.rawValue ? nil : store, propagator: propagator, topology: topology)
    arm.sharesStore = StoreKind(rawValue: store)?.isShared == true
    return arm
  }
}
