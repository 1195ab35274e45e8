// The map store: a dictionary from names to boxed values that are read back by a cast.

/// The shape of `map[string]interface{}`: whoever reads a value must know its name and its type.
package final class MapContext: RequestContext {
  private struct TraceID {
    let high: UInt64
    let low: UInt64
  }

  /// The space keeps these names apart from any entry's.
  private enum Name {
    static var traceID: String { "trace id" }
    static var spanID: String { "span id" }
    static var flags: String { "trace flags" }
    static var traceState: String { "trace state" }
  }

  private var values: [String: any Sendable] = [:]

  package override var holdsEntries: Bool { true }

  /// A new dictionary for each request, as code of this kind makes it; a pool of them is a strategy of its own.
  package override func reset() {
    super.reset()
    values = [:]
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext {
    guard let traceID = values[Name.traceID] as? TraceID, let spanID = values[Name.spanID] as? UInt64,
      let flags = values[Name.flags] as? UInt8
    else { return .none }
    return SpanContext(traceIDHigh: traceID.high, traceIDLow: traceID.low, spanID: spanID, flags: flags)
  }

  package override func setSpanContext(_ value: SpanContext) {
    if value.isValid {
      values[Name.traceID] = TraceID(high: value.traceIDHigh, low: value.traceIDLow)
      values[Name.spanID] = value.spanID
      values[Name.flags] = value.flags
    } else {
      values[Name.traceID] = nil
      values[Name.spanID] = nil
      values[Name.flags] = nil
    }
  }

  package override func setSpanID(_ value: UInt64) {
    if values[Name.traceID] != nil { values[Name.spanID] = value }
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = values[Name.traceState] as? String { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { values[Name.traceState] = String(utf8: value) }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? { values[key.name] as? Int64 }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = values[key.name] as? String { body(text.utf8.span.bytes) }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = values[key.name] as? Int64 { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else {
      if let text = values[key.name] as? String {
        text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
      } else {
        checksum.foldAbsent()
      }
    }
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) { set(key.name, value, slot: key.slot) }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    set(key.name, String(utf8: value), slot: key.slot)
  }

  package override func setEntry(name: RawSpan, integer: Int64) { set(String(utf8: name), integer, slot: -1) }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    set(String(utf8: name), String(utf8: text), slot: -1)
  }

  private func set(_ name: String, _ value: any Sendable, slot: Int) {
    if slot < 0, values.count >= ContextLimits.entryCountMax, values[name] == nil,
      undeclaredCount() >= ContextLimits.entryCountMax
    {
      return
    }
    values[name] = value
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    for key in ContextSchema.keys {
      if let value = values[key.name] { hand(key.name, value, to: body) }
    }
    for (name, value) in values where MapContext.isUndeclared(name) { hand(name, value, to: body) }
  }

  private func hand(
    _ name: String, _ value: any Sendable, to body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void
  ) {
    let none = ""
    if let text = value as? String {
      body(name.utf8.span.bytes, nil, text.utf8.span.bytes)
    } else if let integer = value as? Int64 {
      body(name.utf8.span.bytes, integer, none.utf8.span.bytes)
    }
  }

  private static func isUndeclared(_ name: String) -> Bool {
    !name.utf8.contains(0x20) && ContextSchema.key(named: name) == nil
  }

  private func undeclaredCount() -> Int { values.keys.count { MapContext.isUndeclared($0) } }
}
