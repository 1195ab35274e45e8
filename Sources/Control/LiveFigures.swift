// What is under way in a node at one moment: nothing, after a run that leaked nothing.

package struct LiveFigures: Codable, Equatable, Sendable {
  package var token: Int
  /// In the table of requests, and passed on without a slot in it.
  package var requests = 0
  /// Calls to later services.
  package var calls = 0
  /// Contexts of requests that have a slot, and those that were kept beyond theirs.
  package var contexts = 0
  /// Armed, of sleeps, slices of work and kept contexts.
  package var timers = 0

  package init(token: Int) { self.token = token }

  package var isNothing: Bool { requests == 0 && calls == 0 && contexts == 0 && timers == 0 }

  package mutating func add(_ other: LiveFigures) {
    requests += other.requests
    calls += other.calls
    contexts += other.contexts
    timers += other.timers
  }
}
