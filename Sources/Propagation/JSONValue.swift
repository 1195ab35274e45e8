// A value of a JSON object whose type is known only when it is looked at.

enum JSONValue: Codable {
  case text(String)
  case integer(Int64)
  /// A fraction, a truth value, null, an array or an object: nothing that a context holds.
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else {
      self = .other
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .integer(let integer): try container.encode(integer)
    case .other: try container.encodeNil()
    }
  }
}
