// Datadog: the fields x-datadog-…. Carries no tracestate and no entries.

package import Context

/// Of the tags only the upper half of the trace id is read and sent.
package final class DatadogPropagator: Propagator {
  package let name = "datadog"

  package var fieldNames: [StaticString] {
    ["x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority", "x-datadog-tags"]
  }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    guard Datadog.isSendable(span) else { return }
    carrier.appendField("x-datadog-trace-id", sizeMax: DecimalDigits.sizeMax) {
      DecimalDigits.write(span.traceIDLow, to: $0)
    }
    carrier.appendField("x-datadog-parent-id", sizeMax: DecimalDigits.sizeMax) {
      DecimalDigits.write(span.spanID, to: $0)
    }
    let priority = Datadog.priority(of: span.flags)
    if priority != 0 {
      carrier.appendField("x-datadog-sampling-priority", sizeMax: 1) { destination in
        destination.storeBytes(of: priority, as: UInt8.self)
        return 1
      }
    }
    if span.traceIDHigh != 0 {
      carrier.appendField("x-datadog-tags", sizeMax: Datadog.tagsSize) { Datadog.writeTags(span, to: $0) }
    }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var fields = Datadog.Fields()
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in value.withUnsafeBytes { fields.take(name, $0) } }
    }
    switch fields.reading {
    case .span(let span): context.continueTrace(span, saysRandom: false)
    case .absent: break
    case .invalid: return fields.drops.union(.malformedSpanContext)
    }
    return fields.drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    guard sent.traceIDLow != 0 else { return delivered }
    delivered.takeTrace(of: sent)
    if delivered.hasSpan { delivered.flags = Datadog.flags(of: sent.flags) }
    return delivered
  }
}
