// The calls that a node waits for, in slots of plain memory. A call's id on the wire is its slot and how often the slot
// was used before, so a reply finds its call without a search, and a late reply finds nothing.

typealias CallSlot = UnsafeMutablePointer<PendingCall>

/// One call under way: of a request that runs a script (`request`), or the whole of one that is forwarded
/// (`caller`). A free slot has no request.
struct PendingCall {
  /// Where the call was sent; nil in a free slot.
  var connection: Unmanaged<DownstreamConnection>?
  /// The slot's index, and in the upper half the number of its uses so far.
  var id: UInt64
  /// The request that made the call; nil for one that is forwarded.
  var request: RequestSlot?
  /// Of one that is forwarded: whom to answer, and its tag there.
  var caller: Unmanaged<InboundConnection>?
  var callerTag: UInt64 = 0
  /// The calls of `request`, later ones first, in a list by `next`; or all that `caller` waits for, in a ring.
  /// `next` also links the free slots.
  var previous: CallSlot?
  var next: CallSlot?
  /// Nanoseconds of the loop's clock; `Int64.max` when nothing bounds the call.
  var deadline = Int64.max
  /// With `request` only.
  var call: UnsafeMutablePointer<ScriptCall>?
  var retriesLeft: Int32 = 0
  /// Of a call of `request`: it is not sent yet, because every connection of its edge is taken.
  var isWaiting = false
  /// As of a request; nil in a free slot.
  var span: OpenSpan?
}

extension PendingCall {
  fileprivate var isUnderWay: Bool { connection != nil || isWaiting }
}

extension PendingCall: RingLinked {
  /// The ring's own slot.
  init(previous: CallSlot?, next: CallSlot?) {
    (self.previous, self.next) = (previous, next)
    id = 0
  }
}

extension UnsafeMutablePointer<PendingCall> {
  /// Joins the calls of its request.
  func join(_ request: RequestSlot) {
    pointee.request = request
    pointee.next = request.pointee.firstCall
    request.pointee.firstCall = self
  }

  /// Leaves the calls of its request: a walk past those that a `parallel` step made later.
  func leave(_ request: RequestSlot) {
    pointee.request = nil
    guard var later = request.pointee.firstCall, later != self else {
      request.pointee.firstCall = pointee.next
      return
    }
    while let next = later.pointee.next, next != self { later = next }
    later.pointee.next = pointee.next
  }
}

struct CallTable {
  static let callCountMax = 262_144

  private let slots: CallSlot
  private let capacity: Int
  private var usedCount = 0
  private var firstFree: CallSlot?

  init(capacity: Int) {
    slots = .allocate(capacity: capacity)
    self.capacity = capacity
  }

  func deallocate() { slots.deallocate() }

  /// A slot, or nil when all are taken.
  @inline(__always)
  mutating func allocate() -> CallSlot? { allocateFreed() ?? addSlot() }

  /// A slot that was used before, or nil when all of those are taken. `allocate` may have another.
  @inline(__always)
  mutating func allocateFreed() -> CallSlot? {
    guard let free = firstFree else { return nil }
    firstFree = free.pointee.next
    return free
  }

  @inline(never)
  private mutating func addSlot() -> CallSlot? {
    guard usedCount < capacity else { return nil }
    let slot = slots + usedCount
    slot.initialize(to: PendingCall(previous: nil, next: nil))
    slot.pointee.id = UInt64(usedCount)
    usedCount += 1
    return slot
  }

  /// The slot is in no list or ring any more.
  @inline(__always)
  mutating func free(_ slot: CallSlot) {
    slot.pointee.connection = nil
    slot.pointee.id &+= 1 << 32
    slot.pointee.next = firstFree
    firstFree = slot
  }

  /// The call with that id which is under way on that connection, or nil.
  @inline(__always)
  func find(id: UInt64, on connection: DownstreamConnection) -> CallSlot? {
    let index = Int(UInt32(truncatingIfNeeded: id))
    guard index < usedCount else { return nil }
    let slot = slots + index
    // As numbers, which compare in one instruction: a free slot has 0.
    let isSentHere =
      unsafeBitCast(slot.pointee.connection, to: Int.self)
      == Int(bitPattern: Unmanaged.passUnretained(connection).toOpaque())
    return slot.pointee.id == id && isSentHere ? slot : nil
  }

  /// Whether some call is under way on that connection. A walk, too.
  func hasCalls(on connection: DownstreamConnection) -> Bool {
    let asked = Unmanaged.passUnretained(connection).toOpaque()
    return (0..<usedCount).contains { slots[$0].connection?.toOpaque() == asked }
  }

  /// Calls under way. A walk: for questions, not for requests.
  var inUseCount: Int { (0..<usedCount).count { slots[$0].isUnderWay } }

  /// Calls `body` with every call that was under way at the start and still is; `body` may end calls and start others.
  func forEach(_ body: (CallSlot) -> Void) {
    for index in 0..<usedCount where slots[index].isUnderWay { body(slots + index) }
  }
}
