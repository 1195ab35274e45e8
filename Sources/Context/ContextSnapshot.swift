// A context as a plain value: what tests and the fidelity check compare. Never on the request path.

package enum ContextValue: Equatable, Sendable {
  case integer(Int64)
  case text(String)
}

/// Everything a context holds, independent of the store that held it. The span id is new at every hop, so only whether
/// there is one is part of the value.
package struct ContextSnapshot: Equatable, Sendable {
  package var traceIDHigh: UInt64 = 0
  package var traceIDLow: UInt64 = 0
  package var hasSpan = false
  package var flags: UInt8 = 0
  package var traceState: String?
  package var entries: [String: ContextValue] = [:]

  package init() {}

  /// From a packed image, such as a leaf sends back; nil when it is malformed. No bytes are no context.
  package init?(packedImage image: UnsafeRawBufferPointer) {
    let context = PackedContext()
    guard image.isEmpty || context.readPacked(image) else { return nil }
    self.init(of: context)
  }

  package init(of context: RequestContext) {
    let span = context.spanContext()
    (traceIDHigh, traceIDLow, hasSpan, flags) = (span.traceIDHigh, span.traceIDLow, span.spanID != 0, span.flags)
    var state: String?
    context.withTraceState { state = $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    traceState = state
    var found: [String: ContextValue] = [:]
    context.forEachEntry { name, integer, text in
      let name = name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      found[name] = integer.map { .integer($0) } ?? .text(text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
    entries = found
  }

  /// As every store does it: a new undeclared name beyond the limit is dropped.
  package mutating func setEntry(_ name: String, _ value: ContextValue) {
    if entries[name] == nil, ContextSchema.key(named: name) == nil {
      let undeclaredCount = entries.keys.count { ContextSchema.key(named: $0) == nil }
      guard undeclaredCount < ContextLimits.entryCountMax else { return }
    }
    entries[name] = value
  }
}
