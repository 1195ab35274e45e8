// W3C Baggage: every entry of the context as percent-encoded text in one field. Carries no trace.

package import Context

/// Loses what the format cannot say: the type of undeclared integers, entries whose name is no token, and whole members
/// beyond 64 or 8192 bytes (see `BaggageSelection`).
package final class BaggagePropagator: Propagator {
  package let name = "baggage"
  package var fieldNames: [StaticString] { ["baggage"] }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    carrier.appendField("baggage", sizeMax: BaggageParser.sizeMax) { start in
      var writer = BaggageWriter(start: start)
      var isWhole = true
      context.forEachEntry { name, integer, text in
        guard isWhole else { return }
        isWhole = name.withUnsafeBytes { name in
          text.withUnsafeBytes { BaggagePropagator.append(name, integer, $0, with: &writer) }
        }
      }
      return isWhole ? writer.size : BaggagePropagator.writeSelection(of: context, to: start)
    }
  }

  /// False when the entries have to be selected: one does not fit, or there are properties.
  private static func append(
    _ name: UnsafeRawBufferPointer, _ integer: Int64?, _ text: UnsafeRawBufferPointer,
    with writer: inout BaggageWriter
  ) -> Bool {
    if writer.appendShort(name: name, integer: integer, text: text) { return true }
    if BaggageCharacters.isKey(name) {
      return writer.append(name: name, integer: integer, text: text, properties: .init(start: nil, count: 0))
    }
    return name.last != BaggageProperties.nameSuffix
  }

  private static func writeSelection(of context: RequestContext, to start: UnsafeMutableRawPointer) -> Int {
    var writer = BaggageWriter(start: start)
    for member in BaggageSelection(of: ContextSnapshot(of: context).entries).members {
      let isWritten = BaggageSelection.write(member, with: &writer)
      assert(isWritten, "a selected member fits")
    }
    return writer.size
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var parser = BaggageParser()
    carrier.forEachField("baggage") { value in value.withUnsafeBytes { parser.parse($0, into: context) } }
    return parser.drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.entries = BaggageSelection(of: sent.entries).delivered
    return delivered
  }
}
