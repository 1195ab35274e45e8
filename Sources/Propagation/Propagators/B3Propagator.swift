// B3, the headers of Zipkin, in the single form (`b3`) and the multiple one (`x-b3-…`). Carries no tracestate, no entries.

package import Context

/// Both forms are read, whichever is sent: the single one beats the multiple, and one that is malformed falls back to it.
/// The parent's span id is neither kept nor sent: each call has a span of its own.
package final class B3Propagator: Propagator {
  package enum Form: Sendable {
    case single
    case multiple
  }

  package let name: String
  private let form: Form

  /// Both forms are read, whichever is written.
  package var fieldNames: [StaticString] {
    ["b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"]
  }

  package init(_ form: Form) {
    self.form = form
    name = form == .single ? "b3" : "b3multi"
  }

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    guard span.isValid else { return }
    switch form {
    case .single: carrier.appendField("b3", sizeMax: B3.sizeMax) { B3.write(span, to: $0) }
    case .multiple: injectFields(span, into: &carrier)
    }
  }

  private func injectFields(_ span: SpanContext, into carrier: inout some CarrierWriter) {
    carrier.appendField("x-b3-traceid", sizeMax: 32) { destination in
      HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination)
      return 32
    }
    carrier.appendField("x-b3-spanid", sizeMax: 16) { destination in
      HexDigits.write16(span.spanID, to: destination)
      return 16
    }
    let state = B3.state(of: span.flags)
    if state == UInt8(ascii: "d") {
      carrier.appendField("x-b3-flags", "1".utf8.span.bytes)
    } else if state != 0 {
      carrier.appendField("x-b3-sampled", sizeMax: 1) { destination in
        destination.storeBytes(of: state, as: UInt8.self)
        return 1
      }
    }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    var drops: ExtractionDrops = []
    var single: SpanReading?
    carrier.forEachField("b3") { value in
      if single == nil { single = value.withUnsafeBytes { B3.parse($0) } }
    }
    switch single {
    case .span(let span):
      context.continueTrace(span, saysRandom: false)
      return []
    case .absent: return []
    case .invalid: drops = .malformedSpanContext
    case nil: break
    }
    var fields = B3.Fields()
    carrier.forEachField { name, value in
      name.withUnsafeBytes { name in value.withUnsafeBytes { fields.take(name, $0) } }
    }
    switch fields.reading {
    case .span(let span): context.continueTrace(span, saysRandom: false)
    case .absent: break
    case .invalid: drops = .malformedSpanContext
    }
    return drops
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    if delivered.hasSpan { delivered.flags = B3.flags(of: sent.flags) }
    return delivered
  }
}
