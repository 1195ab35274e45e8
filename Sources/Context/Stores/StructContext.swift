// The struct store: a typed struct with one field per declared key, written by hand.

/// What a team writes that knows its keys. Reading a field is a load; undeclared entries have one list.
package final class StructContext: RequestContext {
  private struct Fields {
    var traceIDHigh: UInt64 = 0
    var traceIDLow: UInt64 = 0
    var spanID: UInt64 = 0
    var flags: UInt8 = 0
    var user: Int64?
    var requestID: String?
    var tenant: String?
    var traceState: String?
    var others: [(name: String, value: ContextValue)] = []
  }

  private var fields = Fields()

  package override var holdsEntries: Bool { true }

  /// Field by field, as a value type is emptied; the list keeps its capacity.
  package override func reset() {
    super.reset()
    (fields.traceIDHigh, fields.traceIDLow, fields.spanID, fields.flags) = (0, 0, 0, 0)
    fields.user = nil
    fields.requestID = nil
    fields.tenant = nil
    fields.traceState = nil
    if !fields.others.isEmpty { fields.others.removeAll(keepingCapacity: true) }
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext {
    SpanContext(
      traceIDHigh: fields.traceIDHigh, traceIDLow: fields.traceIDLow, spanID: fields.spanID, flags: fields.flags)
  }

  package override func setSpanContext(_ value: SpanContext) {
    let value = value.isValid ? value : .none
    fields.traceIDHigh = value.traceIDHigh
    fields.traceIDLow = value.traceIDLow
    fields.spanID = value.spanID
    fields.flags = value.flags
  }

  package override func setSpanID(_ value: UInt64) {
    if fields.spanID != 0 { fields.spanID = value }
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = fields.traceState { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { fields.traceState = String(utf8: value) }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    switch key.slot {
    case 1: return fields.user
    case -1:
      guard case .integer(let value)? = other(key.name) else { return nil }
      return value
    default: return nil
    }
  }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = text(key) { body(text.utf8.span.bytes) }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = integer(key) { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else {
      if let text = text(key) {
        text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
      } else {
        checksum.foldAbsent()
      }
    }
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) {
    switch key.slot {
    case 1: fields.user = value
    case -1: setOther(key.name, .integer(value))
    default: break
    }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    switch key.slot {
    case 0: fields.requestID = String(utf8: value)
    case 2: fields.tenant = String(utf8: value)
    case -1: setOther(key.name, .text(String(utf8: value)))
    default: break
    }
  }

  package override func setEntry(name: RawSpan, integer: Int64) { setOther(String(utf8: name), .integer(integer)) }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    setOther(String(utf8: name), .text(String(utf8: text)))
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    let none = ""
    if let text = fields.requestID { body("request-id".utf8.span.bytes, nil, text.utf8.span.bytes) }
    if let user = fields.user { body("user".utf8.span.bytes, user, none.utf8.span.bytes) }
    if let text = fields.tenant { body("tenant".utf8.span.bytes, nil, text.utf8.span.bytes) }
    for (name, value) in fields.others {
      switch value {
      case .integer(let integer): body(name.utf8.span.bytes, integer, none.utf8.span.bytes)
      case .text(let text): body(name.utf8.span.bytes, nil, text.utf8.span.bytes)
      }
    }
  }

  private func text(_ key: ContextKey) -> String? {
    switch key.slot {
    case 0: return fields.requestID
    case 2: return fields.tenant
    case -1:
      guard case .text(let text)? = other(key.name) else { return nil }
      return text
    default: return nil
    }
  }

  private func other(_ name: String) -> ContextValue? { fields.others.first { $0.name == name }?.value }

  private func setOther(_ name: String, _ value: ContextValue) {
    if let index = fields.others.firstIndex(where: { $0.name == name }) {
      fields.others[index].value = value
    } else if fields.others.count < ContextLimits.entryCountMax {
      fields.others.append((name, value))
    }
  }
}

extension String {
  /// A copy of text handed over as bytes.
  init(utf8 bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
