// The declared keys of a context, each with a slot of fixed width.

/// Which keys have a slot, and how wide a text slot is. `schema` and `packed` lay their bytes out by it, and text
/// propagators use it to give a value its type back.
package enum ContextSchema {
  /// Sent by the `schema` propagator in front of its slots.
  package static let id: UInt16 = 0x0001
  package static let keys: [ContextKey] = [.requestID, .user, .tenant]
  /// Bytes of a text slot; a longer value does not fit a slot.
  package static let textSlotSize = 16

  /// The declared key of that name, or nil.
  package static func key(named name: RawSpan) -> ContextKey? {
    name.withUnsafeBytes { bytes in
      keys.first { key in key.name.utf8.elementsEqual(bytes) }
    }
  }
}
