// The name and type of one context entry. Keys are made once, at start, and live as long as the process.

/// What kind of value a key holds.
package enum ContextValueType: UInt8, Sendable {
  case integer = 0
  case text = 1
}

/// One key of a context: its name, the type of its value, and its field in the schema when it has one.
///
/// A final class with constant fields: passing it down the request path costs no reference counting.
package final class ContextKey: Sendable {
  /// Visible ASCII, 1 to `ContextLimits.nameSizeMax` bytes; declared names are lower case.
  package let name: String
  package let type: ContextValueType
  /// Position in `ContextSchema.standard`, or -1 for a key that the schema does not declare.
  package let field: Int
  /// Of the field in a packed image: its presence bit, 0 when there is no field, and the offset of its first byte.
  final let presenceMask: UInt8
  final let packedOffset: Int
  /// What a packed image is searched for, and what follows from it. Safe to share: the bytes are this key's own, written
  /// before anybody sees the key, and never again.
  nonisolated(unsafe) final let packedName: PackedName
  final let packedTag: UInt64
  final let packedHome: Int
  final let isPackedNameHashed: Bool

  package init(name: String, type: ContextValueType, field: Int = -1) {
    precondition(
      ContextText.isName(name.utf8.span.bytes),
      "a key's name is visible ASCII of 1 to \(ContextLimits.nameSizeMax) bytes, found \"\(name)\"")
    precondition(
      field >= 0 || ContextSchema.key(named: name) == nil, "\(name) is declared: use ContextSchema.key(named:)")
    self.name = name
    self.type = type
    self.field = field
    presenceMask = field >= 0 ? 1 << UInt8(field) : 0
    packedOffset = PackedLayout.fieldOffset(field)
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: name.utf8.count, alignment: 8)
    bytes.copyBytes(from: name.utf8)
    packedName = PackedName(UnsafeRawBufferPointer(bytes))
    packedTag = packedName.tag
    packedHome = PackedName.home(of: packedTag)
    isPackedNameHashed = packedName.isHashed
  }

  deinit { packedName.bytes.deallocate() }
}

extension ContextKey {
  /// The keys that the schema declares, in field order.
  package static let requestID = ContextKey(field: 0, type: .text)
  package static let user = ContextKey(field: 1, type: .integer)
  package static let tenant = ContextKey(field: 2, type: .text)

  private convenience init(field: Int, type: ContextValueType) {
    self.init(name: StandardContext.name(field: field).description, type: type, field: field)
  }

  /// Never set by anybody: what a miss costs.
  package static let absent = ContextKey(name: "absent", type: .text)
}
