// The registry of stores: one case and one line here for each.

package enum StoreKind: String, CaseIterable, Sendable {
  /// No context at all: the arms `none` and `opaque`.
  case none
  case map
  case pooledMap = "pooled-map"
  case valueChain = "value-chain"
  case serviceContext = "service-context"
  case `struct`
  case packed

  /// An empty context of this kind.
  package func makeContext() -> RequestContext {
    switch self {
    case .none: RequestContext()
    case .map: MapContext()
    case .pooledMap: PooledMapContext()
    case .valueChain: ValueChainContext()
    case .serviceContext: ServiceContextStore()
    case .struct: StructContext()
    case .packed: PackedContext()
    }
  }
}
