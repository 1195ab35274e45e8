// The tracestate of a message, which may come in several fields: joined, judged, and handed to the context.

internal import Context

/// The fields of one message, in the order received: counted first, then taken. One field, which is what every normal
/// message has, is handed on as it lies; several are copied.
struct TraceStateFields {
  private var fieldCount = 0
  /// Bytes of all fields with a comma behind each.
  private var size = 0

  var isEmpty: Bool { fieldCount == 0 }

  @inline(__always)
  mutating func count(_ value: RawSpan) {
    fieldCount &+= 1
    size &+= value.byteCount &+ 1
  }

  /// Sets the context's tracestate from the fields of the carrier, which were counted; returns what was dropped.
  func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    let size = size &- 1
    if size > ContextLimits.traceStateSizeMax { return .overSize }
    if fieldCount == 1 {
      carrier.forEachField("tracestate") { value in
        drops = value.withUnsafeBytes { TraceStateFields.take($0, into: context) }
      }
      return drops
    }
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { list in
      var end = 0
      var isFirst = true
      carrier.forEachField("tracestate") { value in
        if !isFirst {
          list[end] = 0x2c
          end &+= 1
        }
        isFirst = false
        value.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: list[end...]).copyMemory(from: $0) }
        end &+= value.byteCount
      }
      drops = TraceStateFields.take(UnsafeRawBufferPointer(list), into: context)
    }
    return drops
  }

  private static func take(_ list: UnsafeRawBufferPointer, into context: RequestContext) -> ExtractionDrops {
    switch TraceStateGrammar.judge(list) {
    case .valid: context.setTraceState(list.bytes)
    case .validWithTabs: takeWithoutTabs(list, into: context)
    case .empty: break
    case .malformed: return .malformedTraceState
    case .tooManyMembers: return [.malformedTraceState, .tooManyMembers]
    case .overSize: return .overSize
    }
    return []
  }

  /// A tab may stand only where a space may: around members.
  private static func takeWithoutTabs(_ list: UnsafeRawBufferPointer, into context: RequestContext) {
    withUnsafeTemporaryAllocation(byteCount: list.count, alignment: 1) { copy in
      for (offset, byte) in list.enumerated() { copy[offset] = byte == 0x09 ? 0x20 : byte }
      context.setTraceState(UnsafeRawBufferPointer(copy).bytes)
    }
  }
}
