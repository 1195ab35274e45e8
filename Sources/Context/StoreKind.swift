// The registry of stores: one case and one line here for each.

package enum StoreKind: String, CaseIterable, Sendable {
  /// No context at all: the arms `none` and `opaque`.
  case none
  case map
  case valueChain = "value-chain"
  case `struct`
  case packed
  case lockedMap = "locked-map"
  case rwLockedMap = "rw-locked-map"
  case shardedMap = "sharded-map"
  case copyOnWriteMap = "copy-on-write-map"

  /// The contexts of all workers of a node lie in one table.
  package var isShared: Bool {
    switch self {
    case .lockedMap, .rwLockedMap, .shardedMap, .copyOnWriteMap: true
    case .none, .map, .valueChain, .struct, .packed: false
    }
  }

  /// An empty context of this kind; of a shared store, in a table of its own.
  package func makeContext() -> RequestContext {
    switch self {
    case .none: RequestContext()
    case .map: MapContext()
    case .valueChain: ValueChainContext()
    case .struct: StructContext()
    case .packed: PackedContext()
    case .lockedMap, .rwLockedMap, .shardedMap, .copyOnWriteMap: NodeContexts(self).source().makeContext()
    }
  }

  /// A table for so many workers; nil where the store is not shared.
  func makeTable(workerCount: Int) -> (any ContextTable)? {
    switch self {
    case .lockedMap: LockedTable(workerCount: workerCount)
    case .rwLockedMap: RWLockedTable(workerCount: workerCount)
    case .shardedMap: ShardedTable(workerCount: workerCount)
    case .copyOnWriteMap: CopyOnWriteTable(workerCount: workerCount)
    case .none, .map, .valueChain, .struct, .packed: nil
    }
  }
}
