// The requests that a node is working on, in slots of plain memory that are used again. No reference counting and no
// allocation per request; the context of a slot is made when the slot is first used.

internal import Context

typealias RequestSlot = UnsafeMutablePointer<InboundRequest>

/// One request under way. Fields that say "nothing" (`echo`, `timer`, `workLeft`, `firstCall`, `body`, `span`) say so in every free slot:
/// whoever sets one puts it back, and a new request need not.
struct InboundRequest {
  /// The requests of one connection, in a ring. `next` also links the free slots.
  var previous: RequestSlot?
  var next: RequestSlot?
  var connection: Unmanaged<InboundConnection>?
  /// Repeated in the reply.
  var tag: UInt64 = 0
  /// Nanoseconds of the loop's clock; `Int64.max` when the request carries no deadline.
  var deadline = Int64.max
  var context: Unmanaged<RequestContext>?
  /// The step that is under way.
  var step: UnsafeMutablePointer<ScriptStep>?
  /// Calls without a reply, the latest first.
  var firstCall: CallSlot?
  var hopsLeft: UInt16 = 0
  var echo: Unmanaged<EchoViews>?
  /// What is left of the current `work` step, in nanoseconds of CPU or in iterations; -1 outside of one.
  var workLeft: Int64 = -1
  /// Entry of the timer wheel that resumes the request; -1 for none.
  var timer: Int32 = -1
  /// Nobody waits for the answer any more, and the request continues. Set anew for each request.
  var isAbandoned = false
  /// The requests that wait for CPU, in a ring; nil outside of it.
  var previousWaiting: RequestSlot?
  var nextWaiting: RequestSlot?
  /// When the latest slice of work, sleep or run of calls was begun; nanoseconds of the loop's clock.
  var latestBegin: Int64 = 0
  /// The context has a span id that no call has used yet.
  var hasFreshSpan = false
  /// Of a service that needs it.
  var body: Unmanaged<RequestBody>?
  /// Of a service that records spans, where the trace is sampled.
  var span: OpenSpan?
  var stage = StageMarks()
}

extension InboundRequest: RingLinked {
  /// The ring's own slot.
  init(previous: RequestSlot?, next: RequestSlot?) { (self.previous, self.next) = (previous, next) }
}

/// Slots for at most `capacity` requests. The memory is reserved once and touched only as far as it is used.
struct RequestTable {
  /// The store has entries: there is a context to work with.
  let holdsEntries: Bool
  private let slots: RequestSlot
  private var usedCount = 0
  private var firstFree: RequestSlot?
  private let capacity: Int
  private let contexts: ContextSource

  init(capacity: Int, contexts: ContextSource) {
    slots = .allocate(capacity: capacity)
    self.capacity = capacity
    self.contexts = contexts
    holdsEntries = contexts.makeContext().holdsEntries
  }

  /// Frees everything; no request may be under way.
  func deallocate() {
    for index in 0..<usedCount { slots[index].context?.release() }
    slots.deallocate()
  }

  /// Slots in use. A walk along the free ones: for questions, not for requests.
  var inUseCount: Int {
    var (freeCount, slot) = (0, firstFree)
    while let free = slot { (freeCount, slot) = (freeCount + 1, free.pointee.next) }
    return usedCount - freeCount
  }

  /// A slot, or nil when all are taken. Its context still holds what it held last: who extracts into it knows.
  @inline(__always)
  mutating func allocate() -> RequestSlot? {
    guard let free = firstFree else { return addSlot() }
    firstFree = free.pointee.next
    return free
  }

  @inline(never)
  private mutating func addSlot() -> RequestSlot? {
    guard usedCount < capacity else { return nil }
    let slot = slots + usedCount
    slot.initialize(to: InboundRequest(previous: nil, next: nil))
    slot.pointee.context = Unmanaged.passRetained(contexts.makeContext())
    usedCount += 1
    return slot
  }

  @inline(__always)
  mutating func free(_ slot: RequestSlot) {
    slot.pointee.next = firstFree
    firstFree = slot
  }
}
