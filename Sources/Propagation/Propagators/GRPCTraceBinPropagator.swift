// The binary trace context of OpenCensus, which gRPC sends as `grpc-trace-bin`. No tracestate, no entries.

package import Context

package final class GRPCTraceBinPropagator: Propagator {
  package let name = "grpc-trace-bin"

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    if span.isValid { GRPCTraceBin.write(span, to: carrier.appendBinary(GRPCTraceBin.size)) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    if bytes.isEmpty { return [] }
    guard let span = GRPCTraceBin.read(bytes) else { return .malformedBinary }
    guard span.isValid else { return .malformedSpanContext }
    context.continueTrace(span, saysRandom: false)
    return []
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    delivered.flags &= SpanContext.sampled
    return delivered
  }
}
