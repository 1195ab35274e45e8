// The struct store: the struct that is generated from contexts/standard.yaml, one typed field per declared key.

/// What a team uses that knows its keys. Reading a field is a load; undeclared entries have one list.
package final class StructContext: RequestContext {
  private struct State {
    var fields = StandardContext()
    var traceState: String?
    var others: [(name: String, value: ContextValue)] = []
  }

  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<State>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: State())
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

  /// As a value type is emptied; the list keeps its capacity.
  package override func reset() {
    super.reset()
    state.pointee.fields = StandardContext()
    state.pointee.traceState = nil
    if !state.pointee.others.isEmpty { state.pointee.others.removeAll(keepingCapacity: true) }
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext { state.pointee.fields.span }

  package override func setSpanContext(_ value: SpanContext) {
    state.pointee.fields.span = value.isValid ? value : .none
  }

  package override func setSpanID(_ value: UInt64) {
    if state.pointee.fields.span.spanID != 0 { state.pointee.fields.span.spanID = value }
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = state.pointee.traceState { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { state.pointee.traceState = String(utf8: value) }

  package override func removeTraceState() { state.pointee.traceState = nil }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    if key.slot >= 0 { return state.pointee.fields.integer(slot: key.slot) }
    guard case .integer(let value)? = other(key.name) else { return nil }
    return value
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
    if key.slot >= 0 {
      state.pointee.fields.setInteger(slot: key.slot, value)
    } else {
      setOther(key.name, .integer(value))
    }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    if key.slot >= 0 {
      state.pointee.fields.setText(slot: key.slot, String(utf8: value))
    } else {
      setOther(key.name, .text(String(utf8: value)))
    }
  }

  package override func setEntry(name: RawSpan, integer: Int64) { setOther(String(utf8: name), .integer(integer)) }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    setOther(String(utf8: name), .text(String(utf8: text)))
  }

  package override func removeEntry(name: RawSpan) {
    let name = String(utf8: name)
    state.pointee.others.removeAll { $0.name == name }
  }

  // MARK: The schema's bytes

  package override func writeSchema(to destination: UnsafeMutableRawPointer) {
    state.pointee.fields.encode(to: destination)
  }

  package override func readSchema(_ view: StandardContextView) { state.pointee.fields = StandardContext(view) }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    let none = ""
    for slot in 0..<ContextSchema.slotCount {
      let name = ContextSchema.name(slot: slot)
      if let integer = state.pointee.fields.integer(slot: slot) {
        body(name.bytes, integer, none.utf8.span.bytes)
      } else if let text = state.pointee.fields.text(slot: slot) {
        body(name.bytes, nil, text.utf8.span.bytes)
      }
    }
    for (name, value) in state.pointee.others {
      switch value {
      case .integer(let integer): body(name.utf8.span.bytes, integer, none.utf8.span.bytes)
      case .text(let text): body(name.utf8.span.bytes, nil, text.utf8.span.bytes)
      }
    }
  }

  private func text(_ key: ContextKey) -> String? {
    if key.slot >= 0 { return state.pointee.fields.text(slot: key.slot) }
    guard case .text(let text)? = other(key.name) else { return nil }
    return text
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
  package init(utf8 bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
