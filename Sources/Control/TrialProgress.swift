// How far a trial is: sums, so that those of several trials can be added.

package import Statistics

package struct TrialProgress: Codable, Equatable, Sendable {
  package var ledger = Ledger()
  package var completedInWindow: UInt64 = 0
  package var windowNanoseconds: Int64 = 0
  package var failures: [FailureCount] = []
  /// Of the window's requests, from the time at which they were to be sent; nil: not told.
  package var latency: LatencyBuckets?

  package init() {}

  package mutating func add(_ other: TrialProgress) {
    ledger.merge(other.ledger)
    completedInWindow &+= other.completedInWindow
    windowNanoseconds &+= other.windowNanoseconds
    for failure in other.failures {
      if let index = failures.firstIndex(where: { $0.reason == failure.reason }) {
        failures[index].requests &+= failure.requests
      } else {
        failures.append(failure)
      }
    }
    if let more = other.latency {
      latency = latency ?? LatencyBuckets()
      latency?.add(more)
    }
  }
}
