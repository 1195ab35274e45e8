// The context as one JSON object of string keys, every value dynamically typed. String and Foundation on purpose: this
// is what such code does, and what it costs is what is measured.

package import Context
internal import FoundationEssentials

/// Entries under their names; the trace as hex text. The names of the trace hold a space, so no entry can have them.
package final class JSONMapPropagator: Propagator {
  private enum Name {
    static var traceID: String { "trace id" }
    static var spanID: String { "span id" }
    static var flags: String { "trace flags" }
    static var traceState: String { "trace state" }
  }

  package let name = "json-map"
  private let encoder = JSONEncoder()
  private let decoder = JSONDecoder()

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    var object: [String: JSONValue] = [:]
    let span = context.spanContext()
    if span.isValid {
      object[Name.traceID] = .text(hex(span.traceIDHigh, digitCount: 16) + hex(span.traceIDLow, digitCount: 16))
      object[Name.spanID] = .text(hex(span.spanID, digitCount: 16))
      object[Name.flags] = .text(hex(UInt64(span.flags), digitCount: 2))
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

  private func hex(_ value: UInt64, digitCount: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: digitCount - digits.utf8.count) + digits
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
    let values = [Name.traceID, Name.spanID, Name.flags].map { object.removeValue(forKey: $0) }
    if values.contains(where: { $0 != nil }) {
      if case .text(let traceID)? = values[0], case .text(let spanID)? = values[1], case .text(let flags)? = values[2],
        let span = span(traceID, spanID, flags)
      {
        context.continueTrace(span, saysRandom: true)
      } else {
        drops.insert(.malformedSpanContext)
      }
    }
    // Of a trace that is not continued the tracestate is not even parsed.
    if let state = object.removeValue(forKey: Name.traceState), drops.isEmpty {
      if case .text(let list) = state, Array(list.utf8).withUnsafeBytes({ TraceStateGrammar.judge($0) }) == .valid {
        context.setTraceState(list.utf8.span.bytes)
      } else {
        drops.insert(.malformedTraceState)
      }
    }
    return drops
  }

  private func span(_ traceID: String, _ spanID: String, _ flags: String) -> SpanContext? {
    guard traceID.utf8.count == 32, let high = number(traceID.prefix(16), digitCount: 16),
      let low = number(traceID.suffix(16), digitCount: 16), let span = number(spanID[...], digitCount: 16),
      let flags = number(flags[...], digitCount: 2)
    else { return nil }
    let context = SpanContext(traceIDHigh: high, traceIDLow: low, spanID: span, flags: UInt8(flags))
    return context.isValid ? context : nil
  }

  /// Lower hex digits only.
  private func number(_ digits: Substring, digitCount: Int) -> UInt64? {
    guard digits.utf8.count == digitCount, digits.utf8.allSatisfy({ HexDigits.value($0) < 16 }) else { return nil }
    return UInt64(digits, radix: 16)
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
