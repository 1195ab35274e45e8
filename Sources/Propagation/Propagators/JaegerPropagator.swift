// Jaeger: the field uber-trace-id, and one field uberctx-<key> for each entry. Carries no tracestate.

package import Context

/// Entries are read also beside a trace header that is missing or malformed.
package final class JaegerPropagator: Propagator {
  package let name = "jaeger"
  private let entries = EntryFields(prefix: "uberctx-", form: .encoded)

  package var fieldNames: [StaticString] { ["uber-trace-id"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    if span.isValid {
      carrier.appendField("uber-trace-id", sizeMax: Jaeger.size) { destination in
        Jaeger.write(span, to: destination)
        return Jaeger.size
      }
    }
    entries.inject(context, into: &carrier)
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var span = OnceField<SpanContext>.absent
    var parser = EntryFieldsParser(entries)
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in
        value.withUnsafeBytes { value in
          if ContextText.equal(name, "uber-trace-id") {
            span.take(Jaeger.parse(value))
          } else {
            parser.take(name, value, into: context)
          }
        }
      }
    }
    switch span {
    case .known(let span): context.continueTrace(span, saysRandom: false)
    case .absent: break
    case .invalid: return parser.drops.union(.malformedSpanContext)
    }
    return parser.drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    if delivered.hasSpan { delivered.flags = Jaeger.flags(of: sent.flags) }
    delivered.entries = EntryFieldSelection(of: sent.entries, as: entries).delivered
    return delivered
  }
}
