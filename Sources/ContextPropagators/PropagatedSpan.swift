// The span of the caller, or of the process itself: ids and flags.

internal import Context

/// Trace id, span id and flags, as W3C Trace Context has them (section 3.2.2).
public struct PropagatedSpan: Hashable, Sendable {
  /// The 16 bytes of the trace id as two big-endian numbers; not both 0.
  public let traceIDHigh: UInt64
  public let traceIDLow: UInt64
  /// The 8 bytes of the span id as a big-endian number; not 0.
  public let spanID: UInt64
  /// Bit 0 sampled, bit 1 random trace id. Bits 6 and 7 are B3's states "deferred" and "debug", which only the propagators
  /// `b3` and `b3multi` write.
  public let flags: UInt8

  /// Nil when an id is 0, which no tracing format allows.
  public init?(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, flags: UInt8) {
    self.init(SpanContext(traceIDHigh: traceIDHigh, traceIDLow: traceIDLow, spanID: spanID, flags: flags))
  }

  public var isSampled: Bool { flags & SpanContext.sampled != 0 }

  /// 32 lower-case hex digits.
  public var traceIDText: String { PropagatedSpan.hex(traceIDHigh) + PropagatedSpan.hex(traceIDLow) }
  /// 16 lower-case hex digits.
  public var spanIDText: String { PropagatedSpan.hex(spanID) }

  /// The same trace under a new span id: what a service sends on is a child of what it received.
  public func child(using generator: inout some RandomNumberGenerator) -> PropagatedSpan {
    PropagatedSpan(
      checked: SpanContext(
        traceIDHigh: traceIDHigh, traceIDLow: traceIDLow, spanID: .random(in: 1...UInt64.max, using: &generator),
        flags: flags))
  }

  /// The same trace under a new span id from the system's random numbers.
  public func child() -> PropagatedSpan {
    var generator = SystemRandomNumberGenerator()
    return child(using: &generator)
  }

  private static func hex(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension PropagatedSpan {
  init?(_ context: SpanContext) {
    guard context.isValid else { return nil }
    self.init(checked: context)
  }

  private init(checked context: SpanContext) {
    (traceIDHigh, traceIDLow, spanID, flags) =
      (context.traceIDHigh, context.traceIDLow, context.spanID, context.flags)
  }

  var context: SpanContext {
    SpanContext(traceIDHigh: traceIDHigh, traceIDLow: traceIDLow, spanID: spanID, flags: flags)
  }
}
