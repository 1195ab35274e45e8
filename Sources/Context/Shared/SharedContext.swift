// The context of one request in a shared table. One class for all shared stores, compiled for each table.

/// A key, under which everything lies in the table. The record appears with the first value that is set, and is gone
/// with `reset`: so a node resets the context when its request ends.
package final class SharedContext<Table: ContextTable>: RequestContext {
  private let table: Table
  private let access: SharedAccess
  /// Of the record; 0 while the table holds none of this request. Behind a pointer, as in every store.
  private let key: UnsafeMutablePointer<UInt64>

  init(table: Table, access: SharedAccess) {
    self.table = table
    self.access = access
    key = .allocate(capacity: 1)
    key.initialize(to: 0)
    super.init()
  }

  deinit {
    if key.pointee != 0 { table.remove(key.pointee, worker: access.worker) }
    key.deallocate()
  }

  package override var holdsEntries: Bool { true }

  /// The accesses to shared entries are part of the work, and their values of no checksum: other requests write them.
  package override func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 {
    let checksum = work.steps(on: self, spanID: spanID)
    access.touch(table)
    return checksum
  }

  package override func reset() {
    super.reset()
    guard key.pointee != 0 else { return }
    table.remove(key.pointee, worker: access.worker)
    key.pointee = 0
  }

  private var entries: BoxedEntries {
    key.pointee == 0 ? BoxedEntries() : table.record(key.pointee, worker: access.worker)
  }

  private func update(_ change: (inout BoxedEntries) -> Void) {
    if key.pointee == 0 { key.pointee = access.makeKey() }
    table.update(key.pointee, worker: access.worker, change)
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext { entries.spanContext() }

  package override func setSpanContext(_ value: SpanContext) { update { $0.setSpanContext(value) } }

  package override func setSpanID(_ value: UInt64) { update { $0.setSpanID(value) } }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = entries.traceState { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) {
    let list = String(utf8: value)
    update { $0.traceState = list }
  }

  package override func removeTraceState() { update { $0.traceState = nil } }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? { entries.integer(key.name) }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = entries.text(key.name) { body(text.utf8.span.bytes) }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    entries.fold(key, into: &checksum)
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) {
    update { $0.set(key.name, value, field: key.field) }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    let text = String(utf8: value)
    update { $0.set(key.name, text, field: key.field) }
  }

  package override func setEntry(name: RawSpan, integer: Int64) {
    let name = String(utf8: name)
    update { $0.set(name, integer, field: -1) }
  }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    let (name, text) = (String(utf8: name), String(utf8: text))
    update { $0.set(name, text, field: -1) }
  }

  package override func removeEntry(name: RawSpan) {
    let name = String(utf8: name)
    update { $0.remove(name) }
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    entries.forEachEntry(body)
  }
}
