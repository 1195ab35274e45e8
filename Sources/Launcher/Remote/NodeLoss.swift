// That a node which somebody else started is gone, or cannot be reached.

/// Told once, until it is there again.
package struct NodeLoss: Equatable, Sendable, CustomStringConvertible {
  /// `NAME at HOST:PORT`.
  package let name: String
  package let service: String
  package let reason: String
  /// Requests that it had taken in and not answered, as it said last.
  package let requestsLost: UInt64

  package var description: String { "\(name) was lost: \(reason)" }
}
