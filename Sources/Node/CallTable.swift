// The calls that a node waits for, in slots of plain memory. A call's id on the wire is its slot and how often the slot
// was used before, so a reply finds its call without a search, and a late reply finds nothing.

typealias CallSlot = UnsafeMutablePointer<PendingCall>

/// One call under way.
struct PendingCall {
  /// The request that made the call; nil in a free slot.
  var request: RequestSlot?
  /// The calls of one request. `next` also links the free slots.
  var previous: CallSlot?
  var next: CallSlot?
  /// The slot's index, and in the upper half the number of its uses so far.
  var id: UInt64
  /// Nanoseconds of the loop's clock; `Int64.max` when nothing bounds the call.
  var deadline = Int64.max
  var connection: Unmanaged<DownstreamConnection>?
  var call: UnsafeMutablePointer<ScriptCall>?
  var retriesLeft: Int32 = 0
  /// `deadline` is the call's own timeout, not the request's deadline.
  var hasOwnTimeout = false
}

extension UnsafeMutablePointer<PendingCall> {
  /// Joins the calls of its request.
  @inline(__always)
  func join(_ request: RequestSlot) {
    let first = request.pointee.firstCall
    pointee.previous = nil
    pointee.next = first
    if let first { first.pointee.previous = self }
    request.pointee.firstCall = self
    request.pointee.outstanding &+= 1
  }

  @inline(__always)
  func leave(_ request: RequestSlot) {
    let (previous, next) = (pointee.previous, pointee.next)
    if let previous { previous.pointee.next = next } else { request.pointee.firstCall = next }
    if let next { next.pointee.previous = previous }
    request.pointee.outstanding &-= 1
  }
}

struct CallTable {
  static let callCountMax = 262_144

  private let slots: CallSlot
  private var usedCount = 0
  private var firstFree: CallSlot?

  init() { slots = .allocate(capacity: CallTable.callCountMax) }

  func deallocate() { slots.deallocate() }

  /// A slot, or nil when all are taken.
  @inline(__always)
  mutating func allocate() -> CallSlot? {
    guard let free = firstFree else { return addSlot() }
    firstFree = free.pointee.next
    return free
  }

  @inline(never)
  private mutating func addSlot() -> CallSlot? {
    guard usedCount < CallTable.callCountMax else { return nil }
    let slot = slots + usedCount
    slot.initialize(to: PendingCall(id: UInt64(usedCount)))
    usedCount += 1
    return slot
  }

  @inline(__always)
  mutating func free(_ slot: CallSlot) {
    slot.pointee.request = nil
    slot.pointee.id &+= 1 << 32
    slot.pointee.next = firstFree
    firstFree = slot
  }

  /// The call under way with that id, or nil.
  @inline(__always)
  func find(id: UInt64) -> CallSlot? {
    let index = Int(UInt32(truncatingIfNeeded: id))
    guard index < usedCount else { return nil }
    let slot = slots + index
    return slot.pointee.id == id && slot.pointee.request != nil ? slot : nil
  }

  /// Calls `body` with every call that was under way at the start and still is; `body` may end calls and start others.
  func forEach(_ body: (CallSlot) -> Void) {
    for index in 0..<usedCount where slots[index].request != nil { body(slots + index) }
  }
}
