// The registry of stores: one case and one line here for each.

package enum StoreKind: String, CaseIterable, Sendable {
  /// No context at all: the arms `none` and `opaque`.
  case none
  case map
  case valueChain = "value-chain"
  case `struct`
  case packed

  /// An empty context of this kind.
  package func makeContext() -> RequestContext {
    switch self {
    case .none: RequestContext()
    case .map: MapContext()
    case .valueChain: ValueChainContext()
    case .struct: StructContext()
    case .packed: PackedContext()
    }
  }
}
