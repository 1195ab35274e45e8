// The map store: a dictionary from names to boxed values that are read back by a cast.

/// See `BoxedEntries`, which is all that it holds.
package final class MapContext: RequestContext {
  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<BoxedEntries>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: BoxedEntries())
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

  /// A new dictionary for each request, as code of this kind makes it; a pool of them is a strategy of its own.
  package override func reset() {
    super.reset()
    state.pointee = BoxedEntries()
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext { state.pointee.spanContext() }
  package override func setSpanContext(_ value: SpanContext) { state.pointee.setSpanContext(value) }
  package override func setSpanID(_ value: UInt64) { state.pointee.setSpanID(value) }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = state.pointee.traceState { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { state.pointee.traceState = String(utf8: value) }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? { state.pointee.integer(key.name) }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = state.pointee.text(key.name) { body(text.utf8.span.bytes) }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    state.pointee.fold(key, into: &checksum)
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) {
    state.pointee.set(key.name, value, slot: key.slot)
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    state.pointee.set(key.name, String(utf8: value), slot: key.slot)
  }

  package override func setEntry(name: RawSpan, integer: Int64) {
    state.pointee.set(String(utf8: name), integer, slot: -1)
  }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    state.pointee.set(String(utf8: name), String(utf8: text), slot: -1)
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    state.pointee.forEachEntry(body)
  }
}
