// What every propagator's declared loss says about the trace.

internal import Context

extension ContextSnapshot {
  /// Takes ids and flags, as `RequestContext.continueTrace`: of another trace than before nothing stays, of the same one
  /// the tracestate and the flag `random`. The entries stay as they are.
  mutating func takeTrace(of other: ContextSnapshot) {
    let isSame = traceIDHigh == other.traceIDHigh && traceIDLow == other.traceIDLow
    if !isSame { traceState = nil }
    flags = other.flags | (isSame ? flags & SpanContext.random : 0)
    (traceIDHigh, traceIDLow, hasSpan) = (other.traceIDHigh, other.traceIDLow, other.hasSpan)
  }

  /// Takes a member as `ReceivedText.set` does: with its own properties, or none.
  mutating func takeEntries(of other: ContextSnapshot) {
    for name in other.entries.keys where name.utf8.last != BaggageProperties.nameSuffix { entries[name + ";"] = nil }
    // In an order of their own: which of too many stay must not hang on that of a dictionary.
    for (name, value) in SentText.inOrder(other.entries) { setEntry(name, value) }
  }
}
