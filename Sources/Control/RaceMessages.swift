// What launcher and laboratory say to each other about a race. Types only.

package struct RaceOrder: Codable, Equatable, Sendable {
  /// In place of a store's name: a map without any lock.
  package static let plain = "plain map"

  /// The name of a shared store, or `plain`.
  package var map: String
  package var writers: Int
  package var writesPerWriter: Int
  package var seed: UInt64

  package init(map: String, writers: Int, writesPerWriter: Int, seed: UInt64) {
    self.map = map
    self.writers = writers
    self.writesPerWriter = writesPerWriter
    self.seed = seed
  }
}

/// What was in the map when every writer had ended.
package struct RaceCount: Codable, Equatable, Sendable {
  /// Writes of shared entries, of which none was lost.
  package var found: Int64
  /// Records that their writers removed, and that are there.
  package var leftOver: Int

  package init(found: Int64, leftOver: Int) {
    self.found = found
    self.leftOver = leftOver
  }
}
