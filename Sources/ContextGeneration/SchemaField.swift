// One declared field of a context schema, and what its type means for bytes and for Swift.

package struct SchemaField: Equatable, Sendable {
  package enum FieldType: Equatable, Sendable {
    case int64
    case int32
    case bool
    /// UTF-8; the field holds up to so many bytes.
    case text(sizeMax: Int)
    /// Exactly so many bytes.
    case bytes(size: Int)

    static let names = ["int64", "int32", "bool", "text", "bytes"]

    /// As a schema names it.
    var name: String {
      switch self {
      case .int64: "int64"
      case .int32: "int32"
      case .bool: "bool"
      case .text: "text"
      case .bytes: "bytes"
      }
    }

    /// As `size` says it; nil for types that have one size.
    var declaredSize: Int? {
      switch self {
      case .text(let size), .bytes(let size): size
      default: nil
      }
    }

    /// Bytes of the field: a text has its size in front.
    var fieldSize: Int {
      switch self {
      case .int64: 8
      case .int32: 4
      case .bool: 1
      case .text(let sizeMax): 1 + sizeMax
      case .bytes(let size): size
      }
    }

    /// Fields lie in this order, and fields of one rank in the schema's: numbers are then where a load is cheapest.
    var rank: Int {
      switch self {
      case .int64: 0
      case .int32: 1
      case .bool: 2
      case .bytes: 3
      case .text: 4
      }
    }
  }

  package let name: String
  package let type: FieldType
  /// One line for the generated documentation; nil when there is none.
  package let about: String?

  package init(name: String, type: FieldType, about: String? = nil) {
    self.name = name
    self.type = type
    self.about = about
  }
}
