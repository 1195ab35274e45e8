// A context as a message and back. Never the bytes: those are swift-protobuf's.

internal import Context
internal import SwiftProtobuf

extension ProtobufContext {
  init(_ context: RequestContext) {
    self.init()
    let span = context.spanContext()
    if span.isValid {
      (traceIDHigh, traceIDLow, spanID) = (span.traceIDHigh, span.traceIDLow, span.spanID)
      traceFlags = UInt32(span.flags)
    }
    var state: String?
    context.withTraceState { state = string($0) }
    if let state { traceState = state }
    var list: [ProtobufEntry] = []
    context.forEachEntry { name, integer, text in
      list.append(
        .with { entry in
          entry.name = string(name)
          entry.value = integer.map { .integer($0) } ?? .text(string(text))
        })
    }
    entries = list
  }

  /// Sets what the message holds; returns what had to be dropped.
  func set(in context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    if traceIDHigh | traceIDLow | spanID != 0 || traceFlags != 0 {
      let span = SpanContext(
        traceIDHigh: traceIDHigh, traceIDLow: traceIDLow, spanID: spanID, flags: UInt8(truncatingIfNeeded: traceFlags))
      if span.isValid, traceFlags <= 0xff {
        context.continueTrace(span, saysRandom: true)
      } else {
        drops.insert(.malformedSpanContext)
      }
    }
    // Of a trace that is not continued the tracestate is not even parsed.
    if hasTraceState, drops.isEmpty {
      let list = traceState.utf8.span.bytes
      if list.withUnsafeBytes({ TraceStateGrammar.judge($0) }) == .valid {
        context.setTraceState(list)
      } else {
        drops.insert(.malformedTraceState)
      }
    }
    var undeclaredCount = 0
    for entry in entries {
      let isDeclared = ContextSchema.key(named: entry.name) != nil
      if !isDeclared, undeclaredCount == ContextLimits.entryCountMax {
        drops.insert(.tooManyMembers)
        continue
      }
      let dropped = entry.set(in: context)
      if dropped.isEmpty, !isDeclared { undeclaredCount += 1 }
      drops.formUnion(dropped)
    }
    return drops
  }
}

extension ProtobufEntry {
  fileprivate func set(in context: RequestContext) -> ExtractionDrops {
    let name = name.utf8.span.bytes
    guard ContextText.isName(name) else { return .malformedMember }
    switch (value, ContextSchema.key(named: name)) {
    case (.integer(let integer), nil): context.setEntry(name: name, integer: integer)
    case (.integer(let integer), let key?) where key.type == .integer: context.setInteger(key, integer)
    case (.text(let text), let key) where key == nil || key?.type == .text:
      guard text.utf8.count <= ContextLimits.textSizeMax else { return .overSize }
      let text = text.utf8.span.bytes
      if let key { context.setText(key, text) } else { context.setEntry(name: name, text: text) }
    default: return .malformedMember
    }
    return []
  }
}

private func string(_ bytes: RawSpan) -> String { bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
