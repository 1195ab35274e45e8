// The names that a topology may use for strategies and their parts: handed in, so that this module knows none of them.

package struct Vocabulary: Sendable {
  package struct Preset: Sendable {
    package let name: String
    package let store: String
    package let propagator: String

    package init(name: String, store: String, propagator: String) {
      self.name = name
      self.store = store
      self.propagator = propagator
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
  /// propagators are joined by `+` too.
  package func arm(named name: String) -> Preset? {
    if let preset = preset(named: name) { return preset }
    let parts = name.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let names = parts.dropFirst()
    guard !names.isEmpty, stores.contains(parts[0]), names.allSatisfy(propagators.contains),
      Set(names).count == names.count, names.count == 1 || !names.contains(where: exclusivePropagators.contains)
    else { return nil }
    return Preset(name: name, store: parts[0], propagator: names.joined(separator: ","))
  }
}
