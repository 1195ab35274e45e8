// A shared table without a lock: the fault that `ctxchain lab race` shows. No store uses it.

/// Unchecked, and unsafe: with more than one thread its behaviour is undefined. The laboratory runs it in a process of its
/// own, which is expected to die.
package final class UnlockedTable: ContextTable, @unchecked Sendable {
  // No check of exclusivity at run time: the fault shall show itself as it does in a release build without one.
  @exclusivity(unchecked) private var records = SharedEntries.records()

  package init(workerCount: Int) {}

  package func record(_ key: UInt64, worker: Int) -> BoxedEntries { records[key] ?? BoxedEntries() }

  package func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void) {
    change(&records[key, default: BoxedEntries()])
  }

  package func remove(_ key: UInt64, worker: Int) { records[key] = nil }

  package var count: Int { records.count }
}
