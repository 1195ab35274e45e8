// The declared keys of a context, each with a slot of fixed width.

/// What contexts/standard.yaml declares, as keys: which have a slot, and how wide a text slot is. `schema` and `packed`
/// lay their bytes out by it, and text propagators use it to give a value its type back.
package enum ContextSchema {
  /// Sent by the `schema` propagator in front of its slots.
  package static var id: UInt16 { StandardContext.wireID }
  package static let keys: [ContextKey] = [.requestID, .user, .tenant]
  /// Bytes of a text slot; a longer value does not fit a slot.
  package static var textSlotSize: Int { 16 }

  /// Slots, from 0; the order of `keys`.
  package static var slotCount: Int { StandardContext.fieldCount }

  /// The name of a slot's key, as a literal: handing it out retains nothing, as handing out a key or its `String` does.
  @inline(__always)
  static func name(slot: Int) -> UnsafeRawBufferPointer {
    let name = StandardContext.name(slot: slot)
    return UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
  }

  /// The slot of the only integer.
  static var userSlot: Int { 1 }

  /// The declared key of that name, or nil.
  package static func key(named name: RawSpan) -> ContextKey? {
    name.withUnsafeBytes { StandardContext.slot(named: $0) }.map { keys[$0] }
  }

  /// The declared key of that name, or nil.
  package static func key(named name: String) -> ContextKey? { key(named: name.utf8.span.bytes) }
}
