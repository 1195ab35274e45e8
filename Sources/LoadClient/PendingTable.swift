// The requests under way, by slot: plain memory, made once, and tags that a late reply cannot mistake for another's.

struct PendingTable: ~Copyable {
  let requests: UnsafeMutablePointer<PendingRequest>
  private(set) var usedCount = 0
  private var firstFree: Int32 = -1
  /// Above what earlier trials used, so that a reply that comes too late for one of them finds nothing here.
  private let firstGeneration: UInt32
  private let countMax: Int

  init(countMax: Int, token: Int) {
    self.countMax = countMax
    firstGeneration = UInt32(truncatingIfNeeded: token) << 20
    requests = .allocate(capacity: countMax)
  }

  deinit { requests.deallocate() }

  /// -1 when there is no room.
  mutating func allocate() -> Int32 {
    let free = firstFree
    if free >= 0 {
      firstFree = requests[Int(free)].next
      return free
    }
    guard usedCount < countMax else { return -1 }
    requests[usedCount].generation = firstGeneration
    requests[usedCount].isActive = false
    usedCount &+= 1
    return Int32(truncatingIfNeeded: usedCount &- 1)
  }

  mutating func free(_ slot: Int32) {
    requests[Int(slot)].isActive = false
    requests[Int(slot)].generation &+= 1
    requests[Int(slot)].next = firstFree
    firstFree = slot
  }

  /// Slot and generation.
  func tag(of slot: Int32) -> UInt64 {
    UInt64(requests[Int(slot)].generation) << 32 | UInt64(UInt32(bitPattern: slot))
  }

  /// -1 when no request under way has this tag.
  func find(tag: UInt64) -> Int32 {
    let slot = Int(UInt32(truncatingIfNeeded: tag))
    guard slot < usedCount, requests[slot].isActive,
      requests[slot].generation == UInt32(truncatingIfNeeded: tag >> 32)
    else { return -1 }
    return Int32(truncatingIfNeeded: slot)
  }
}
