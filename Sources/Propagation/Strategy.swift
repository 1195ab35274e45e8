// A strategy: a context store and a propagator. The presets are the pairs that people ship.

package import Context

package struct Strategy: Equatable, Sendable {
  package let name: String
  package let store: StoreKind
  /// A name that `PropagatorRegistry` resolves.
  package let propagator: String
  /// Whether a comparison that names no strategies has it as an arm; the others take part on request.
  package let isComparedByDefault: Bool

  package init(name: String, store: StoreKind, propagator: String, isComparedByDefault: Bool = true) {
    self.name = name
    self.store = store
    self.propagator = propagator
    self.isComparedByDefault = isComparedByDefault
  }

  /// In the order that reports use.
  package static let presets: [Strategy] = withSimdjson([
    Strategy(name: "baseline", store: .none, propagator: "none"),
    Strategy(name: "opaque", store: .none, propagator: "opaque"),
    Strategy(name: "map", store: .map, propagator: "json-map"),
    Strategy(name: "pooled-map", store: .pooledMap, propagator: "json-map", isComparedByDefault: false),
    Strategy(name: "value-chain", store: .valueChain, propagator: "tracecontext,baggage"),
    Strategy(
      name: "swift", store: .serviceContext, propagator: "tracecontext,baggage", isComparedByDefault: false),
    Strategy(name: "b3", store: .valueChain, propagator: "b3", isComparedByDefault: false),
    Strategy(name: "struct", store: .struct, propagator: "schema"),
    Strategy(name: "packed", store: .packed, propagator: "packed"),
    Strategy(name: "binary25", store: .struct, propagator: "binary25"),
    Strategy(name: "gateway", store: .struct, propagator: "schema", isComparedByDefault: false),
  ])

  private static func withSimdjson(_ presets: [Strategy]) -> [Strategy] {
    var presets = presets
    #if Simdjson
      presets.insert(
        Strategy(name: "map-simdjson", store: .map, propagator: "json-simdjson", isComparedByDefault: false), at: 3)
    #endif
    return presets
  }

  package static func preset(named name: String) -> Strategy? { presets.first { $0.name == name } }
}
