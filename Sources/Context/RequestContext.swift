// What a request carries while one process works on it. A store is a subclass; the registry of them is `StoreKind`.
// Never knows how a context travels: that is a propagator's business.

/// The context of one request, as one of the compared stores holds it.
///
/// A class, because a node keeps one instance per request's place in a table and uses it again (`reset`), so that a store which
/// needs no memory of its own costs no allocation per request. Each method is implemented by a store in its own idiom:
/// what it costs is what is measured. Text is handed in and out as UTF-8 bytes; a store that holds `String` converts,
/// as code that uses such a store does.
///
/// This base class is also the store of the arms without a context (`none`, `opaque`): it holds nothing but bytes
/// that it never reads.
///
/// Public, as is `opaque`, because the compiler inlines across modules only what is `@inlinable public`.
public class RequestContext {
  @usableFromInline
  struct OpaqueState {
    @usableFromInline var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    var copy: UnsafeMutableRawPointer?
    var capacity = 0
    var mayHoldProperties = false
  }

  /// Behind a pointer: no exclusivity checks on the request path.
  @usableFromInline final let opaqueState: UnsafeMutablePointer<OpaqueState>

  /// What `opaque` carries: received bytes, forwarded unread. A copy of this context's own once detached.
  @inlinable
  public final var opaque: UnsafeRawBufferPointer {
    get { opaqueState.pointee.bytes }
    set { opaqueState.pointee.bytes = newValue }
  }

  package init() {
    opaqueState = .allocate(capacity: 1)
    opaqueState.initialize(to: OpaqueState())
  }

  deinit {
    opaqueState.pointee.copy?.deallocate()
    opaqueState.deallocate()
  }

  /// False for the base class: there is no context to work with, and the standard work is skipped.
  package var holdsEntries: Bool { false }

  /// Empties the context for the next request. Capacity is kept.
  package func reset() {
    opaque = UnsafeRawBufferPointer(start: nil, count: 0)
    mayHoldProperties = false
  }

  /// Copies whatever still lies in received bytes. The node calls this before it returns to the loop with the request
  /// unfinished: afterwards nothing in the context refers to the connection's input buffer.
  package func detach() {
    let state = opaqueState
    guard opaque.count > 0, let source = opaque.baseAddress, source != UnsafeRawPointer(state.pointee.copy) else {
      return
    }
    if state.pointee.capacity < opaque.count {
      state.pointee.copy?.deallocate()
      state.pointee.capacity = max(opaque.count, 128)
      state.pointee.copy = .allocate(byteCount: state.pointee.capacity, alignment: 8)
    }
    state.pointee.copy!.copyMemory(from: source, byteCount: opaque.count)
    opaque = UnsafeRawBufferPointer(start: state.pointee.copy, count: opaque.count)
  }

  // MARK: Span context

  /// `SpanContext.none` when there is no trace.
  package func spanContext() -> SpanContext { .none }
  /// A value that is not valid removes the trace.
  package func setSpanContext(_ value: SpanContext) {}
  /// Derives the child's context: the same trace under a new span id, which is not 0. No effect without a trace.
  package func setSpanID(_ value: UInt64) {}

  /// Hands the tracestate list, exactly as received, to `body`; not called when there is none.
  package func withTraceState(_ body: (RawSpan) -> Void) {}
  /// `value` is a list that `TraceStateGrammar` accepts, without tabs.
  package func setTraceState(_ value: RawSpan) {}
  package func removeTraceState() {}

  /// Takes the trace of a message in place of the one that is held. What belongs to the one before goes with it: its
  /// tracestate. The same trace keeps that, and its flag `random`, which is said of the trace id (W3C Trace Context,
  /// section 3.2.2.5.2) and which most formats cannot say.
  ///
  /// Each store hands itself to `takeTrace` under its own type, so that one call is looked up and not three.
  package func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  /// The newest value of an integer key, cast to its type; nil when absent or of another type.
  package func integer(_ key: ContextKey) -> Int64? { nil }
  /// Hands the newest value of a text key to `body`, which is not called when the key is absent or of another type.
  package func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {}

  package func setInteger(_ key: ContextKey, _ value: Int64) {}
  /// `value` is UTF-8 of at most `ContextLimits.textSizeMax` bytes.
  package func setText(_ key: ContextKey, _ value: RawSpan) {}

  /// An entry that came from the wire under a name that the schema does not declare and `ContextText.isName` accepts;
  /// `text` is as in `setText`. A new name beyond `ContextLimits.entryCountMax` is dropped.
  package func setEntry(name: RawSpan, integer: Int64) {}
  package func setEntry(name: RawSpan, text: RawSpan) {}
  /// Of an undeclared name; no effect when there is none.
  package func removeEntry(name: RawSpan) {}

  /// Whether there may be an entry that belongs to another one, such as the properties of a baggage member: who takes a
  /// member from a message looks for those of an older one.
  package final var mayHoldProperties: Bool {
    get { opaqueState.pointee.mayHoldProperties }
    set { opaqueState.pointee.mayHoldProperties = newValue }
  }

  /// Every entry once with its newest value; declared keys in field order, then the others in an order of the store's
  /// own. `body` must not change the context.
  package func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {}

  // MARK: The packed image: every context as bytes, without loss (see `PackedLayout`)

  // A context without entries holds an image that it never reads: the opaque bytes are what `packed` would send.

  /// Bytes that `writePacked` needs now.
  package func packedSize() -> Int { holdsEntries ? PackedImage.size(of: self) : opaque.count }
  /// Writes exactly `packedSize()` bytes.
  package func writePacked(to destination: UnsafeMutableRawPointer) {
    if holdsEntries {
      PackedImage.write(self, to: destination)
    } else if let source = opaque.baseAddress {
      destination.copyMemory(from: source, byteCount: opaque.count)
    }
  }
  /// Takes the context from an image, in place of what it held. The image must stay in place until `reset` or `detach`.
  /// False when it is malformed; the context is then empty.
  package func readPacked(_ image: UnsafeRawBufferPointer) -> Bool {
    if holdsEntries {
      reset()
      return PackedImage.read(image, into: self)
    }
    opaque = image
    return true
  }

  // MARK: The schema's bytes: the trace and the declared keys, of `StandardContext`

  /// Writes `StandardContext.encodedSize` bytes.
  package func writeSchema(to destination: UnsafeMutableRawPointer) { SchemaImage.write(self, to: destination) }
  /// Takes the trace, when it is valid, and the declared keys; the context is empty before.
  package func readSchema(_ view: StandardContextView) { SchemaImage.read(view, into: self) }

  // MARK: The measured work

  /// Gets the key, casts the value to its type and folds it into the checksum: the read that is measured.
  package func fold(_ key: ContextKey, into checksum: inout ContextChecksum) { checksum.foldAbsent() }

  /// `StandardWork.perform`. Each store hands itself to the steps under its own type, so that they are compiled
  /// against the store, as a service's code is, and not against this class.
  package func perform(_ work: StandardWork, spanID: UInt64) -> UInt64 { 0 }
}

/// `RequestContext.continueTrace`, compiled against a store.
@inline(__always)
func takeTrace(_ span: SpanContext, saysRandom: Bool, in store: some RequestContext) {
  let held = store.spanContext()
  var span = span
  if held.isSameTrace(as: span) {
    if !saysRandom { span.flags |= held.flags & SpanContext.random }
  } else {
    var holdsTraceState = false
    store.withTraceState { _ in holdsTraceState = true }
    if holdsTraceState { store.removeTraceState() }
  }
  store.setSpanContext(span)
}
