// The declared keys of a context, each with a field of fixed width.

/// What contexts/standard.yaml declares, as keys: which have a field, and how wide a text field is. `schema` and `packed`
/// lay their bytes out by it, and text propagators use it to give a value its type back.
package enum ContextSchema {
  /// Sent by the `schema` propagator in front of its fields.
  package static var id: UInt16 { StandardContext.wireID }
  package static let keys: [ContextKey] = [.requestID, .user, .tenant]
  /// Bytes of a text field; a longer value does not fit a field.
  package static var textFieldSize: Int { 16 }

  /// Fields, from 0; the order of `keys`.
  package static var fieldCount: Int { StandardContext.fieldCount }

  /// The name of a field's key, as a literal: handing it out retains nothing, as handing out a key or its `String` does.
  @inline(__always)
  static func name(field: Int) -> UnsafeRawBufferPointer {
    let name = StandardContext.name(field: field)
    return UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
  }

  /// The field of the only integer.
  static var userField: Int { 1 }

  /// The declared key of that name, or nil.
  package static func key(named name: RawSpan) -> ContextKey? {
    name.withUnsafeBytes { StandardContext.field(named: $0) }.map { keys[$0] }
  }

  /// The declared key of that name, or nil.
  package static func key(named name: String) -> ContextKey? { key(named: name.utf8.span.bytes) }
}
