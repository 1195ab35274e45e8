// A context schema, checked, and what follows from it: identities, offsets. It reads and writes nothing.

package struct ContextSchemaFile: Equatable, Sendable {
  /// Of the generated type.
  package let name: String
  /// Nil when the file leaves it to the fields.
  package let ownWireID: UInt16?
  package let fields: [SchemaField]

  package init(name: String, ownWireID: UInt16? = nil, fields: [SchemaField]) {
    self.name = name
    self.ownWireID = ownWireID
    self.fields = fields
  }

  /// FNV-1a (64 bits) of names, types and sizes in order: another schema has another. Comments, `about` and spelling do
  /// not count.
  package var schemaID: UInt64 {
    var text = "context-schema 1\n\(name)\n"
    for field in fields {
      text += "\(field.name) \(field.type.name)\(field.type.declaredSize.map { " \($0)" } ?? "")\n"
    }
    return text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  /// What encoded bytes begin with, never 0: the file's own, else the schema id folded to 16 bits.
  package var wireID: UInt16 {
    if let ownWireID { return ownWireID }
    let folded = schemaID ^ (schemaID >> 32)
    return max(1, UInt16(truncatingIfNeeded: folded ^ (folded >> 16)))
  }

  // MARK: Layout: wire id, binary25, presence, fields

  static let spanOffset = 2
  static let presenceOffset = 27

  /// 1, 2 or 4.
  var presenceSize: Int { fields.count <= 8 ? 1 : fields.count <= 16 ? 2 : 4 }

  /// Indices of `fields` in the order of their fields.
  var fieldOrder: [Int] {
    fields.indices.sorted { (fields[$0].type.rank, $0) < (fields[$1].type.rank, $1) }
  }

  /// Where the field of each field begins, by index of `fields`.
  package var offsets: [Int] {
    var offsets = [Int](repeating: 0, count: fields.count)
    var next = ContextSchemaFile.presenceOffset + presenceSize
    for index in fieldOrder {
      offsets[index] = next
      next += fields[index].type.fieldSize
    }
    return offsets
  }

  package var encodedSize: Int {
    fields.reduce(ContextSchemaFile.presenceOffset + presenceSize) { $0 + $1.type.fieldSize }
  }
}
