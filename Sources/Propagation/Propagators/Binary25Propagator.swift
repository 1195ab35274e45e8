// Carries trace id, span id and flags as 25 raw bytes without a version. No tracestate, no entries.

package import Context

package final class Binary25Propagator: Propagator {
  package let name = "binary25"

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    if span.isValid { span.writeBinary(to: carrier.appendBinary(SpanContext.binarySize)) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return [] }
    guard bytes.count == SpanContext.binarySize else { return .malformedBinary }
    let span = SpanContext(binary: start)
    guard span.isValid else { return .malformedSpanContext }
    context.continueTrace(span, saysRandom: true)
    return []
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    return delivered
  }
}
