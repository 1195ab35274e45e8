// Forwards bytes that nobody reads: the cost of carrying a context without having one.

package import Context

/// What it carries is an image that `packed` could read: the client puts it into `RequestContext.opaque`.
package final class OpaquePropagator: Propagator {
  package let name = "opaque"

  package init() {}

  @inline(__always)
  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let bytes = context.opaque
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    carrier.appendBinary(bytes.count).copyMemory(from: source, byteCount: bytes.count)
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    context.opaque = carrier.binary
    return []
  }

  package func replacesContext(withEntries: Bool) -> Bool { !withEntries }

  /// Unread is unchanged, the span id too.
  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { sent }
}
