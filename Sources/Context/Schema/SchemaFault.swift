// Why bytes are not an encoded context of a schema.

package enum SchemaFault: Error, Equatable, Sendable {
  /// Too few bytes to say of which schema they are, or not as many as that schema has.
  case wrongSize
  /// They begin with another wire id.
  case unknownSchema
  /// A bit of presence without a field, a size over its field's, a text that is not UTF-8, a bool that is neither.
  case malformed
}
