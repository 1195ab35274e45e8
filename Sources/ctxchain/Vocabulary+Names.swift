// The names that topologies and options may use: what the registries of this build know.

internal import Context
internal import Propagation
internal import Topology

extension Vocabulary {
  static let current = Vocabulary(
    presets: Strategy.presets.map {
      Preset(
        name: $0.name, store: $0.store.rawValue, propagator: $0.propagator, isComparedByDefault: $0.isComparedByDefault)
    },
    stores: StoreKind.allCases.map(\.rawValue), propagators: PropagatorRegistry.names,
    exclusivePropagators: PropagatorRegistry.exclusiveNames, transports: ["frame"],
    integerKeys: ContextSchema.keys.filter { $0.type == .integer }.map(\.name),
    textKeys: ContextSchema.keys.filter { $0.type == .text }.map(\.name))
}
