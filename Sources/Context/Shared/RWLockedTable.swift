// The store `rw-locked-map`: a dictionary behind a reader–writer lock.

internal import Glibc

/// Unchecked, because the compiler does not know `pthread_rwlock`. It is safe: the records are reached in this file only,
/// read with the lock held at least for reading, changed with it held for writing.
package final class RWLockedTable: ContextTable, @unchecked Sendable {
  private let lock: UnsafeMutablePointer<pthread_rwlock_t>
  private let records: UnsafeMutablePointer<[UInt64: BoxedEntries]>

  package init(workerCount: Int) {
    lock = .allocate(capacity: 1)
    let result = pthread_rwlock_init(lock, nil)
    precondition(result == 0, "no reader–writer lock can be made")
    records = .allocate(capacity: 1)
    records.initialize(to: SharedEntries.records())
  }

  deinit {
    pthread_rwlock_destroy(lock)
    lock.deallocate()
    records.deinitialize(count: 1)
    records.deallocate()
  }

  package func record(_ key: UInt64, worker: Int) -> BoxedEntries {
    pthread_rwlock_rdlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return records.pointee[key] ?? BoxedEntries()
  }

  package func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void) {
    pthread_rwlock_wrlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    change(&records.pointee[key, default: BoxedEntries()])
  }

  package func remove(_ key: UInt64, worker: Int) {
    pthread_rwlock_wrlock(lock)
    let removed = records.pointee.removeValue(forKey: key)
    pthread_rwlock_unlock(lock)
    withExtendedLifetime(removed) {}
  }

  package var count: Int {
    pthread_rwlock_rdlock(lock)
    defer { pthread_rwlock_unlock(lock) }
    return records.pointee.count
  }
}
