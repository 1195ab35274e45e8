// The value-chain store: one immutable heap node per value, linked to the one before; a lookup walks up.

/// The shape of Go's `context.WithValue`. Setting a key again shadows the older node, which stays until the request is
/// done, so a lookup is linear in what was set.
package final class ValueChainContext: RequestContext {
  private final class Node: Sendable {
    let parent: Node?
    /// Declared keys and the two keys of this file are compared by identity; nil for an entry known by name only.
    let key: ContextKey?
    let name: String
    let value: any Sendable

    init(parent: Node?, key: ContextKey?, name: String, value: any Sendable) {
      self.parent = parent
      self.key = key
      self.name = name
      self.value = value
    }
  }

  /// What shadows a value that was removed.
  private struct Removed {}

  private let spanKey = ContextKey(name: "span-context", type: .text)
  private let traceStateKey = ContextKey(name: "tracestate", type: .text)

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

  private func push(_ key: ContextKey?, _ name: String, _ value: any Sendable) {
    state.pointee.head = Node(parent: state.pointee.head, key: key, name: name, value: value)
    state.pointee.nodeCount += 1
  }

  private func value(_ key: ContextKey) -> (any Sendable)? {
    var node = state.pointee.head
    while let current = node {
      if current.key === key { return current.value }
      node = current.parent
    }
    return nil
  }

  private func value(named name: String) -> (any Sendable)? {
    var node = state.pointee.head
    while let current = node {
      if current.key == nil, current.name == name { return current.value }
      node = current.parent
    }
    return nil
  }

  private func newest(_ key: ContextKey) -> (any Sendable)? { key.field >= 0 ? value(key) : value(named: key.name) }

  // MARK: Span context

  package override func spanContext() -> SpanContext { value(spanKey) as? SpanContext ?? .none }

  package override func setSpanContext(_ value: SpanContext) {
    push(spanKey, spanKey.name, value.isValid ? value : SpanContext.none)
  }

  package override func setSpanID(_ value: UInt64) {
    var span = spanContext()
    guard span.spanID != 0 else { return }
    span.spanID = value
    push(spanKey, spanKey.name, span)
  }

  package override func withTraceState(_ body: (RawSpan) -> Void) {
    if let list = value(traceStateKey) as? String { body(list.utf8.span.bytes) }
  }

  package override func setTraceState(_ value: RawSpan) { push(traceStateKey, traceStateKey.name, String(utf8: value)) }

  package override func removeTraceState() { push(traceStateKey, traceStateKey.name, Removed()) }

  package override func continueTrace(_ span: SpanContext, saysRandom: Bool) {
    takeTrace(span, saysRandom: saysRandom, in: self)
  }

  // MARK: Entries

  package override func integer(_ key: ContextKey) -> Int64? { newest(key) as? Int64 }

  package override func withText(_ key: ContextKey, _ body: (RawSpan) -> Void) {
    if let text = newest(key) as? String { body(text.utf8.span.bytes) }
  }

  package override func fold(_ key: ContextKey, into checksum: inout ContextChecksum) {
    if key.type == .integer {
      if let value = newest(key) as? Int64 { checksum.fold(integer: value) } else { checksum.foldAbsent() }
    } else {
      if let text = newest(key) as? String {
        text.utf8.span.bytes.withUnsafeBytes { checksum.fold(text: $0) }
      } else {
        checksum.foldAbsent()
      }
    }
  }

  package override func setInteger(_ key: ContextKey, _ value: Int64) { set(key, value) }
  package override func setText(_ key: ContextKey, _ value: RawSpan) { set(key, String(utf8: value)) }

  private func set(_ key: ContextKey, _ value: any Sendable) {
    if key.field >= 0 { push(key, key.name, value) } else { setEntry(key.name, value) }
  }

  package override func setEntry(name: RawSpan, integer: Int64) { setEntry(String(utf8: name), integer) }

  package override func setEntry(name: RawSpan, text: RawSpan) { setEntry(String(utf8: name), String(utf8: text)) }

  package override func removeEntry(name: RawSpan) {
    let name = String(utf8: name)
    if value(named: name) != nil { push(nil, name, Removed()) }
  }

  private func setEntry(_ name: String, _ value: any Sendable) {
    if state.pointee.nodeCount >= ContextLimits.entryCountMax, self.value(named: name).map({ $0 is Removed }) ?? true,
      undeclared().count >= ContextLimits.entryCountMax
    {
      return
    }
    push(nil, name, value)
  }

  package override func forEachEntry(_ body: (_ name: RawSpan, _ integer: Int64?, _ text: RawSpan) -> Void) {
    for key in ContextSchema.keys {
      if let value = value(key) { hand(key.name, value, to: body) }
    }
    for node in undeclared() { hand(node.name, node.value, to: body) }
  }

  /// The newest node of each undeclared name, newest first.
  private func undeclared() -> [Node] {
    var found: [Node] = []
    var names: Set<String> = []
    var node = state.pointee.head
    while let current = node {
      if current.key == nil, names.insert(current.name).inserted, !(current.value is Removed) { found.append(current) }
      node = current.parent
    }
    return found
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
}
