// One record of a shared table: boxed values by name, as the `map` store holds them. Not shared code with that store,
// because a call between the two would cost `map` reference counts of its own.

package struct BoxedEntries: Sendable {
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

  /// Names that hold a space are of the trace.
  private var values: [String: any Sendable] = [:]

  // MARK: Span context

  func spanContext() -> SpanContext {
    guard let traceID = values[Name.traceID] as? TraceID, let spanID = values[Name.spanID] as? UInt64,
      let flags = values[Name.flags] as? UInt8
    else { return .none }
    return SpanContext(traceIDHigh: traceID.high, traceIDLow: traceID.low, spanID: spanID, flags: flags)
  }

  mutating func setSpanContext(_ value: SpanContext) {
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

  mutating func setSpanID(_ value: UInt64) {
    if values[Name.traceID] != nil { values[Name.spanID] = value }
  }

  var traceState: String? {
    get { values[Name.traceState] as? String }
    set { values[Name.traceState] = newValue }
  }

  // MARK: Entries

  func integer(_ name: String) -> Int64? { values[name] as? Int64 }

  func text(_ name: String) -> String? { values[name] as? String }

  func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = integer(key.name) { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else {
      if let text = text(key.name) {
        text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
      } else {
        checksum.foldAbsent()
      }
    }
  }

  /// - Parameter field: of the key; -1 for an undeclared one, of which a new name beyond the limit is dropped.
  mutating func set(_ name: String, _ value: any Sendable, field: Int) {
    if field < 0, values.count >= ContextLimits.entryCountMax, values[name] == nil,
      undeclaredCount() >= ContextLimits.entryCountMax
    {
      return
    }
    values[name] = value
  }

  mutating func remove(_ name: String) { values[name] = nil }

  func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    for key in ContextSchema.keys {
      if let value = values[key.name] { hand(key.name, value, to: body) }
    }
    for (name, value) in values where BoxedEntries.isUndeclared(name) { hand(name, value, to: body) }
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

  private func undeclaredCount() -> Int { values.keys.count { BoxedEntries.isUndeclared($0) } }
}
