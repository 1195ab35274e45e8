// The registry of propagators: one line for each.

/// Turns names, as in `OTEL_PROPAGATORS`, into propagators.
package enum PropagatorRegistry {
  /// Where a propagator writes; the binary section holds one thing.
  private enum Place {
    case nothing
    case fields
    case binary
    /// The binary section too, and when it is joined with others it carries their fields.
    case message
  }

  private typealias Entry = (name: String, place: Place, make: @Sendable () -> any Propagator)

  private static let entries: [Entry] = withSimdjson([
    ("none", .nothing, { NonePropagator() }),
    ("opaque", .binary, { OpaquePropagator() }),
    ("json-map", .binary, { JSONMapPropagator() }),
    ("tracecontext", .fields, { TraceContextPropagator() }),
    ("baggage", .fields, { BaggagePropagator() }),
    ("b3", .fields, { B3Propagator(.single) }),
    ("b3multi", .fields, { B3Propagator(.multiple) }),
    ("jaeger", .fields, { JaegerPropagator() }),
    ("xray", .fields, { XRayPropagator() }),
    ("ottrace", .fields, { OTTracePropagator() }),
    ("datadog", .fields, { DatadogPropagator() }),
    ("raw-headers", .fields, { RawHeadersPropagator() }),
    ("grpc-trace-bin", .binary, { GRPCTraceBinPropagator() }),
    ("binary25", .binary, { Binary25Propagator() }),
    ("protobuf", .message, { ProtobufPropagator() }),
    ("packed", .binary, { PackedPropagator() }),
    ("schema", .binary, { SchemaPropagator() }),
  ])

  /// Only a package that takes this one without its traits has it not.
  private static func withSimdjson(_ entries: [Entry]) -> [Entry] {
    var entries = entries
    #if Simdjson
      entries.insert(("json-simdjson", .binary, { SimdjsonPropagator() }), at: 3)
    #endif
    return entries
  }

  /// Every single name, in the order that reports use.
  package static var names: [String] { entries.map(\.name) }

  /// Names that a topology joins with no others: what they write would be a second truth beside the fields.
  package static var exclusiveNames: [String] {
    entries.filter { $0.place == .nothing || $0.place == .binary }.map(\.name)
  }

  /// A propagator for a name, or for several joined by commas, with white space around them or not. A repeated one counts
  /// once, and at most one uses the binary section (it is named first whatever the order was). `protobuf` carries the fields
  /// of those that it is joined with in its message. Nil when a name is unknown or the combination is not possible: `none`
  /// goes with no other.
  package static func resolve(_ list: String) -> (any Propagator)? {
    var parts: [Entry] = []
    for name in names(in: list) {
      guard let entry = entries.first(where: { $0.name == name }) else { return nil }
      if parts.contains(where: { $0.name == entry.name }) { continue }
      if entry.place == .fields { parts.append(entry) } else { parts.insert(entry, at: 0) }
    }
    guard parts.dropFirst().allSatisfy({ $0.place == .fields }) else { return nil }
    if parts.count == 1 { return parts[0].make() }
    switch parts[0].place {
    case .nothing: return nil
    case .message: return ProtobufPropagator(carrying: combination(parts.dropFirst().map { $0.make() }))
    case .fields, .binary: return combination(parts.map { $0.make() })
    }
  }

  /// As OpenTelemetry reads lists: without white space around the names.
  package static func names(in list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map { name in
      let isSpace = { (character: Character) in character == " " || character == "\t" }
      return String(name.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
  }

  private static func combination(_ parts: [any Propagator]) -> any Propagator {
    parts.count == 1 ? parts[0] : CompositePropagator(parts)
  }
}
