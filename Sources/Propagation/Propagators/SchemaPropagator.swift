// Carries the trace and the declared keys in fields of fixed width: what a gateway has validated. No tail.

package import Context

/// The bytes are those of `StandardContext`, which is made of contexts/standard.yaml; a store that is that struct writes
/// and reads them as such.
///
/// Undeclared keys, the tracestate, and texts that are longer than a field are lost, as declared.
package final class SchemaPropagator: Propagator {
  package let name = "schema"

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    context.writeSchema(to: carrier.appendBinary(StandardContext.encodedSize))
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    if carrier.binary.isEmpty { return [] }
    do throws(SchemaFault) {
      let view = try StandardContextView(carrier.binary)
      context.readSchema(view)
      return view.span.isValid || view.span == .none ? [] : .malformedSpanContext
    } catch {
      return error == .unknownSchema ? .unknownSchema : .malformedBinary
    }
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    for key in ContextSchema.keys {
      guard let value = sent.entries[key.name] else { continue }
      if case .text(let text) = value, text.utf8.count > ContextSchema.textFieldSize { continue }
      delivered.entries[key.name] = value
    }
    return delivered
  }
}
