// Names of a schema as names of Swift.

enum SwiftName {
  /// `request-id` is `requestID`, `basket-size` is `basketSize`.
  static func member(_ name: String) -> String {
    let parts = name.split(separator: "-").map(String.init)
    return parts[0] + parts.dropFirst().map(capitalized).joined()
  }

  /// The same with a capital letter in front, for `with…`.
  static func suffix(_ name: String) -> String {
    name.split(separator: "-").map { capitalized(String($0)) }.joined()
  }

  private static func capitalized(_ part: String) -> String {
    initialisms.contains(part) ? part.uppercased() : part.prefix(1).uppercased() + part.dropFirst()
  }

  /// Written in capitals where Swift's own libraries do.
  private static let initialisms: Set<String> = ["api", "http", "id", "ip", "tls", "uri", "url", "uuid"]

  /// Words that cannot name a property without quoting, with those that mean something in an expression.
  static let reservedWords: Set<String> = [
    "actor", "any", "as", "async", "await", "borrowing", "break", "case", "catch", "class", "consume", "consuming",
    "continue", "copy", "default", "defer", "deinit", "do", "dynamic", "each", "else", "enum", "extension",
    "fallthrough", "false", "fileprivate", "final", "for", "func", "get", "guard", "if", "import", "in", "indirect",
    "infix", "init", "inout", "internal", "is", "isolated", "lazy", "let", "macro", "mutating", "nil", "nonisolated",
    "open", "operator", "optional", "package", "postfix", "precedencegroup", "prefix", "private", "protocol", "public",
    "repeat", "required", "rethrows", "return", "self", "sending", "set", "some", "static", "struct", "subscript",
    "super", "switch", "throw", "throws", "true", "try", "typealias", "unowned", "var", "weak", "where", "while",
  ]

  /// What every generated type has itself, parameters and local names of its functions included.
  static let generatedMembers: Set<String> = [
    "bytes", "copy", "decode", "encode", "encodedSize", "fieldCount", "integer", "presence", "schemaID", "setInteger",
    "setText", "field", "span", "start", "text", "texts", "value", "view", "wireID",
  ]

  /// Types that a generated file uses, and words that name a kind of type.
  static let reservedTypes: Set<String> = [
    "Any", "Bool", "ContextText", "Equatable", "FixedBytes", "FixedText", "Int", "Int32", "Int64", "Never", "Offset",
    "Optional", "Protocol", "RawSpan", "Result", "SchemaFault", "EncodedField", "Self", "Sendable", "SpanContext",
    "StaticString", "String", "Texts", "Type", "UInt16", "UInt32", "UInt64", "UInt8", "UnsafeMutableRawPointer",
    "UnsafeRawBufferPointer", "UnsafeRawPointer", "Void",
  ]
}
