// How many requests did not complete for one reason.

package struct FailureCount: Codable, Equatable, Comparable, Sendable {
  /// A status such as `UNAVAILABLE`, or words of the client such as `timed out` and `connection lost`.
  package var reason: String
  package var requests: UInt64

  package init(reason: String, requests: UInt64) {
    self.reason = reason
    self.requests = requests
  }

  /// The most frequent first.
  package static func < (left: FailureCount, right: FailureCount) -> Bool {
    (right.requests, left.reason) < (left.requests, right.reason)
  }
}
