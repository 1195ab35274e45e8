// The calls that a node waits for, in slots of plain memory. A call's id on the wire is its slot and the slot's
// generation, so a reply finds its call without a search, and a late reply finds nothing.

/// One call under way. Links are slot indices, -1 for none.
struct PendingCall {
  /// Slot of the request that made the call.
  var request: Int32
  /// Entry of the timer wheel that ends the call; -1 when no deadline bounds it.
  var timer: Int32
  /// The calls of one request.
  var previous: Int32
  var next: Int32
  /// Position in the script's calls.
  var call: Int32
  var retriesLeft: Int32
  var generation: UInt32
  var isActive: Bool
  /// The wheel's entry is the call's own timeout, not the request's deadline.
  var hasOwnTimeout: Bool
  var connection: Unmanaged<DownstreamConnection>
}

struct CallTable {
  static let callCountMax = 262_144

  let slots: UnsafeMutablePointer<PendingCall>
  private(set) var usedCount = 0
  private var firstFree: Int32 = -1

  init() { slots = .allocate(capacity: CallTable.callCountMax) }

  func deallocate() { slots.deallocate() }

  /// A slot, or -1 when all are taken. Its generation is kept from the last use.
  mutating func allocate() -> Int32 {
    let free = firstFree
    if free >= 0 {
      firstFree = slots[Int(free)].next
      return free
    }
    guard usedCount < CallTable.callCountMax else { return -1 }
    slots[usedCount].generation = 0
    usedCount &+= 1
    return Int32(truncatingIfNeeded: usedCount &- 1)
  }

  mutating func free(_ index: Int32) {
    slots[Int(index)].isActive = false
    slots[Int(index)].generation &+= 1
    slots[Int(index)].next = firstFree
    firstFree = index
  }

  /// The id that goes on the wire.
  func wireID(_ index: Int32) -> UInt64 {
    UInt64(slots[Int(index)].generation) << 32 | UInt64(UInt32(bitPattern: index))
  }

  /// The active call with that id, or -1.
  func find(wireID: UInt64) -> Int32 {
    let index = Int(UInt32(truncatingIfNeeded: wireID))
    guard index < usedCount, slots[index].isActive, slots[index].generation == UInt32(truncatingIfNeeded: wireID >> 32)
    else { return -1 }
    return Int32(truncatingIfNeeded: index)
  }
}
