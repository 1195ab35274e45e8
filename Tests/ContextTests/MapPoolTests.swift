// What a pool of maps keeps, and what it does not.

import Context
import Testing

@Suite("A pool of maps")
struct MapPoolTests {
  private func map(_ count: Int) -> MapPool.Map {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ("key \($0)", $0) })
  }

  @Test("hands out what came back last, empty and with its capacity")
  func reuse() {
    let pool = MapPool()
    var (small, large) = (map(3), map(100))
    let capacity = large.capacity
    pool.giveBack(&small)
    pool.giveBack(&large)
    #expect(small.isEmpty && large.isEmpty && large.capacity == 0)
    #expect(pool.count == 2)
    let first = pool.take()
    #expect(first.isEmpty && first.capacity == capacity)
    #expect(pool.take().capacity < capacity)
    #expect(pool.count == 0 && pool.take().capacity == 0)
  }

  @Test("keeps at most 256 maps, none without capacity, and none that outgrew the largest context")
  func bounds() {
    let pool = MapPool()
    var empty = map(0)
    pool.giveBack(&empty)
    #expect(pool.count == 0)
    var huge = map(MapPool.capacityMax + 1)
    pool.giveBack(&huge)
    #expect(pool.count == 0 && huge.isEmpty)
    var largest = map(ContextLimits.entryCountMax + ContextSchema.keys.count + 4)
    pool.giveBack(&largest)
    #expect(pool.count == 1)
    for _ in 0..<300 {
      var small = map(1)
      pool.giveBack(&small)
    }
    #expect(pool.count == MapPool.countMax)
  }

  @Test("frees what a map held when it comes back")
  func values() {
    final class Witness: Sendable {}
    let pool = MapPool()
    weak var witness: Witness?
    var map: MapPool.Map = [:]
    do {
      let value = Witness()
      witness = value
      map["key"] = value
    }
    #expect(witness != nil)
    pool.giveBack(&map)
    #expect(witness == nil)
  }
}
