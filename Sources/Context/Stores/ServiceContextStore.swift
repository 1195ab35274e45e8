// The service-context store: the ecosystem's own `ServiceContext`, read and written by typed keys.

internal import ServiceContextModule

/// What Swift servers use today: a value that is copied when it is shared, one key type for each declared key, and one
/// key for all entries that the schema does not declare, which have no type of their own.
package final class ServiceContextStore: RequestContext {
  private enum RequestID: ServiceContextKey {
    typealias Value = String
    static let nameOverride: String? = "request-id"
  }

  private enum User: ServiceContextKey {
    typealias Value = Int64
    static let nameOverride: String? = "user"
  }

  private enum Tenant: ServiceContextKey {
    typealias Value = String
    static let nameOverride: String? = "tenant"
  }

  private enum Span: ServiceContextKey {
    typealias Value = SpanContext
    static let nameOverride: String? = "span-context"
  }

  private enum TraceState: ServiceContextKey {
    typealias Value = String
    static let nameOverride: String? = "tracestate"
  }

  private enum Entries: ServiceContextKey {
    typealias Value = [String: ContextValue]
    static let nameOverride: String? = "entries"
  }

  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<ServiceContext>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: .topLevel)
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

  /// A new one for each request, as a server makes it.
  package override func reset() {
    super.reset()
    state.pointee = .topLevel
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext { state.pointee[Span.self] ?? .none }

  package override func setSpanContext(_ value: SpanContext) { state.pointee[Span.self] = value.isValid ? value : nil }

  package override func setSpanID(_ value: UInt64) {
    guard var span = state.pointee[Span.self] else { return }
    span.spanID = value
    state.pointee[Span.self] = span
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = state.pointee[TraceState.self] { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { state.pointee[TraceState.self] = String(utf8: value) }

  package override func removeTraceState() { state.pointee[TraceState.self] = nil }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    switch key.field {
    case 1: return state.pointee[User.self]
    case -1:
      guard case .integer(let value)? = state.pointee[Entries.self]?[key.name] else { return nil }
      return value
    default: return nil
    }
  }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = text(key) { body(text.utf8.span.bytes) }
  }

  private func text(_ key: ContextKey) -> String? {
    switch key.field {
    case 0: return state.pointee[RequestID.self]
    case 2: return state.pointee[Tenant.self]
    case -1:
      guard case .text(let text)? = state.pointee[Entries.self]?[key.name] else { return nil }
      return text
    default: return nil
    }
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
    switch key.field {
    case 1: state.pointee[User.self] = value
    case -1: setEntry(key.name, .integer(value))
    default: break
    }
  }

  package override func setText(_ key: ContextKey, _ value: RawSpan) {
    switch key.field {
    case 0: state.pointee[RequestID.self] = String(utf8: value)
    case 2: state.pointee[Tenant.self] = String(utf8: value)
    case -1: setEntry(key.name, .text(String(utf8: value)))
    default: break
    }
  }

  package override func setEntry(name: RawSpan, integer: Int64) { setEntry(String(utf8: name), .integer(integer)) }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    setEntry(String(utf8: name), .text(String(utf8: text)))
  }

  package override func removeEntry(name: RawSpan) { state.pointee[Entries.self]?[String(utf8: name)] = nil }

  /// Taken out before it is changed, so that the entries are not copied for each of them.
  private func setEntry(_ name: String, _ value: ContextValue) {
    var entries = state.pointee[Entries.self] ?? [:]
    state.pointee[Entries.self] = nil
    if entries.count < ContextLimits.entryCountMax || entries[name] != nil { entries[name] = value }
    state.pointee[Entries.self] = entries
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    let none = ""
    for key in ContextSchema.keys {
      if let value = integer(key) {
        body(key.name.utf8.span.bytes, value, none.utf8.span.bytes)
      } else if let text = text(key) {
        body(key.name.utf8.span.bytes, nil, text.utf8.span.bytes)
      }
    }
    for (name, value) in state.pointee[Entries.self] ?? [:] {
      switch value {
      case .integer(let integer): body(name.utf8.span.bytes, integer, none.utf8.span.bytes)
      case .text(let text): body(name.utf8.span.bytes, nil, text.utf8.span.bytes)
      }
    }
  }
}
