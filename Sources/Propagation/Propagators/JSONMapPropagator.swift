// The context as one JSON object of string keys, every value dynamically typed, by Foundation's encoder and decoder. String
// and Foundation on purpose: this is what such code does, and what it costs is what is measured.

package import Context
internal import FoundationEssentials

/// Entries under their names; the trace as `JSONTrace` has it.
package final class JSONMapPropagator: Propagator {
  private enum Name {
    static var traceID: String { JSONTrace.traceID.description }
    static var spanID: String { JSONTrace.spanID.description }
    static var flags: String { JSONTrace.flags.description }
    static var traceState: String { JSONTrace.traceState.description }
  }

  package let name = "json-map"
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    var object: [String: JSONValue] = [:]
    let span = context.spanContext()
    if span.isValid {
      object[Name.traceID] = .text(hex(32) { HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: $0) })
      object[Name.spanID] = .text(hex(16) { HexDigits.write16(span.spanID, to: $0) })
      object[Name.flags] = .text(hex(2) { HexDigits.write2(span.flags, to: $0) })
    }
    context.withTraceState { object[Name.traceState] = .text(string($0)) }
    context.forEachEntry { name, integer, text in
      object[string(name)] = integer.map { .integer($0) } ?? .text(string(text))
    }
    guard let data = try? encoder.encode(object) else { preconditionFailure("text and integers are JSON") }
    data.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress else { return }
      carrier.appendBinary(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  private func string(_ bytes: RawSpan) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  private func hex(_ digitCount: Int, _ write: (UnsafeMutableRawPointer) -> Void) -> String {
    String(unsafeUninitializedCapacity: digitCount) { digits in
      if let start = digits.baseAddress { write(UnsafeMutableRawPointer(start)) }
      return digitCount
    }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return [] }
    let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
    guard var object = try? decoder.decode([String: JSONValue].self, from: data) else { return .malformedJSON }
    var drops = takeTrace(&object, into: context)
    var names = Array(object.keys)
    if names.count > ContextLimits.entryCountMax {
      // More than fit: which ones stay must not hang on the order of a dictionary.
      names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    var undeclaredCount = 0
    for name in names {
      if let key = ContextSchema.key(named: name) {
        drops.formUnion(takeDeclared(key, object[name], into: context))
      } else if undeclaredCount == ContextLimits.entryCountMax {
        drops.insert(.tooManyMembers)
      } else {
        let dropped = takeUndeclared(name, object[name], into: context)
        if dropped.isEmpty { undeclaredCount += 1 }
        drops.formUnion(dropped)
      }
    }
    return drops
  }

  /// Removes the trace's names from the object.
  private func takeTrace(_ object: inout [String: JSONValue], into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    let traceID = object.removeValue(forKey: Name.traceID)
    let spanID = object.removeValue(forKey: Name.spanID)
    let flags = object.removeValue(forKey: Name.flags)
    if traceID != nil || spanID != nil || flags != nil {
      if case .text(let traceID)? = traceID, case .text(let spanID)? = spanID, case .text(let flags)? = flags,
        let span = span(traceID, spanID, flags)
      {
        context.continueTrace(span, saysRandom: true)
      } else {
        drops.insert(.malformedSpanContext)
      }
    }
    // Of a trace that is not continued the tracestate is not even parsed.
    if let state = object.removeValue(forKey: Name.traceState), drops.isEmpty {
      if case .text(let list) = state,
        list.utf8.span.bytes.withUnsafeBytes({ TraceStateGrammar.judge($0) }) == .valid
      {
        context.setTraceState(list.utf8.span.bytes)
      } else {
        drops.insert(.malformedTraceState)
      }
    }
    return drops
  }

  private func span(_ traceID: String, _ spanID: String, _ flags: String) -> SpanContext? {
    traceID.utf8.span.bytes.withUnsafeBytes { traceID in
      spanID.utf8.span.bytes.withUnsafeBytes { spanID in
        flags.utf8.span.bytes.withUnsafeBytes { JSONTrace.span(traceID: traceID, spanID: spanID, flags: $0) }
      }
    }
  }

  private func takeDeclared(_ key: ContextKey, _ value: JSONValue?, into context: RequestContext) -> ExtractionDrops {
    switch value {
    case .integer(let integer)? where key.type == .integer: context.setInteger(key, integer)
    case .text(let text)? where key.type == .text:
      guard text.utf8.count <= ContextLimits.textSizeMax else { return .overSize }
      context.setText(key, text.utf8.span.bytes)
    default: return .malformedMember
    }
    return []
  }

  private func takeUndeclared(_ name: String, _ value: JSONValue?, into context: RequestContext) -> ExtractionDrops {
    guard ContextText.isName(name.utf8.span.bytes) else { return .malformedMember }
    switch value {
    case .integer(let integer)?: context.setEntry(name: name.utf8.span.bytes, integer: integer)
    case .text(let text)?:
      guard text.utf8.count <= ContextLimits.textSizeMax else { return .overSize }
      context.setEntry(name: name.utf8.span.bytes, text: text.utf8.span.bytes)
    default: return .malformedMember
    }
    return []
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { sent }
}
