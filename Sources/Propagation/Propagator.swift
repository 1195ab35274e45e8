// How a context is written to and read from a carrier. A propagator is one file in Propagators/ and one line in the
// registry; the contract tests then run over it.

package import Context
package import TransportMessages

/// Writes a context to a carrier and reads it back (OpenTelemetry: `TextMapPropagator`; here a carrier may also hold
/// bytes). Stateless, and the same instance serves every request of a process.
///
/// Extraction never throws and never crashes: what is malformed is dropped and counted in the result, and the request
/// continues.
package protocol Propagator: AnyObject, Sendable {
  /// As in `OTEL_PROPAGATORS`; a combination joins its parts with commas.
  var name: String { get }

  /// The header fields that it writes or reads, in lower case (OpenTelemetry: `Fields`). Without those whose names are made
  /// of an entry's (`uberctx-…`), which nobody can list.
  var fieldNames: [StaticString] { get }

  func inject(_ context: RequestContext, into carrier: inout some CarrierWriter)

  /// Reads what the carrier holds into `context`, which is empty unless `replacesContext` says that it need not be.
  /// Returns what had to be dropped.
  func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops

  /// Whether `extract` leaves nothing of what a context held before, one with or without entries: then it need not be
  /// emptied first.
  func replacesContext(withEntries: Bool) -> Bool

  /// `inject` and `extract` for a message of any transport. The measured ones are compiled for, so that nothing of the
  /// carrier is looked up at run time: see TransportCarriers.swift.
  func inject(_ context: RequestContext, intoMessage message: MessageWriter)
  func extract(message: ReceivedMessage, into context: RequestContext) -> ExtractionDrops

  /// The declared loss: what of `sent` the next service sees after this propagator carried it. The fidelity check holds
  /// the real contexts against it.
  func delivered(_ sent: ContextSnapshot) -> ContextSnapshot
}

extension Propagator {
  package var fieldNames: [StaticString] { [] }

  package func replacesContext(withEntries: Bool) -> Bool { false }
}

/// What an extraction dropped, by reason: a set, because a request either hit a rule or did not.
package struct ExtractionDrops: OptionSet, Sendable {
  package let rawValue: UInt32
  @inlinable package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The header or section that must be there for this propagator is malformed: the trace is not continued, unless
  /// the other form of B3 has it.
  package static let malformedSpanContext = ExtractionDrops(rawValue: 1 << 0)
  package static let malformedTraceState = ExtractionDrops(rawValue: 1 << 1)
  package static let malformedMember = ExtractionDrops(rawValue: 1 << 2)
  package static let tooManyMembers = ExtractionDrops(rawValue: 1 << 3)
  package static let overSize = ExtractionDrops(rawValue: 1 << 4)
  package static let malformedBinary = ExtractionDrops(rawValue: 1 << 5)
  package static let malformedJSON = ExtractionDrops(rawValue: 1 << 6)
  package static let unknownSchema = ExtractionDrops(rawValue: 1 << 7)

  /// Names for reports, in bit order.
  package static let reasons: [String] = [
    "malformed-span-context", "malformed-tracestate", "malformed-member", "too-many-members", "over-size",
    "malformed-binary", "malformed-json", "unknown-schema",
  ]
}
