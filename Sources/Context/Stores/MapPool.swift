// Dictionaries that are used again: one pool for the process, whatever threads its contexts are on.

internal import Synchronization

/// Last in, first out: what was used last is in the caches. Bounded in number, and a dictionary that one large context
/// has grown is not kept.
package final class MapPool: Sendable {
  package typealias Map = [String: any Sendable]

  /// Maps that wait; what comes back beyond is freed.
  package static let countMax = 256
  /// Entries of a map that is kept: what the largest context needs.
  package static let capacityMax = 2 * ContextLimits.entryCountMax

  static let shared = MapPool()

  private let maps = Mutex<[Map]>([])

  package init() {}

  /// An empty map.
  package func take() -> Map {
    maps.withLock { $0.popLast() } ?? [:]
  }

  /// Empties the map, and keeps it for the next one that asks.
  package func giveBack(_ map: inout Map) {
    var returned: Map = [:]
    swap(&returned, &map)
    guard returned.capacity > 0, returned.capacity <= MapPool.capacityMax else { return }
    returned.removeAll(keepingCapacity: true)
    maps.withLock { [returned] maps in
      if maps.count < MapPool.countMax { maps.append(returned) }
    }
  }

  /// Maps that wait.
  package var count: Int { maps.withLock { $0.count } }
}
