// The propagators as an instrument of swift-distributed-tracing. Makes no spans: it is what carries their context.

public import Instrumentation
internal import Context
internal import Propagation

/// Carries context in the header fields of any transport that swift-distributed-tracing's injectors and extractors know.
///
///     let instrument = try ContextPropagationInstrument("tracecontext,baggage,b3")
///     InstrumentationSystem.bootstrap(instrument)
///
/// Extraction never fails: what is malformed is left out, and `didDrop` hears why. Several fields of one name, which an
/// extractor joins to one by commas, are read as the formats say: baggage and tracestate as one list; two of a field that
/// stands for one trace as malformed. The limits are those of the formats: 32 members of a tracestate, 64 members and 8192
/// bytes of baggage.
public struct ContextPropagationInstrument: Instrument {
  /// A list that names something that is no propagator of header fields.
  public struct UnknownPropagator: Error, CustomStringConvertible {
    public let list: String

    public var description: String {
      let known = ContextPropagationInstrument.knownNames.joined(separator: ", ")
      return "expected one or more of \(known), joined by commas, got \"\(list)\""
    }
  }

  /// The names that a list may have, those of `OTEL_PROPAGATORS` among them.
  public static var knownNames: [String] {
    PropagatorRegistry.names.filter { $0 == "none" || PropagatorRegistry.resolve($0)?.fieldNames.isEmpty == false }
  }

  private let propagator: any Propagator
  private let fields: [Field]
  private let didDrop: (@Sendable (_ reason: String) -> Void)?

  /// - Parameters:
  ///   - names: propagators joined by commas, as in `OTEL_PROPAGATORS`; see `knownNames`. When several find a trace, the
  ///     last one's counts.
  ///   - didDrop: called on extraction with each reason for which something was left out: `malformed-span-context`,
  ///     `malformed-tracestate`, `malformed-member`, `too-many-members`, `over-size`.
  public init(
    _ names: String = "tracecontext,baggage", didDrop: (@Sendable (_ reason: String) -> Void)? = nil
  ) throws(UnknownPropagator) {
    let known = ContextPropagationInstrument.knownNames
    guard names.split(separator: ",", omittingEmptySubsequences: false).allSatisfy({ known.contains(String($0)) }),
      let propagator = PropagatorRegistry.resolve(names)
    else { throw UnknownPropagator(list: names) }
    self.propagator = propagator
    self.didDrop = didDrop
    fields = propagator.fieldNames.map(Field.init)
  }

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    let received = StoreKind.map.makeContext()
    let drops = propagator.extract(
      ExtractedFields(fields) { extractor.extract(key: $0, from: carrier) }, into: received)
    let propagated = PropagatedContext(received)
    if !propagated.isEmpty { context.propagated = propagated }
    guard let didDrop else { return }
    for (bit, reason) in ExtractionDrops.reasons.enumerated() where drops.rawValue & 1 << UInt32(bit) != 0 {
      didDrop(reason)
    }
  }

  public func inject<Carrier, Inject: Injector>(
    _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {
    guard let propagated = context.propagated else { return }
    var written = InjectedFields()
    propagator.inject(propagated.makeContext(), into: &written)
    for (name, value) in written.list { injector.inject(value, forKey: name, into: &carrier) }
  }
}
