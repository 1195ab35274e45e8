// The headers of Datadog: bytes to span context. Never a carrier.
// https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/

internal import Context

/// `x-datadog-trace-id` and `x-datadog-parent-id` in decimal, 64 bits each; the upper half of the trace id is the tag
/// `_dd.p.tid` in `x-datadog-tags`.
enum Datadog {
  /// Bytes of the tags that are read, as in Datadog's own tracers.
  static var tagsSizeMax: Int { 512 }
  /// Bytes of the tags that are sent: `_dd.p.tid=<16 hex>`.
  static var tagsSize: Int { 26 }

  /// The sampling priorities that are sent have a flag each: user keep (2) is debug, auto keep (1) sampled, auto reject
  /// (0) neither; without a header nobody has decided. That is how Datadog's tracers read B3, too. All other bits are
  /// lost.
  static func flags(of flags: UInt8) -> UInt8 {
    if flags & SpanContext.debug != 0 { return SpanContext.debug | SpanContext.sampled }
    if flags & SpanContext.sampled != 0 { return SpanContext.sampled }
    return flags & SpanContext.deferred
  }

  /// The digit of the priority, or 0 when there is none to send.
  static func priority(of flags: UInt8) -> UInt8 {
    switch Datadog.flags(of: flags) {
    case SpanContext.deferred: 0
    case SpanContext.sampled: UInt8(ascii: "1")
    case 0: UInt8(ascii: "0")
    default: UInt8(ascii: "2")
    }
  }

  /// Nil when it is none of -1, 0, 1 and 2. A context has no flag that tells user reject (-1) from auto reject.
  private static func flags(ofPriority value: UnsafeRawBufferPointer) -> UInt8? {
    if ContextText.equal(value, "2") { return SpanContext.debug | SpanContext.sampled }
    if ContextText.equal(value, "1") { return SpanContext.sampled }
    return ContextText.equal(value, "0") || ContextText.equal(value, "-1") ? 0 : nil
  }

  /// A trace without a lower half cannot be sent: Datadog takes 0 for no trace.
  static func isSendable(_ span: SpanContext) -> Bool { span.isValid && span.traceIDLow != 0 }

  static func writeTags(_ span: SpanContext, to destination: UnsafeMutableRawPointer) -> Int {
    let name: StaticString = "_dd.p.tid="
    destination.copyMemory(from: name.utf8Start, byteCount: 10)
    HexDigits.write16(span.traceIDHigh, to: destination + 10)
    return tagsSize
  }

  /// The headers as they come, in any order.
  struct Fields {
    private var traceID = OnceField<UInt64>.absent
    private var parentID = OnceField<UInt64>.absent
    /// As flags.
    private var priority = OnceField<UInt8>.absent
    /// 0 when no tag says it, or more than one does.
    private var traceIDHigh: UInt64 = 0
    private var isHighSeen = false
    /// Bytes of all fields of tags, one comma between two included: they are one list.
    private var readSize = -1
    /// What was dropped of the tags: the trace continues with the 64 bits that are there.
    private(set) var drops: ExtractionDrops = []

    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
      if ContextText.equal(name, "x-datadog-trace-id") {
        traceID.take(DecimalDigits.parseUnsigned(value))
      } else if ContextText.equal(name, "x-datadog-parent-id") {
        parentID.take(DecimalDigits.parseUnsigned(value))
      } else if ContextText.equal(name, "x-datadog-sampling-priority") {
        priority.take(flags(ofPriority: value))
      } else if ContextText.equal(name, "x-datadog-tags") {
        takeTags(value)
      }
    }

    private mutating func takeTags(_ value: UnsafeRawBufferPointer) {
      readSize += value.count + 1
      guard readSize <= Datadog.tagsSizeMax else {
        traceIDHigh = 0
        drops.insert(.overSize)
        return
      }
      var start = 0
      while start < value.count {
        var end = start
        while end < value.count, value[end] != 0x2c { end &+= 1 }
        takeTag(BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: value[start..<end])))
        start = end &+ 1
      }
    }

    private mutating func takeTag(_ tag: UnsafeRawBufferPointer) {
      guard tag.count >= 10, ContextText.equal(UnsafeRawBufferPointer(rebasing: tag[..<10]), "_dd.p.tid=") else {
        return
      }
      var valid = tag.count == Datadog.tagsSize && !isHighSeen
      isHighSeen = true
      traceIDHigh = 0
      if valid, let start = tag.baseAddress {
        let high = HexDigits.read16(start + 10, valid: &valid)
        if valid { traceIDHigh = high }
      }
      if !valid { drops.insert(.malformedMember) }
    }

    /// An id that is missing or 0 is how Datadog says that there is no trace, or no span to be the child of.
    var reading: SpanReading {
      guard let flags = priority.decidedFlags else { return .invalid }
      switch (traceID, parentID) {
      case (.invalid, _), (_, .invalid): return .invalid
      case (.known(let traceID), .known(let parentID)) where traceID != 0 && parentID != 0:
        return SpanReading(traceIDHigh, traceID, parentID, flags)
      default: return .absent
      }
    }
  }
}
