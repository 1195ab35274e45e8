// The tracestate of a message, which may come in several fields: joined, judged, and handed to the context.

internal import Context

/// Collects the fields of one message in the order received. The first is only looked at; a second makes a copy, so
/// that a message with one field, which is every normal one, costs none.
enum TraceStateFields {
  /// Sets the context's tracestate from the fields of the carrier; returns what was dropped.
  static func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var fieldCount = 0
    var size = 0
    var drops: ExtractionDrops = []
    carrier.forEachField("tracestate") { value in
      fieldCount &+= 1
      size &+= value.byteCount &+ 1
    }
    if fieldCount == 0 { return [] }
    size &-= 1
    if size > ContextLimits.traceStateSizeMax { return .overSize }
    if fieldCount == 1 {
      carrier.forEachField("tracestate") { value in drops = value.withUnsafeBytes { take($0, into: context) } }
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
      drops = take(UnsafeRawBufferPointer(list), into: context)
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
