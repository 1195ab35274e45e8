// The bounds of a context schema.

package enum SchemaLimits {
  /// Fields of one schema: their presence fits 32 bits.
  package static let fieldCountMax = 32
  /// Bytes of a text field, whose size is one byte, and of a field of bytes.
  package static let fieldSizeMax = 255
  /// Bytes of a field's name, so that the generated lines keep to 120 columns.
  package static let nameSizeMax = 24
  /// Bytes of the generated type's name.
  package static let typeNameSizeMax = 32
  package static let aboutSizeMax = 100
  package static let wireIDMax = 65_535
}
