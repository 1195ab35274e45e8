// The strategies that `semantics` probes: presets, and propagators that no preset has.

internal import ArgumentParser
internal import Context
internal import Launcher
internal import Topology

enum ProbedStrategies {
  /// A chain under each, in the order named; without names every preset.
  static func arms(_ names: String?, option: String, depth: Int) throws -> [ArmPlan] {
    let known = Vocabulary.current
    let list = names.map(NameList.read)
    for (index, name) in (list ?? []).enumerated() where list![..<index].contains(name) {
      throw ValidationError("\(option): \"\(name)\" is named twice")
    }
    return try (list ?? known.presets.map(\.name)).map { name in
      guard let preset = known.arm(named: name) else {
        guard known.propagators.contains(name) else {
          let names = (known.presets.map(\.name) + known.propagators).joined(separator: ", ")
          throw ValidationError("\(option): unknown strategy \"\(name)\"; expected some of \(names)")
        }
        return try arm(name, store: StoreKind.valueChain.rawValue, propagator: name, depth: depth)
      }
      return try arm(
        name, store: preset.store, propagator: preset.propagator, transport: preset.transport, depth: depth)
    }
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
