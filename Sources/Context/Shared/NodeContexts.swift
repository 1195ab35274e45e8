// The contexts of one node: with a shared store a table for all of its workers, with any other nothing in common.

/// One per node and strategy. Each worker takes its `ContextSource` from it, on its own thread.
package final class NodeContexts: Sendable {
  package let kind: StoreKind
  /// Nil where the store is not shared.
  package let table: (any ContextTable)?
  private let ratio: WriteRatio

  package init(_ kind: StoreKind, workerCount: Int = 1, writes: WriteRatio = .standard) {
    self.kind = kind
    table = kind.makeTable(workerCount: workerCount)
    ratio = writes
  }

  package func source(worker: Int = 0) -> ContextSource {
    ContextSource(kind: kind, table: table, access: SharedAccess(worker: worker, ratio: ratio))
  }
}

/// Makes the contexts of one worker. They belong to its thread.
package struct ContextSource {
  package let kind: StoreKind
  private let table: (any ContextTable)?
  /// Of shared stores only.
  package let access: SharedAccess

  init(kind: StoreKind, table: (any ContextTable)?, access: SharedAccess) {
    self.kind = kind
    self.table = table
    self.access = access
  }

  package func makeContext() -> RequestContext {
    if let table { sharedContext(table) } else { kind.makeContext() }
  }

  private func sharedContext<Table: ContextTable>(_ table: Table) -> RequestContext {
    SharedContext(table: table, access: access)
  }
}
