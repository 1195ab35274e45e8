// Made-up results are dear on a debug build, and many tests need the same ones.

import Synchronization

/// Each value is made once, and every test has a copy of its own.
final class MadeOnce<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let values = Mutex<[Key: Value]>([:])

  func value(_ key: Key, make: () -> Value) -> Value {
    if let known = values.withLock({ $0[key] }) { return known }
    // Two tests may make it at the same time: it is the same.
    let made = make()
    values.withLock { $0[key] = made }
    return made
  }
}
