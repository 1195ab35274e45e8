// W3C Trace Context: the fields traceparent and tracestate. Carries no entries.

package import Context

/// Extraction without a usable traceparent leaves the context without a trace, and the tracestate is not even parsed.
package final class TraceContextPropagator: Propagator {
  package let name = "tracecontext"
  package var fieldNames: [StaticString] { ["traceparent", "tracestate"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    guard span.isValid else { return }
    carrier.appendField("traceparent", sizeMax: TraceParent.size) { destination in
      TraceParent.write(span, to: destination)
      return TraceParent.size
    }
    context.withTraceState { carrier.appendField("tracestate", $0) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var span: SpanContext?
    var parentCount = 0
    var traceState = TraceStateFields()
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in
        if ContextText.equal(name, "traceparent") {
          parentCount &+= 1
          if parentCount == 1 { span = value.withUnsafeBytes { TraceParent.parse($0) } }
        } else if ContextText.equal(name, "tracestate") {
          traceState.count(value)
        }
      }
    }
    if parentCount == 0 { return [] }
    guard parentCount == 1, let span else { return .malformedSpanContext }
    context.continueTrace(span, saysRandom: true)
    return traceState.isEmpty ? [] : traceState.extract(carrier, into: context)
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    delivered.flags &= TraceParent.knownFlags
    if delivered.hasSpan { delivered.traceState = sent.traceState }
    return delivered
  }
}
