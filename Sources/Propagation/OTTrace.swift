// The trace headers of OpenTracing's basic tracers (OpenTelemetry: `ottrace`): bytes to span context. Never a carrier.
// https://github.com/opentracing/basictracer-go/blob/master/propagation_ot.go

internal import Context

/// `ot-tracer-traceid`, `ot-tracer-spanid`, `ot-tracer-sampled`. A trace id has 64 bits here.
enum OTTrace {
  /// Sampled or not; deferred when nobody has decided. All other bits are lost, debug is sampled.
  static func flags(of flags: UInt8) -> UInt8 {
    flags & (SpanContext.debug | SpanContext.sampled) != 0 ? SpanContext.sampled : flags & SpanContext.deferred
  }

  /// What is left of a trace: the low half of its id; none when that is zero.
  static func sent(_ span: SpanContext) -> SpanContext {
    let sent = SpanContext(
      traceIDHigh: 0, traceIDLow: span.traceIDLow, spanID: span.spanID, flags: flags(of: span.flags))
    return sent.isValid ? sent : .none
  }

  /// The headers as they come, in any order. Ids are padded at the left; one of more than 64 bits is taken whole.
  struct Fields {
    private var traceID = OnceField<(high: UInt64, low: UInt64)>.absent
    private var spanID = OnceField<UInt64>.absent
    /// As flags.
    private var decision = OnceField<UInt8>.absent

    /// False when the field is another's.
    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
      if ContextText.equal(name, "ot-tracer-traceid") {
        traceID.take(HexDigits.readAny(value))
      } else if ContextText.equal(name, "ot-tracer-spanid") {
        spanID.take(value.count <= 16 ? HexDigits.readAny(value)?.low : nil)
      } else if ContextText.equal(name, "ot-tracer-sampled") {
        // Tracers disagree on the words.
        decision.take(OnceField.decision(value))
      } else {
        return false
      }
      return true
    }

    /// Ids come both or not at all.
    var reading: SpanReading {
      guard let flags = decision.decidedFlags else { return .invalid }
      switch (traceID, spanID) {
      case (.absent, .absent): return .absent
      case (.known(let traceID), .known(let spanID)): return SpanReading(traceID.high, traceID.low, spanID, flags)
      default: return .invalid
      }
    }
  }
}
