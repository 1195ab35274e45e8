// The stores `locked-map` and `sharded-map`: a dictionary behind a mutex, and several of them.

internal import Synchronization

package final class LockedTable: ContextTable {
  private let records = Mutex(SharedEntries.records())

  package init(workerCount: Int) {}

  package func record(_ key: UInt64, worker: Int) -> BoxedEntries {
    records.withLock { $0[key] } ?? BoxedEntries()
  }

  package func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void) {
    records.withLock { change(&$0[key, default: BoxedEntries()]) }
  }

  package func remove(_ key: UInt64, worker: Int) {
    // Freed behind the lock.
    _ = records.withLock { $0.removeValue(forKey: key) }
  }

  package var count: Int { records.withLock { $0.count } }
}

package final class ShardedTable: ContextTable {
  package static let shardCount = 16

  private final class Shard: Sendable {
    let records: Mutex<[UInt64: BoxedEntries]>

    init(_ records: [UInt64: BoxedEntries]) { self.records = Mutex(records) }
  }

  private let shards: [Shard]

  package init(workerCount: Int) {
    let shared = SharedEntries.records()
    shards = (0..<ShardedTable.shardCount).map { place in
      Shard(shared.filter { ShardedTable.place(of: $0.key) == place })
    }
  }

  package func record(_ key: UInt64, worker: Int) -> BoxedEntries {
    shards[ShardedTable.place(of: key)].records.withLock { $0[key] } ?? BoxedEntries()
  }

  package func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void) {
    shards[ShardedTable.place(of: key)].records.withLock { change(&$0[key, default: BoxedEntries()]) }
  }

  package func remove(_ key: UInt64, worker: Int) {
    _ = shards[ShardedTable.place(of: key)].records.withLock { $0.removeValue(forKey: key) }
  }

  package var count: Int { shards.reduce(0) { $0 + $1.records.withLock { $0.count } } }

  /// Keys that follow each other go to different shards.
  private static func place(of key: UInt64) -> Int { Int(truncatingIfNeeded: key) & (shardCount - 1) }
}
