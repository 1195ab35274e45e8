// The value-chain store: one immutable heap node per value, linked to the one before; a lookup walks up.

/// The shape of Go's `context.WithValue`. Setting a key again shadows the older node, which stays until the request is
/// done, so a lookup is linear in what was set.
package final class ValueChainContext: RequestContext {
  /// What a lookup compares: the place of a declared key in the schema, or one of these. Go compares keys as pointers.
  private enum Slot {
    static var span: Int { -1 }
    static var traceState: Int { -2 }
    /// An entry known by its name alone.
    static var named: Int { -3 }
  }

  private enum Value: Sendable {
    case span(SpanContext)
    case text(String)
    case integer(Int64)
    /// Shadows a value that was removed.
    case removed
  }

  private final class Node: Sendable {
    let parent: Node?
    let slot: Int
    /// Of an entry known by its name alone; empty for all others.
    let name: String
    let value: Value

    init(parent: consuming Node?, slot: Int, name: String, value: consuming Value) {
      self.parent = parent
      self.slot = slot
      self.name = name
      self.value = value
    }
  }

  private struct Chain {
    var head: Node?
    var nodeCount = 0
  }

  /// Behind a pointer, as in every store: the class is there to choose a store at run time, and exclusivity checks on
  /// its fields are not what is compared.
  private let state: UnsafeMutablePointer<Chain>

  package override init() {
    state = .allocate(capacity: 1)
    state.initialize(to: Chain())
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

  /// The nodes are freed: nothing of a chain can be used again.
  package override func reset() {
    super.reset()
    state.pointee.head = nil
    state.pointee.nodeCount = 0
  }

  private func push(_ slot: Int, _ value: consuming Value, name: String = "") {
    let parent = state.pointee.head.take()
    state.pointee.head = Node(parent: parent, slot: slot, name: name, value: value)
    state.pointee.nodeCount += 1
  }

  /// Hands the newest value of a slot to `body`. The head keeps all nodes alive, so that a walk counts no references.
  @inline(__always)
  private func withValue<Result>(_ slot: Int, _ body: (borrowing Value) -> Result) -> Result? {
    var next = head
    while let node = next {
      let found = node._withUnsafeGuaranteedRef { $0.slot == slot }
      if found { return node._withUnsafeGuaranteedRef { body($0.value) } }
      next = node._withUnsafeGuaranteedRef { $0.parent.map { .passUnretained($0) } }
    }
    return nil
  }

  @inline(__always)
  private func withValue<Result>(named name: String, _ body: (borrowing Value) -> Result) -> Result? {
    var next = head
    while let node = next {
      let found = node._withUnsafeGuaranteedRef { $0.slot == Slot.named && $0.name == name }
      if found { return node._withUnsafeGuaranteedRef { body($0.value) } }
      next = node._withUnsafeGuaranteedRef { $0.parent.map { .passUnretained($0) } }
    }
    return nil
  }

  @inline(__always)
  private var head: Unmanaged<Node>? { state.pointee.head.map { .passUnretained($0) } }

  @inline(__always)
  private func withNewest<Result>(_ key: ContextKey, _ body: (borrowing Value) -> Result) -> Result? {
    key.field >= 0 ? withValue(key.field, body) : withValue(named: key.name, body)
  }

  // MARK: Span context

  package override func spanContext() -> SpanContext {
    withValue(Slot.span) { if case .span(let span) = $0 { span } else { SpanContext.none } } ?? .none
  }

  package override func setSpanContext(_ value: SpanContext) {
    push(Slot.span, .span(value.isValid ? value : .none))
  }

  package override func setSpanID(_ value: UInt64) {
    var span = spanContext()
    guard span.spanID != 0 else { return }
    span.spanID = value
    push(Slot.span, .span(span))
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    _ = withValue(Slot.traceState) { if case .text(let list) = $0 { body(list.utf8.span.bytes) } }
  }

  package override func setTraceState(_ value: RawSpan) { push(Slot.traceState, .text(String(utf8: value))) }

  package override func removeTraceState() { push(Slot.traceState, .removed) }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? {
    withNewest(key) { if case .integer(let value) = $0 { value } else { nil } } ?? nil
  }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    _ = withNewest(key) { if case .text(let text) = $0 { body(text.utf8.span.bytes) } }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    let isFound =
      withNewest(key) { value in
        switch value {
        case .integer(let integer) where key.type == .integer: checksum.fold(integer: integer)
        case .text(let text) where key.type == .text:
          text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
        default: return false
        }
        return true
      } ?? false
    if !isFound { checksum.foldAbsent() }
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) { set(key, .integer(value)) }
  package override func setText(_ key: ContextKey, _ value: RawSpan) { set(key, .text(String(utf8: value))) }

  private func set(_ key: ContextKey, _ value: consuming Value) {
    if key.field >= 0 { push(key.field, value) } else { setEntry(key.name, value) }
  }

  package override func setEntry(name: RawSpan, integer: Int64) { setEntry(String(utf8: name), .integer(integer)) }

  package override func setEntry(name: RawSpan, text: RawSpan) {
    setEntry(String(utf8: name), .text(String(utf8: text)))
  }

  package override func removeEntry(name: RawSpan) {
    let name = String(utf8: name)
    if withValue(named: name, { _ in }) != nil { push(Slot.named, .removed, name: name) }
  }

  private func setEntry(_ name: String, _ value: consuming Value) {
    if state.pointee.nodeCount >= ContextLimits.entryCountMax, !holds(name),
      undeclared().count >= ContextLimits.entryCountMax
    {
      return
    }
    push(Slot.named, value, name: name)
  }

  private func holds(_ name: String) -> Bool {
    withValue(named: name) { if case .removed = $0 { false } else { true } } ?? false
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    for field in 0..<ContextSchema.fieldCount {
      _ = withValue(field) { ValueChainContext.hand(ContextSchema.name(field: field).bytes, $0, to: body) }
    }
    for node in undeclared() { ValueChainContext.hand(node.name.utf8.span.bytes, node.value, to: body) }
  }

  /// The newest node of each undeclared name, newest first.
  private func undeclared() -> [Node] {
    var found: [Node] = []
    var names: Set<String> = []
    var next = head
    while let node = next {
      node._withUnsafeGuaranteedRef { node in
        guard node.slot == Slot.named, names.insert(node.name).inserted else { return }
        if case .removed = node.value { return }
        found.append(node)
      }
      next = node._withUnsafeGuaranteedRef { $0.parent.map { .passUnretained($0) } }
    }
    return found
  }

  private static func hand(
    _ name: RawSpan, _ value: borrowing Value, to body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void
  ) {
    switch value {
    case .text(let text): body(name, nil, text.utf8.span.bytes)
    case .integer(let integer):
      let none = ""
      body(name, integer, none.utf8.span.bytes)
    case .span, .removed: break
    }
  }
}
