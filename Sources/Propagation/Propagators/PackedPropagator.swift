// Carries the packed image (see `PackedLayout`): lossless, and read in place by the packed store.

package import Context

package final class PackedPropagator: Propagator {
  package let name = "packed"

  package init() {}

  @inline(__always)
  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let size = context.packedSize()
    if size > 0 { context.writePacked(to: carrier.appendBinary(size)) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let image = carrier.binary
    if image.isEmpty {
      context.reset()
      return []
    }
    return context.readPacked(image) ? [] : .malformedBinary
  }

  package func replacesContext(withEntries: Bool) -> Bool { true }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { sent }
}
