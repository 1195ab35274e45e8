// A value behind a mutex: that of pthread, which most locks of Swift servers are made of, and which ThreadSanitizer knows.
// Of `Synchronization.Mutex` the sanitizer sees nothing, and reports every access.

internal import Glibc

/// Unchecked, because the compiler does not know `pthread_mutex`. It is safe: the value is reached in `withLock` only, by
/// one thread at a time.
final class Guarded<Value: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  /// Of the mutex: a line of the cache of its own, so that shards do not contend for one.
  private let line: UnsafeMutableRawPointer
  private let value: UnsafeMutablePointer<Value>

  init(_ value: Value) {
    line = .allocate(byteCount: 64, alignment: 64)
    mutex = line.bindMemory(to: pthread_mutex_t.self, capacity: 1)
    let result = pthread_mutex_init(mutex, nil)
    precondition(result == 0, "no mutex can be made")
    self.value = .allocate(capacity: 1)
    self.value.initialize(to: value)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    line.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value.pointee)
  }
}
