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

  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<Fields>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: Fields())
    super.init()
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  package override var holdsEntries: Bool { true }

  package override func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 {
    work.steps(on: self, spanID: spanID)
  }

  /// Field by field, as a value type is emptied; the list keeps its capacity.
  package override func reset() {
    super.reset()
    (state.pointee.traceIDHigh, state.pointee.traceIDLow, state.pointee.spanID, state.pointee.flags) = (0, 0, 0, 0)
    state.pointee.user = nil
    state.pointee.requestID = nil
    state.pointee.tenant = nil
    state.pointee.traceState = nil
    if !state.pointee.others.isEmpty { state.pointee.others.removeAll(keepingCapacity: true) }
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext {
    SpanContext(
      traceIDHigh: state.pointee.traceIDHigh, traceIDLow: state.pointee.traceIDLow, spanID: state.pointee.spanID,
      flags: state.pointee.flags)
  }

  package override func setSpanContext(_ value: SpanContext) {
    let value = value.isValid ? value : .none
    state.pointee.traceIDHigh = value.traceIDHigh
    state.pointee.traceIDLow = value.traceIDLow
    state.pointee.spanID = value.spanID
    state.pointee.flags = value.flags
  }

  package override func setSpanID(_ value: UInt64) {
    if state.pointee.spanID != 0 { state.pointee.spanID = value }
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = state.pointee.traceState { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { state.pointee.traceState = String(utf8: value) }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    switch key.slot {
    case 1: return state.pointee.user
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
    case 1: state.pointee.user = value
    case -1: setOther(key.name, .integer(value))
    default: break
    }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    switch key.slot {
    case 0: state.pointee.requestID = String(utf8: value)
    case 2: state.pointee.tenant = String(utf8: value)
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
    if let text = state.pointee.requestID { body("request-id".utf8.span.bytes, nil, text.utf8.span.bytes) }
    if let user = state.pointee.user { body("user".utf8.span.bytes, user, none.utf8.span.bytes) }
    if let text = state.pointee.tenant { body("tenant".utf8.span.bytes, nil, text.utf8.span.bytes) }
    for (name, value) in state.pointee.others {
      switch value {
      case .integer(let integer): body(name.utf8.span.bytes, integer, none.utf8.span.bytes)
      case .text(let text): body(name.utf8.span.bytes, nil, text.utf8.span.bytes)
      }
    }
  }

  private func text(_ key: ContextKey) -> String? {
    switch key.slot {
    case 0: return state.pointee.requestID
    case 2: return state.pointee.tenant
    case -1:
      guard case .text(let text)? = other(key.name) else { return nil }
      return text
    default: return nil
    }
  }

  private func other(_ name: String) -> ContextValue? { state.pointee.others.first { $0.name == name }?.value }

  private func setOther(_ name: String, _ value: ContextValue) {
    if let index = state.pointee.others.firstIndex(where: { $0.name == name }) {
      state.pointee.others[index].value = value
    } else if state.pointee.others.count < ContextLimits.entryCountMax {
      state.pointee.others.append((name, value))
    }
  }
}

extension String {
  /// A copy of text handed over as bytes.
  init(utf8 bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
