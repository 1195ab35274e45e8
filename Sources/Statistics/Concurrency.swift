// How many requests are under way at once, and over how many connections between client and entry.

/// An axis of every comparison: with 64 requests under way many share a system call, with one none do, and over 64
/// connections they share fewer.
package struct Concurrency: Codable, Hashable, Sendable {
  package static let inFlightMax = 4_096
  package static let connectionsMax = 1_024

  package var inFlight: Int
  package var connections: Int

  package init(inFlight: Int, connections: Int = 1) {
    self.inFlight = inFlight
    self.connections = connections
  }

  /// `64` over one connection, `64x16` over 16. nil for anything else: both are at least 1, and a connection has a
  /// request to carry.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let inFlight = Int(parts[0]), (1...Self.inFlightMax).contains(inFlight) else {
      return nil
    }
    let connections = parts.count == 2 ? Int(parts[1]) : 1
    guard let connections, (1...min(inFlight, Self.connectionsMax)).contains(connections) else { return nil }
    self.init(inFlight: inFlight, connections: connections)
  }

  /// As `init(_:)` reads it.
  package var name: String { connections == 1 ? "\(inFlight)" : "\(inFlight)x\(connections)" }

  /// As people read it.
  package var words: String {
    connections == 1 ? "\(inFlight) in flight" : "\(inFlight) in flight over \(connections) connections"
  }
}
