// What travels with a request, as a value that servers can read and change.

internal import Context
internal import Propagation

/// The part of a request's context that crosses processes: the trace, its tracestate, and named entries.
///
/// `ContextPropagationInstrument` puts it into a `ServiceContext` (see `ServiceContext.propagated`) when a request arrives,
/// and writes it to requests that are sent.
public struct PropagatedContext: Hashable, Sendable {
  /// A value of an entry. Headers carry text; `request-id`, `user` and `tenant` are declared keys, of which `user` is an
  /// integer on every wire.
  public enum Value: Hashable, Sendable {
    case integer(Int64)
    case text(String)
  }

  /// Nil when there is no trace: nothing of it is written then. The tracestate belongs to the trace: it goes when another
  /// takes the place of that.
  public var span: PropagatedSpan? {
    didSet {
      if let oldValue, span?.context.isSameTrace(as: oldValue.context) != true { traceState = nil }
    }
  }
  /// The list as it came (W3C Trace Context, section 3.3); nil when there is none. Without a span it is not written.
  public var traceState: String?
  /// Baggage: text of at most 8192 bytes of UTF-8, under names of 1 to 255 visible ASCII characters. What does not fit
  /// the format of a propagator is not written by it. The properties of a member `k` are the entry `k;`.
  public var entries: [String: Value]

  public init(span: PropagatedSpan? = nil, traceState: String? = nil, entries: [String: Value] = [:]) {
    self.span = span
    self.traceState = traceState
    self.entries = entries
  }

  public var isEmpty: Bool { span == nil && traceState == nil && entries.isEmpty }

  /// Sets a member, or removes it, and with it the properties of the one before.
  public mutating func setEntry(_ name: String, _ value: Value?) {
    entries[name] = value
    entries[name + ";"] = nil
  }

  /// What a service sends on: the same, under a span id of its own.
  public func child() -> PropagatedContext {
    var child = self
    child.span = span?.child()
    return child
  }
}

extension PropagatedContext {
  init(_ context: RequestContext) {
    let snapshot = ContextSnapshot(of: context)
    self.init(
      span: PropagatedSpan(context.spanContext()), traceState: snapshot.traceState,
      entries: snapshot.entries.mapValues { value in
        switch value {
        case .integer(let integer): .integer(integer)
        case .text(let text): .text(text)
        }
      })
  }

  /// What travels of the trace and of the entries replaces what was held of them; what is absent or could not be parsed
  /// changes nothing.
  mutating func take(_ received: PropagatedContext) {
    if received.span != nil { (span, traceState) = (received.span, received.traceState) }
    if !received.entries.isEmpty { entries = received.entries }
  }

  /// A store that holds it. What no store holds is left out: names that are no names, text that is too long, a
  /// tracestate that is no list, and the last names of more entries than there may be. This one keeps the entries in
  /// order, so that what is sent is the same each time.
  func makeContext() -> (context: RequestContext, drops: ExtractionDrops) {
    let context = StoreKind.struct.makeContext()
    var drops: ExtractionDrops = []
    if let span { context.setSpanContext(span.context) }
    if let traceState {
      let list = traceState.utf8.span.bytes
      let isValid = list.withUnsafeBytes { TraceStateGrammar.judge($0) } == .valid
      if isValid { context.setTraceState(list) } else { drops.insert(.malformedTraceState) }
    }
    var undeclaredCount = 0
    for (name, value) in entries.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      if ContextSchema.key(named: name) == nil { undeclaredCount += 1 }
      if case .text(let text) = value, text.utf8.count > ContextLimits.textSizeMax {
        drops.insert(.overSize)
      } else if !ContextText.isName(name.utf8.span.bytes) {
        drops.insert(.malformedMember)
      } else if undeclaredCount > ContextLimits.entryCountMax {
        drops.insert(.tooManyMembers)
      } else {
        set(name, value, in: context)
      }
    }
    return (context, drops)
  }

  private func set(_ name: String, _ value: Value, in context: RequestContext) {
    let key = ContextSchema.key(named: name)
    switch value {
    case .integer(let integer):
      if let key {
        context.setInteger(key, integer)
      } else {
        context.setEntry(name: name.utf8.span.bytes, integer: integer)
      }
    case .text(let text):
      if let key {
        context.setText(key, text.utf8.span.bytes)
      } else {
        context.setEntry(name: name.utf8.span.bytes, text: text.utf8.span.bytes)
      }
    }
  }
}
