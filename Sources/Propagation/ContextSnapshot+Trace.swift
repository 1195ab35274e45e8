// What every propagator's declared loss says about the trace.

internal import Context

extension ContextSnapshot {
  /// Takes ids and flags; the tracestate and the entries stay as they are.
  mutating func takeTrace(of other: ContextSnapshot) {
    traceIDHigh = other.traceIDHigh
    traceIDLow = other.traceIDLow
    hasSpan = other.hasSpan
    flags = other.flags
  }
}
