// Carries nothing: the cost of the hop itself.

package import Context

package final class NonePropagator: Propagator {
  package let name = "none"

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {}

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops { [] }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { ContextSnapshot() }
}
