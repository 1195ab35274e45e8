// The propagators as an instrument of swift-distributed-tracing. Makes no spans: it is what carries their context.

public import Instrumentation
internal import Context
internal import Propagation

/// Carries context in the header fields of any transport that swift-distributed-tracing's injectors and extractors know.
///
///     let instrument = try ContextPropagationInstrument("tracecontext,baggage,b3")
///     InstrumentationSystem.bootstrap(instrument)
///
/// Extraction never fails: what is malformed is left out, `didDrop` hears why, and what the context held of it stays.
/// Several fields of one name, which an extractor joins to one by commas, are read as docs/PROPAGATION.md says of each
/// format. The limits are those of the formats: 32 members of a tracestate, 64 members and 8192
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
  /// Of any name that a header can hold.
  private let carriesEntries: Bool
  private let didDrop: (@Sendable (_ reason: String) -> Void)?

  /// - Parameters:
  ///   - names: propagators joined by commas, as in `OTEL_PROPAGATORS`: white space around a name is none of it, a repeated
  ///     one counts once, and an empty list means the default; see `knownNames`. When several find a trace, the last one's
  ///     counts.
  ///   - didDrop: called with each reason for which something was left out, on extraction and on injection:
  ///     `malformed-span-context`, `malformed-tracestate`, `malformed-member`, `too-many-members`, `over-size`.
  public init(
    _ names: String = "tracecontext,baggage", didDrop: (@Sendable (_ reason: String) -> Void)? = nil
  ) throws(UnknownPropagator) {
    let known = ContextPropagationInstrument.knownNames
    let list = PropagatorRegistry.names(in: names) == [""] ? "tracecontext,baggage" : names
    guard PropagatorRegistry.names(in: list).allSatisfy(known.contains),
      let propagator = PropagatorRegistry.resolve(list)
    else { throw UnknownPropagator(list: names) }
    self.propagator = propagator
    self.didDrop = didDrop
    fields = propagator.fieldNames.map(Field.init)
    carriesEntries = !propagator.delivered(ContextPropagationInstrument.snapshot("a", .text("1"))).entries.isEmpty
  }

  private static func snapshot(_ name: String, _ value: ContextValue) -> ContextSnapshot {
    var snapshot = ContextSnapshot()
    snapshot.entries[name] = value
    return snapshot
  }

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    let received = StoreKind.struct.makeContext()
    let drops = propagator.extract(
      ExtractedFields(fields) { extractor.extract(key: $0, from: carrier) }, into: received)
    let propagated = PropagatedContext(received)
    if !propagated.isEmpty { context.propagated = context.propagated ?? PropagatedContext() }
    context.propagated?.take(propagated)
    tell(drops)
  }

  private func tell(_ drops: ExtractionDrops) {
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
    let (held, drops) = propagated.makeContext()
    propagator.inject(held, into: &written)
    for (name, value) in written.list { injector.inject(value, forKey: name, into: &carrier) }
    if didDrop != nil { tell(drops.union(unwritten(held))) }
  }

  /// Why entries are not in the fields: there is no room, or the format cannot say them.
  private func unwritten(_ context: RequestContext) -> ExtractionDrops {
    guard carriesEntries else { return [] }
    let held = ContextSnapshot(of: context)
    let written = propagator.delivered(held).entries
    var drops: ExtractionDrops = []
    for (name, value) in held.entries where written[name] == nil && name.last != ";" {
      let alone = propagator.delivered(ContextPropagationInstrument.snapshot(name, value)).entries
      drops.insert(alone.isEmpty ? .malformedMember : .tooManyMembers)
    }
    return drops
  }
}
