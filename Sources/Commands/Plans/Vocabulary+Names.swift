// The names that topologies and options may use: what the registries of this build know.

internal import Context
internal import Propagation
internal import Topology
internal import TransportCore

extension Vocabulary {
  static let current = Vocabulary(
    presets: Strategy.presets.map { strategy in
      Preset(
        name: strategy.name, store: strategy.store.rawValue, propagator: strategy.propagator,
        isComparedByDefault: strategy.isComparedByDefault, edge: strategy.name == "gateway" ? edge : nil)
    },
    stores: StoreKind.allCases.map(\.rawValue), propagators: PropagatorRegistry.names,
    exclusivePropagators: PropagatorRegistry.exclusiveNames, transports: Transport.all.map(\.name),
    integerKeys: ContextSchema.keys.filter { $0.type == .integer }.map(\.name),
    textKeys: ContextSchema.keys.filter { $0.type == .text }.map(\.name))

  /// Of the preset `gateway`: the headers that `raw-headers` writes, cleaned once.
  private static let edge = Edge(
    propagator: "raw-headers", store: StoreKind.rwLockedMap.rawValue,
    rules: GatewayRules(
      required: [FieldRule(field: "x-tenant-code", target: "tenant", pattern: "[a-z0-9-]{1,16}")],
      optional: [
        FieldRule(field: "x-user-id", target: "user", pattern: "[0-9]{1,18}"),
        FieldRule(field: "x-trace-id", target: GatewayRules.traceIDTarget, pattern: "[0-9a-f]{32}"),
      ]))
}
