// The trace as members of a JSON object: hex text under names that hold a space, so no entry can have them.

internal import Context

/// What an object says of a trace, as its members come by.
struct JSONTrace {
  static var traceID: StaticString { "trace id" }
  static var spanID: StaticString { "span id" }
  static var flags: StaticString { "trace flags" }
  static var traceState: StaticString { "trace state" }

  /// A member that is there and no text.
  private static var noText: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

  private var traceIDText: UnsafeRawBufferPointer?
  private var spanIDText: UnsafeRawBufferPointer?
  private var flagsText: UnsafeRawBufferPointer?
  private var traceStateText: UnsafeRawBufferPointer?

  /// The three members of a valid context.
  static func write(_ span: SpanContext, with writer: inout JSONWriter) {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 16) { digits in
      guard let start = digits.baseAddress else { return }
      HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: start)
      writer.name(traceID)
      writer.text(UnsafeRawBufferPointer(digits))
      HexDigits.write16(span.spanID, to: start)
      writer.name(spanID)
      writer.text(UnsafeRawBufferPointer(rebasing: digits[..<16]))
      HexDigits.write2(span.flags, to: start)
      writer.name(flags)
      writer.text(UnsafeRawBufferPointer(rebasing: digits[..<2]))
    }
  }

  /// Whether the name is one of the trace's. `text` is nil for a value of another type, and stays where it is until
  /// `continued`.
  mutating func take(_ name: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer?) -> Bool {
    let text = text ?? JSONTrace.noText
    if ContextText.equal(name, JSONTrace.traceID) {
      traceIDText = text
    } else if ContextText.equal(name, JSONTrace.spanID) {
      spanIDText = text
    } else if ContextText.equal(name, JSONTrace.flags) {
      flagsText = text
    } else if ContextText.equal(name, JSONTrace.traceState) {
      traceStateText = text
    } else {
      return false
    }
    return true
  }

  /// Puts the trace into the context. Of a trace that is not continued the tracestate is not even parsed.
  func continued(in context: RequestContext) -> ExtractionDrops {
    if traceIDText != nil || spanIDText != nil || flagsText != nil {
      guard let traceIDText, let spanIDText, let flagsText,
        let span = JSONTrace.span(traceID: traceIDText, spanID: spanIDText, flags: flagsText)
      else { return .malformedSpanContext }
      context.continueTrace(span, saysRandom: true)
    }
    if let traceStateText {
      guard TraceStateGrammar.judge(traceStateText) == .valid else { return .malformedTraceState }
      context.setTraceState(traceStateText.bytes)
    }
    return []
  }

  /// Of 32, 16 and 2 lower hex digits.
  static func span(
    traceID: UnsafeRawBufferPointer, spanID: UnsafeRawBufferPointer, flags: UnsafeRawBufferPointer
  ) -> SpanContext? {
    guard traceID.count == 32, let traceIDStart = traceID.baseAddress, spanID.count == 16,
      let spanIDStart = spanID.baseAddress, flags.count == 2
    else { return nil }
    var isValid = true
    let high = HexDigits.read16(traceIDStart, valid: &isValid)
    let low = HexDigits.read16(traceIDStart + 16, valid: &isValid)
    let span = HexDigits.read16(spanIDStart, valid: &isValid)
    let (flagsHigh, flagsLow) = (HexDigits.value(flags[0]), HexDigits.value(flags[1]))
    guard isValid, flagsHigh < 16, flagsLow < 16 else { return nil }
    let context = SpanContext(traceIDHigh: high, traceIDLow: low, spanID: span, flags: flagsHigh << 4 | flagsLow)
    return context.isValid ? context : nil
  }
}
