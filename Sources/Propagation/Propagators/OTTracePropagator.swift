// The headers of OpenTracing's basic tracers: ot-tracer-…, and one field ot-baggage-<key> for each entry. Carries no
// tracestate, and half of the trace id.

package import Context

/// Entries travel as they are, without an encoding: what a header cannot hold is lost.
package final class OTTracePropagator: Propagator {
  package let name = "ottrace"
  private let entries = EntryFields(prefix: "ot-baggage-", form: .plain)

  package var fieldNames: [StaticString] { ["ot-tracer-traceid", "ot-tracer-spanid", "ot-tracer-sampled"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = OTTrace.sent(context.spanContext())
    if span.isValid {
      carrier.appendField("ot-tracer-traceid", sizeMax: 16) { destination in
        HexDigits.write16(span.traceIDLow, to: destination)
        return 16
      }
      carrier.appendField("ot-tracer-spanid", sizeMax: 16) { destination in
        HexDigits.write16(span.spanID, to: destination)
        return 16
      }
      if span.flags != SpanContext.deferred {
        let isSampled = span.flags == SpanContext.sampled
        carrier.appendField("ot-tracer-sampled", (isSampled ? "true" : "false").utf8.span.bytes)
      }
    }
    entries.inject(context, into: &carrier)
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var fields = OTTrace.Fields()
    var parser = EntryFieldsParser(entries)
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in
        value.withUnsafeBytes { value in
          if !fields.take(name, value) { parser.take(name, value, into: context) }
        }
      }
    }
    switch fields.reading {
    case .span(let span): context.continueTrace(span, saysRandom: false)
    case .absent: break
    case .invalid: return parser.drops.union(.malformedSpanContext)
    }
    return parser.drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    if sent.hasSpan, sent.traceIDLow != 0 {
      (delivered.hasSpan, delivered.traceIDLow) = (true, sent.traceIDLow)
      delivered.flags = OTTrace.flags(of: sent.flags)
    }
    delivered.entries = EntryFieldSelection(of: sent.entries, as: entries).delivered
    return delivered
  }
}
