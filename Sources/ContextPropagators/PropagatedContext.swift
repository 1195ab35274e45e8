// What travels with a request, as a value that servers can read and change.

internal import Context

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

  /// Nil when there is no trace: nothing of it is written then.
  public var span: PropagatedSpan?
  /// The list as it came (W3C Trace Context, section 3.3); nil when there is none. Without a span it is not written.
  public var traceState: String?
  /// Baggage: text of at most 8192 bytes of UTF-8, under names of 1 to 255 visible ASCII characters. What does not fit
  /// the format of a propagator is not written by it.
  public var entries: [String: Value]

  public init(span: PropagatedSpan? = nil, traceState: String? = nil, entries: [String: Value] = [:]) {
    self.span = span
    self.traceState = traceState
    self.entries = entries
  }

  public var isEmpty: Bool { span == nil && traceState == nil && entries.isEmpty }

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

  /// A store that holds it. What no store holds is left out: names that are no names, text that is too long, a
  /// tracestate that is no list.
  func makeContext() -> RequestContext {
    let context = StoreKind.map.makeContext()
    if let span { context.setSpanContext(span.context) }
    if let traceState {
      let list = traceState.utf8.span.bytes
      if list.withUnsafeBytes({ TraceStateGrammar.judge($0) }) == .valid { context.setTraceState(list) }
    }
    for (name, value) in entries where ContextText.isName(name.utf8.span.bytes) { set(name, value, in: context) }
    return context
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
      guard text.utf8.count <= ContextLimits.textSizeMax else { return }
      if let key {
        context.setText(key, text.utf8.span.bytes)
      } else {
        context.setEntry(name: name.utf8.span.bytes, text: text.utf8.span.bytes)
      }
    }
  }
}
