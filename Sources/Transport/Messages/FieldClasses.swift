// Kinds of header fields by how they change from request to request, for a transport that remembers them: gRPC, by HPACK.

public struct FieldClasses: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Of a trace: ids, which are new in each request, and what vendors write beside them.
  public static var trace: FieldClasses { FieldClasses(rawValue: 1 << 0) }
  /// All other fields of a context.
  public static var baggage: FieldClasses { FieldClasses(rawValue: 1 << 1) }
  /// The binary section.
  public static var binary: FieldClasses { FieldClasses(rawValue: 1 << 2) }
  /// What a request says beside its context: its deadline, the hops left.
  public static var call: FieldClasses { FieldClasses(rawValue: 1 << 3) }

  /// By the names that topologies have for them, in their order.
  public static let named: [(name: String, value: FieldClasses)] = [
    ("trace", .trace), ("baggage", .baggage), ("binary", .binary), ("call", .call),
  ]

  /// Names that nobody knows stand for nothing.
  public init(names: [String]) {
    self = FieldClasses(FieldClasses.named.filter { names.contains($0.name) }.map(\.value))
  }
}
