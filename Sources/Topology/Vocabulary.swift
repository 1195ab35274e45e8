// The names that a topology may use for strategies and their parts: handed in, so that this module knows none of them.

package struct Vocabulary: Sendable {
  package struct Preset: Sendable {
    package fileprivate(set) var name: String
    package let store: String
    package let propagator: String
    /// Whether a comparison that names no strategies has it as an arm.
    package let isComparedByDefault: Bool
    /// Nil: the entry is a service like any other.
    package let edge: Edge?
    /// Only where an argument names one behind a strategy. Nil: the one that the edges have.
    package fileprivate(set) var transport: String?

    package init(
      name: String, store: String, propagator: String, isComparedByDefault: Bool = true, edge: Edge? = nil
    ) {
      self.name = name
      self.store = store
      self.propagator = propagator
      self.isComparedByDefault = isComparedByDefault
      self.edge = edge
    }

    /// The same over a transport, which stands behind the name unless it is the one that all have by default.
    package func over(_ transport: String) -> Preset {
      var preset = self
      preset.transport = transport
      preset.name = Preset.name(name, over: transport)
      return preset
    }

    package static func name(_ name: String, over transport: String) -> String {
      transport == Topology.transportByDefault ? name : name + "/" + transport
    }
  }

  /// What a preset that cleans raw fields at the edge has there. Store and propagator of the preset are those behind it.
  package struct Edge: Sendable {
    /// How the client writes the context.
    package let propagator: String
    package let store: String
    package let rules: GatewayRules

    package init(propagator: String, store: String, rules: GatewayRules) {
      self.propagator = propagator
      self.store = store
      self.rules = rules
    }
  }

  package let presets: [Preset]
  package let stores: [String]
  /// Single propagators; a topology may join several with commas.
  package let propagators: [String]
  /// Those of `propagators` that stand alone: joining them with others is an error.
  package let exclusivePropagators: [String]
  package let transports: [String]
  /// Keys that the context schema declares: `set` must give them a value of their type.
  package let integerKeys: [String]
  package let textKeys: [String]

  package init(
    presets: [Preset], stores: [String], propagators: [String], exclusivePropagators: [String] = [],
    transports: [String], integerKeys: [String] = [], textKeys: [String] = []
  ) {
    self.presets = presets
    self.stores = stores
    self.propagators = propagators
    self.exclusivePropagators = exclusivePropagators
    self.transports = transports
    self.integerKeys = integerKeys
    self.textKeys = textKeys
  }

  func preset(named name: String) -> Preset? { presets.first { $0.name == name } }

  /// What a command's arguments may name as a strategy: a preset, or a store and a propagator as `map+b3`. Several
  /// propagators are joined by `+` too. Behind either a transport may stand, as `packed/http1`: so arms that differ in
  /// nothing else have names of their own.
  package func arm(named name: String) -> Preset? {
    let (rest, transport) = split(name)
    guard let transport else { return strategy(named: name) }
    var preset = strategy(named: rest)
    preset?.name = name
    preset?.transport = transport
    return preset
  }

  /// The name of an arm without the transport behind it. Where what stands behind the last `/` is no transport, it is a
  /// part of the name.
  package func split(_ name: String) -> (strategy: String, transport: String?) {
    guard let mark = name.lastIndex(of: "/") else { return (name, nil) }
    let transport = String(name[name.index(after: mark)...])
    return transports.contains(transport) ? (String(name[..<mark]), transport) : (name, nil)
  }

  private func strategy(named name: String) -> Preset? {
    if let preset = preset(named: name) { return preset }
    let parts = name.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let names = parts.dropFirst()
    guard !names.isEmpty, stores.contains(parts[0]), names.allSatisfy(propagators.contains),
      Set(names).count == names.count, names.count == 1 || !names.contains(where: exclusivePropagators.contains)
    else { return nil }
    return Preset(name: name, store: parts[0], propagator: names.joined(separator: ","))
  }
}
