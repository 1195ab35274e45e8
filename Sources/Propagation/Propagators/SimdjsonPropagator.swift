// The context as the same JSON object as `json-map`, read by simdjson and written member by member: what JSON costs where
// it is not Foundation's. Never holds a String.

#if Simdjson
  internal import CSimdjson
  package import Context

  /// Values have a type only once they are met, and go from the parser's memory into the store. simdjson writes no JSON;
  /// `JSONWriter` does.
  package final class SimdjsonPropagator: Propagator {
    /// Of the memory that an object is written into before its size is known; a larger one is written twice.
    private static var scratchSize: Int { 4_096 }

    package let name = "json-simdjson"

    package init() {}

    package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
      withUnsafeTemporaryAllocation(byteCount: SimdjsonPropagator.scratchSize, alignment: 16) { scratch in
        let size = SimdjsonPropagator.write(context, to: scratch)
        let destination = UnsafeMutableRawBufferPointer(start: carrier.appendBinary(size), count: size)
        if size <= scratch.count {
          destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: scratch[..<size]))
        } else {
          _ = SimdjsonPropagator.write(context, to: destination)
        }
      }
    }

    /// The size of the whole, which is not all there when it is larger than the memory.
    private static func write(_ context: RequestContext, to memory: UnsafeMutableRawBufferPointer) -> Int {
      var writer = JSONWriter(memory)
      let span = context.spanContext()
      if span.isValid { JSONTrace.write(span, with: &writer) }
      context.withTraceState { list in
        writer.name(JSONTrace.traceState)
        list.withUnsafeBytes { writer.text($0) }
      }
      context.forEachEntry { name, integer, text in
        name.withUnsafeBytes { writer.name($0) }
        if let integer { writer.integer(integer) } else { text.withUnsafeBytes { writer.text($0) } }
      }
      writer.end()
      return writer.size
    }

    package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
      let bytes = carrier.binary
      guard let start = bytes.baseAddress, !bytes.isEmpty else { return [] }
      guard ctx_json_read(start, bytes.count) else { return .malformedJSON }
      var drops: ExtractionDrops = []
      var trace = JSONTrace()
      var undeclaredCount = 0
      var member = ctx_json_member()
      while ctx_json_next(&member) {
        let name = UnsafeRawBufferPointer(start: member.name, count: member.name_size)
        if let key = ContextSchema.key(named: name.bytes) {
          drops.formUnion(takeDeclared(key, member, into: context))
        } else if trace.take(name, member.kind == ctx_json_text ? member.bytes : nil) {
          continue
        } else if undeclaredCount == ContextLimits.entryCountMax {
          drops.insert(.tooManyMembers)
        } else {
          let dropped = takeUndeclared(name, member, into: context)
          if dropped.isEmpty { undeclaredCount += 1 }
          drops.formUnion(dropped)
        }
      }
      return drops.union(trace.continued(in: context))
    }

    private func takeDeclared(_ key: ContextKey, _ member: ctx_json_member, into context: RequestContext)
      -> ExtractionDrops
    {
      switch member.kind {
      case ctx_json_integer where key.type == .integer: context.setInteger(key, member.integer)
      case ctx_json_text where key.type == .text:
        guard member.text_size <= ContextLimits.textSizeMax else { return .overSize }
        context.setText(key, member.bytes.bytes)
      default: return .malformedMember
      }
      return []
    }

    private func takeUndeclared(
      _ name: UnsafeRawBufferPointer, _ member: ctx_json_member, into context: RequestContext
    ) -> ExtractionDrops {
      guard ContextText.isName(name) else { return .malformedMember }
      switch member.kind {
      case ctx_json_integer: context.setEntry(name: name.bytes, integer: member.integer)
      case ctx_json_text:
        guard member.text_size <= ContextLimits.textSizeMax else { return .overSize }
        context.setEntry(name: name.bytes, text: member.bytes.bytes)
      default: return .malformedMember
      }
      return []
    }

    package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { sent }
  }

  extension ctx_json_member {
    /// Of a text.
    fileprivate var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: text, count: text_size) }
  }
#endif
