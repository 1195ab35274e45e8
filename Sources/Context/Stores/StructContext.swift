// The struct store: the struct that is generated from contexts/standard.yaml, one typed field per declared key.

/// What a team uses that knows its keys. Reading a field is a load; undeclared entries have one list. Texts are bytes, in
/// room that is kept for the next request: nothing is allocated for one.
package final class StructContext: RequestContext {
  private struct State {
    var fields = StandardContext()
    /// By field: declared texts that are longer than it. Empty where there is none.
    var longTexts = [KeptBytes](repeating: KeptBytes(), count: StandardContext.fieldCount)
    var hasLongTexts = false
    /// Empty when there is none.
    var traceState = KeptBytes()
    /// Entries beyond `otherCount` are room for later ones.
    var others: [Other] = []
    var otherCount = 0
  }

  private struct Other {
    var name = KeptBytes()
    /// Nil: the entry is a text.
    var integer: Int64?
    var text = KeptBytes()
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
    state.pointee.traceState.deallocate()
    for text in state.pointee.longTexts { text.deallocate() }
    for other in state.pointee.others {
      other.name.deallocate()
      other.text.deallocate()
    }
    state.deinitialize(count: 1)
    state.deallocate()
  }

  package override var holdsEntries: Bool { true }

  package override func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 {
    work.steps(on: self, spanID: spanID)
  }

  /// As a value type is emptied; room is kept.
  package override func reset() {
    super.reset()
    state.pointee.fields = StandardContext()
    state.pointee.traceState.removeAll()
    if state.pointee.hasLongTexts || state.pointee.otherCount > 0 { removeLongTextsAndOthers() }
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
    if !state.pointee.traceState.isEmpty { body(state.pointee.traceState.bytes.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { state.pointee.traceState.set(value) }

  package override func removeTraceState() { state.pointee.traceState.removeAll() }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    if key.field >= 0 { return state.pointee.fields.integer(field: key.field) }
    return place(of: key.packedName.bytes).flatMap { state.pointee.others[$0].integer }
  }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) { _ = text(key, body) }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = integer(key) { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else if text(key, { $0.withUnsafeBytes { checksum.fold(text: $0) } }) == nil {
      checksum.foldAbsent()
    }
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) {
    if key.field >= 0 {
      state.pointee.fields.setInteger(field: key.field, value)
    } else {
      setOther(key.packedName.bytes, integer: value)
    }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    if key.field >= 0 {
      let fits = state.pointee.fields.setText(field: key.field, value)
      if !fits || state.pointee.hasLongTexts { setLongText(key, fits ? nil : value) }
    } else {
      setOther(key.packedName.bytes, text: value)
    }
  }

  package override func setEntry(name: RawSpan, integer: Int64) {
    name.withUnsafeBytes { setOther($0, integer: integer) }
  }

  package override func setEntry(name: RawSpan, text: RawSpan) { name.withUnsafeBytes { setOther($0, text: text) } }

  /// Its room goes behind those in use.
  package override func removeEntry(name: RawSpan) {
    guard let place = name.withUnsafeBytes({ self.place(of: $0) }) else { return }
    var removed = state.pointee.others.remove(at: place)
    removed.text.removeAll()
    state.pointee.others.append(removed)
    state.pointee.otherCount -= 1
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    let none = UnsafeRawBufferPointer(start: nil, count: 0)
    for field in 0..<ContextSchema.fieldCount {
      let name = ContextSchema.name(field: field)
      if let integer = state.pointee.fields.integer(field: field) {
        body(name.bytes, integer, none.bytes)
      } else {
        _ = text(field: field) { body(name.bytes, nil, $0) }
      }
    }
    for place in 0..<state.pointee.otherCount {
      let other = state.pointee.others[place]
      body(other.name.bytes.bytes, other.integer, other.integer == nil ? other.text.bytes.bytes : none.bytes)
    }
  }

  /// Nil: the text fits its field. No effect on an integer.
  @inline(never)
  private func setLongText(_ key: ContextKey, _ value: RawSpan?) {
    state.pointee.longTexts[key.field].removeAll()
    guard let value, key.type == .text else { return }
    state.pointee.longTexts[key.field].set(value)
    state.pointee.hasLongTexts = true
  }

  /// Nil, and `body` is not called, when there is no such text.
  @inline(__always)
  private func text(_ key: ContextKey, _ body: (RawSpan) -> Void) -> Void? {
    if key.field >= 0 { return text(field: key.field, body) }
    guard let place = place(of: key.packedName.bytes), state.pointee.others[place].integer == nil else { return nil }
    return body(state.pointee.others[place].text.bytes.bytes)
  }

  @inline(__always)
  private func text(field: Int, _ body: (RawSpan) -> Void) -> Void? {
    if let result = state.pointee.fields.withText(field: field, body) { return result }
    guard state.pointee.hasLongTexts, !state.pointee.longTexts[field].isEmpty else { return nil }
    return body(state.pointee.longTexts[field].bytes.bytes)
  }

  // MARK: The schema's bytes

  package override func writeSchema(to destination: UnsafeMutableRawPointer) {
    state.pointee.fields.encode(to: destination)
  }

  package override func readSchema(_ view: StandardContextView) { state.pointee.fields.decode(view) }

  // MARK: Entries that the schema does not declare

  private func place(of name: UnsafeRawBufferPointer) -> Int? {
    for place in 0..<state.pointee.otherCount
    where ContextText.equal(state.pointee.others[place].name.bytes, name) {
      return place
    }
    return nil
  }

  private func setOther(_ name: UnsafeRawBufferPointer, integer: Int64) {
    if let place = place(forSetting: name) { state.pointee.others[place].integer = integer }
  }

  private func setOther(_ name: UnsafeRawBufferPointer, text: RawSpan) {
    guard let place = place(forSetting: name) else { return }
    state.pointee.others[place].integer = nil
    state.pointee.others[place].text.set(text)
  }

  /// Nil when one more name would be too many.
  private func place(forSetting name: UnsafeRawBufferPointer) -> Int? {
    if let place = place(of: name) { return place }
    let place = state.pointee.otherCount
    guard place < ContextLimits.entryCountMax else { return nil }
    if place == state.pointee.others.count { state.pointee.others.append(Other()) }
    state.pointee.others[place].name.set(name.bytes)
    state.pointee.otherCount += 1
    return place
  }

  @inline(never)
  private func removeLongTextsAndOthers() {
    for field in state.pointee.longTexts.indices { state.pointee.longTexts[field].removeAll() }
    state.pointee.hasLongTexts = false
    for place in 0..<state.pointee.otherCount { state.pointee.others[place].text.removeAll() }
    state.pointee.otherCount = 0
  }
}

extension String {
  /// A copy of text handed over as bytes.
  package init(utf8 bytes: RawSpan) {
    self = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
