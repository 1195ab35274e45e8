// Several propagators of one carrier, each with fields or a section of its own.

package import Context
package import TransportMessages

/// Each part injects and extracts in order; where two carry the same thing the later one's counts, with all that belongs
/// to it: of another trace the tracestate goes, of another value the properties.
package final class CompositePropagator: Propagator {
  package let name: String
  private let parts: [any Propagator]
  /// The first part reads entries of any kind, those among them that belong to others.
  private let readsMessage: Bool

  package var fieldNames: [StaticString] { parts.flatMap(\.fieldNames) }

  /// A part that reads the binary section may replace the whole context: it stands first.
  package init(_ parts: [any Propagator]) {
    precondition(parts.count >= 2, "a combination has at least two parts")
    self.parts = parts
    readsMessage = parts[0].fieldNames.isEmpty
    name = parts.map(\.name).joined(separator: ",")
  }

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    for part in parts { part.inject(context, into: &carrier) }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    for part in parts {
      drops.formUnion(part.extract(carrier, into: context))
      if readsMessage { context.mayHoldProperties = true }
    }
    return drops
  }

  // Each part by its own functions for messages: through the generic ones of a part that is known by its protocol alone
  // everything of the carrier would be looked up at run time.

  package func inject(_ context: RequestContext, intoMessage message: MessageWriter) {
    for part in parts { part.inject(context, intoMessage: message) }
  }

  package func extract(message: ReceivedMessage, into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    for part in parts {
      drops.formUnion(part.extract(message: message, into: context))
      if readsMessage { context.mayHoldProperties = true }
    }
    return drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var merged = ContextSnapshot()
    for part in parts {
      let delivered = part.delivered(sent)
      if delivered.hasSpan { merged.takeTrace(of: delivered) }
      if let state = delivered.traceState { merged.traceState = state }
      merged.takeEntries(of: delivered)
    }
    return merged
  }
}
