// The spans of one worker: those that are open, in slots that are used again, and the ring that takes them when they end.
// No allocation per request, and nothing at all for a trace that is not sampled.

internal import Context
internal import Propagation
internal import Topology
internal import Spans
internal import Statistics
internal import TransportCore

typealias OpenSpan = UnsafeMutablePointer<OpenSpanSlot>

struct OpenSpanSlot {
  var record = SpanRecord()
  /// Of a forwarded request's call: the span of its delivery, which ends with it.
  var delivery: OpenSpan?
  /// The next free slot.
  var next: OpenSpan?
}

final class SpanRecorder {
  private let ring: SpanRing
  private let threshold: UInt64
  private let slots: OpenSpan
  private let capacity: Int
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var usedCount = 0
  @exclusivity(unchecked) private var firstFree: OpenSpan?
  /// Its own: what is drawn for spans changes no decision of the service.
  @exclusivity(unchecked) private var random: SeededGenerator

  /// - Parameters:
  ///   - ratio: of the traces that the service begins itself.
  ///   - capacity: spans open at once; the next is not recorded.
  ///   - seed: of the ids.
  init(ring: SpanRing, ratio: SamplingRatio, capacity: Int, seed: UInt64) {
    random = SeededGenerator(seed: seed)
    self.ring = ring
    self.capacity = capacity
    threshold = ratio.rejectionThreshold
    // Touched only as far as it is used.
    slots = .allocate(capacity: capacity)
  }

  deinit { slots.deallocate() }

  /// Begins the span of a delivery whose trace is sampled, or is none. Nil: it is not recorded.
  ///
  /// A context without a trace is the root of one, as this service decides. The context is not told: what arrives
  /// at later services is what the strategies carry.
  ///
  func begin(
    _ extracted: SpanContext, dropping drops: ExtractionDrops, over transport: TransportKind, at time: Int64
  ) -> OpenSpan? {
    var span = extracted
    if !span.isValid {
      span = SpanContext(
        traceIDHigh: random.next(), traceIDLow: random.next(), spanID: 0,
        flags: SpanContext.sampled | SpanContext.random)
      guard SamplingRatio.samples(traceIDLow: span.traceIDLow, threshold: threshold) else { return nil }
    }
    guard let slot = allocate() else { return nil }
    slot.pointee.record = SpanRecord(
      traceIDHigh: span.traceIDHigh, traceIDLow: span.traceIDLow, spanID: random.next() | 1, parentID: span.spanID,
      start: time, kind: .server, flags: span.flags, drops: UInt16(truncatingIfNeeded: drops.rawValue),
      transport: transport.rawValue)
    return slot
  }

  /// Begins the span of a call that a delivery makes. Nil: no slot is free.
  ///
  /// - Parameter context: as it was injected, and its span id is the call's; nil: it was not.
  @inline(never)
  func beginCall(
    of delivery: OpenSpan, _ context: RequestContext?, edge: Int, over transport: TransportKind, at time: Int64
  ) -> OpenSpan? {
    guard let slot = allocate() else { return nil }
    let injected = context?.spanContext() ?? .none
    let parent = delivery.pointee.record
    // A store without a trace sends none: the span stands for itself.
    slot.pointee.record = SpanRecord(
      traceIDHigh: parent.traceIDHigh, traceIDLow: parent.traceIDLow,
      spanID: injected.isValid ? injected.spanID : random.next() | 1, parentID: parent.spanID, start: time,
      kind: .client,
      flags: parent.flags, edge: UInt8(clamping: edge), transport: transport.rawValue)
    return slot
  }

  /// False when the ring was full.
  @inline(never)
  func end(_ span: OpenSpan, status: UInt8, at time: Int64) -> Bool {
    span.pointee.record.end = time
    span.pointee.record.status = status
    let isRecorded = ring.append(span.pointee.record)
    span.pointee.next = firstFree
    firstFree = span
    return isRecorded
  }

  private func allocate() -> OpenSpan? {
    if let free = firstFree {
      firstFree = free.pointee.next
      return free
    }
    guard usedCount < capacity else { return nil }
    let slot = slots + usedCount
    slot.initialize(to: OpenSpanSlot())
    usedCount += 1
    return slot
  }
}
