// AWS X-Ray: the field x-amzn-trace-id. Carries no tracestate and no entries.

package import Context

package final class XRayPropagator: Propagator {
  package let name = "xray"

  package var fieldNames: [StaticString] { ["x-amzn-trace-id"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    guard span.isValid else { return }
    carrier.appendField("x-amzn-trace-id", sizeMax: XRay.sizeMax) { XRay.write(span, to: $0) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var reading: SpanReading?
    carrier.forEachField("x-amzn-trace-id") { value in
      reading = reading == nil ? value.withUnsafeBytes { XRay.parse($0) } : .invalid
    }
    switch reading {
    case .span(let span): context.continueTrace(span, saysRandom: false)
    case .invalid: return .malformedSpanContext
    case .absent, nil: break
    }
    return []
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    if delivered.hasSpan { delivered.flags = XRay.flags(of: sent.flags) }
    return delivered
  }
}
