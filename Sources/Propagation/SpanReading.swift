// What the headers of a format say of the trace, and a header that may come once.

internal import Context

enum SpanReading {
  case span(SpanContext)
  /// Nothing came, or only a sampling decision for a trace that the receiver would start: there is none to continue.
  case absent
  case invalid

  /// Invalid when an id is zero.
  @inline(__always)
  init(_ traceIDHigh: UInt64, _ traceIDLow: UInt64, _ spanID: UInt64, _ flags: UInt8) {
    let span = SpanContext(traceIDHigh: traceIDHigh, traceIDLow: traceIDLow, spanID: spanID, flags: flags)
    self = span.isValid ? .span(span) : .invalid
  }
}

/// A header as it comes, once or not at all. Of a name that comes twice nothing is known, or the first counts: see
/// docs/PROPAGATION.md.
enum OnceField<Known> {
  case absent
  case invalid
  case known(Known)

  /// The field came; nil when it is malformed.
  mutating func take(_ value: Known?) {
    guard case .absent = self, let value else { return self = .invalid }
    self = .known(value)
  }

  /// Whether the field came before.
  var isSeen: Bool {
    if case .absent = self { false } else { true }
  }
}

/// A sampling decision as flags.
extension OnceField<UInt8> {
  /// Deferred when no decision came; nil when it is malformed.
  var decidedFlags: UInt8? {
    switch self {
    case .invalid: nil
    case .known(let flags): flags
    case .absent: SpanContext.deferred
    }
  }

  /// `1` and `0`, and the words that tracers also send for them.
  static func decision(_ value: UnsafeRawBufferPointer) -> UInt8? {
    if ContextText.equal(value, "1") || ContextText.equal(value, "true") { return SpanContext.sampled }
    if ContextText.equal(value, "0") || ContextText.equal(value, "false") { return 0 }
    return nil
  }
}
