// The map store: a dictionary from names to boxed values that are read back by a cast.

/// The shape of `map[string]interface{}`: whoever reads a value must know its name and its type.
///
/// Not final, for `PooledMapContext`, which differs in where the dictionary comes from. All that is measured is final.
package class MapContext: RequestContext {
  /// The space keeps these names apart from any entry's.
  private enum Name {
    static var span: String { "span context" }
    static var traceState: String { "trace state" }
  }

  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<MapPool.Map>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: [:])
    super.init()
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  package final override var holdsEntries: Bool { true }

  package final override func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 {
    work.steps(on: self, spanID: spanID)
  }

  /// A new dictionary for each request, as code of this kind makes it; a pool of them is a strategy of its own.
  package override func reset() {
    super.reset()
    state.pointee = [:]
  }

  /// The dictionary, for a store that puts another in its place.
  final var map: MapPool.Map {
    _read { yield state.pointee }
    _modify { yield &state.pointee }
  }

  // MARK: Span context

  package final override func spanContext() -> SpanContext { state.pointee[Name.span] as? SpanContext ?? .none }

  package final override func setSpanContext(_ value: SpanContext) {
    state.pointee[Name.span] = value.isValid ? value : nil
  }

  package final override func setSpanID(_ value: UInt64) {
    guard var span = state.pointee[Name.span] as? SpanContext else { return }
    span.spanID = value
    state.pointee[Name.span] = span
  }

  package final override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = state.pointee[Name.traceState] as? String { body(list.utf8.span.bytes) }
  }

  package final override func setTraceState(_ value: RawSpan) { state.pointee[Name.traceState] = String(utf8: value) }

  package final override func removeTraceState() { state.pointee[Name.traceState] = nil }

  package final override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package final override func integer(_ key: ContextKey) -> Int64? { state.pointee[key.name] as? Int64 }

  package final override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = state.pointee[key.name] as? String { body(text.utf8.span.bytes) }
  }

  package final override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = state.pointee[key.name] as? Int64 { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else {
      if let text = state.pointee[key.name] as? String {
        text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
      } else {
        checksum.foldAbsent()
      }
    }
  }

  package final override func setInteger(_ key: ContextKey, _ value: Int64) { set(key.name, value, field: key.field) }

  package final override func setText(_ key: ContextKey, _ value: RawSpan) {
    set(key.name, String(utf8: value), field: key.field)
  }

  package final override func setEntry(name: RawSpan, integer: Int64) { set(String(utf8: name), integer, field: -1) }

  package final override func setEntry(name: RawSpan, text: RawSpan) {
    set(String(utf8: name), String(utf8: text), field: -1)
  }

  package final override func removeEntry(name: RawSpan) { state.pointee[String(utf8: name)] = nil }

  private func set(_ name: String, _ value: any Sendable, field: Int) {
    if field < 0, state.pointee.count >= ContextLimits.entryCountMax, state.pointee[name] == nil,
      undeclaredCount() >= ContextLimits.entryCountMax
    {
      return
    }
    state.pointee[name] = value
  }

  package final override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    for key in ContextSchema.keys {
      if let value = state.pointee[key.name] { hand(key.name, value, to: body) }
    }
    for (name, value) in state.pointee where MapContext.isUndeclared(name) { hand(name, value, to: body) }
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
    name != Name.span && name != Name.traceState && ContextSchema.key(named: name) == nil
  }

  private func undeclaredCount() -> Int { state.pointee.keys.count { MapContext.isUndeclared($0) } }
}
