// The requests that a node is working on, in slots of plain memory that are used again. No reference counting and no
// allocation per request; the context of a slot is made when the slot is first used.

internal import Context

/// One request under way. Links are slot indices, -1 for none.
struct InboundRequest {
  var connection: Unmanaged<InboundConnection>
  /// The caller's id, repeated in the reply.
  var id: UInt64
  /// Nanoseconds of the loop's clock; `Int64.max` when the request carries no deadline.
  var deadline: Int64
  var context: Unmanaged<RequestContext>
  var echo: Unmanaged<EchoViews>?
  /// CPU still to burn in the current `work` step, in nanoseconds.
  var workLeft: Int64
  /// The step that is under way.
  var step: Int32
  /// Calls without a reply.
  var outstanding: Int32
  var hopsLeft: Int32
  var firstCall: Int32
  /// Entry of the timer wheel that resumes the request.
  var timer: Int32
  /// The requests of one connection, oldest first.
  var previous: Int32
  var next: Int32
  /// The context has a span id that no call has used yet.
  var hasFreshSpan: Bool
}

/// Slots for at most `capacity` requests. The memory is reserved once and touched only as far as it is used.
struct RequestTable {
  let slots: UnsafeMutablePointer<InboundRequest>
  private var usedCount = 0
  private var firstFree: Int32 = -1
  private let capacity: Int
  private let makeContext: () -> RequestContext

  init(capacity: Int, makeContext: @escaping () -> RequestContext) {
    slots = .allocate(capacity: capacity)
    self.capacity = capacity
    self.makeContext = makeContext
  }

  /// Frees everything; no request may be under way.
  func deallocate() {
    for index in 0..<usedCount { slots[index].context.release() }
    slots.deallocate()
  }

  /// A slot with an empty context, or -1 when all are taken.
  mutating func allocate() -> Int32 {
    let free = firstFree
    if free >= 0 {
      firstFree = slots[Int(free)].next
      return free
    }
    return addSlot()
  }

  private mutating func addSlot() -> Int32 {
    guard usedCount < capacity else { return -1 }
    (slots + usedCount).pointee.context = Unmanaged.passRetained(makeContext())
    usedCount += 1
    return Int32(usedCount - 1)
  }

  mutating func free(_ index: Int32) {
    slots[Int(index)].context._withUnsafeGuaranteedRef { $0.reset() }
    slots[Int(index)].next = firstFree
    firstFree = index
  }
}
