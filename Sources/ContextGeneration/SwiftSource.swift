// A context schema -> Swift source: a struct with a typed field for each key, and a view of its bytes. Text to text; the
// lines are as `swift format` leaves them.

package struct SwiftSource {
  private let schema: ContextSchemaFile
  private let path: String
  private let imports: [String]
  private let members: [String]
  private let offsets: [Int]

  /// - Parameters:
  ///   - path: of the schema, as the generated file names it.
  ///   - imports: modules that the file imports; none where it is part of `Context`.
  package init(_ schema: ContextSchemaFile, path: String, imports: [String] = []) {
    self.schema = schema
    self.path = path
    self.imports = imports
    members = schema.fields.map { SwiftName.member($0.name) }
    offsets = schema.offsets
  }

  /// The whole file, with a line break at its end.
  package var text: String {
    var lines = ["// Made of \(path) by `make generate`: change that file, not this one.", ""]
    if !imports.isEmpty { lines += imports.map { "package import \($0)" } + [""] }
    lines += structDeclaration + [""] + extensionDeclaration + [""] + viewDeclaration
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The struct

  private var structDeclaration: [String] {
    var lines = ["/// The context that \(path) declares: the trace, and a typed field for each key.", "///"]
    lines += layoutTable.map { $0.isEmpty ? "///" : "/// \($0)" }
    lines += [
      "package struct \(schema.name): Equatable, Sendable {",
      "  /// Of the schema: other fields, types or sizes have another.",
      "  package static var schemaID: UInt64 { 0x\(grouped(schema.schemaID)) }",
      "  /// What the bytes begin with.",
      "  package static var wireID: UInt16 { \(wireID) }",
      "  package static var encodedSize: Int { \(schema.encodedSize) }", "",
      "  /// Where each field begins, and the bits that say which fields hold a value.",
      "  package enum Offset {",
      "    package static var presence: Int { \(ContextSchemaFile.presenceOffset) }",
    ]
    lines += zip(members, offsets).map { "    package static var \($0): Int { \($1) }" }
    lines += ["  }", ""] + textsDeclaration + ["  /// Not valid: no trace.", "  package var span: SpanContext"]
    for (field, member) in zip(schema.fields, members) {
      if let about = field.about { lines.append("  /// \(about)") }
      lines.append("  package var \(member): \(swiftType(field.type))?")
      if case .text = field.type {
        lines[lines.count - 1] += " {"
        lines += ["    get { texts.\(member).string }", "    set { texts.\(member).string = newValue }", "  }"]
      }
    }
    return lines + ["", "  package init(span: SpanContext = .none) { self.span = span }", "}"]
  }

  /// Nothing for a schema without texts.
  private var textsDeclaration: [String] {
    if texts.isEmpty { return [] }
    var lines = ["  /// The texts as bytes, without a `String`."]
    lines.append("  package struct Texts: Equatable, Sendable, BitwiseCopyable {")
    for index in texts {
      if case .text(let sizeMax) = schema.fields[index].type {
        lines.append("    package var \(members[index]) = FixedText<\(sizeMax)>()")
      }
    }
    return lines + ["  }", "", "  package var texts = Texts()", ""]
  }

  private var layoutTable: [String] {
    var lines = ["As bytes, integers little-endian:", "", "```", "offset size"]
    func row(_ offset: Int, _ size: Int, _ text: String) {
      lines.append("\(padded(offset, 6))\(padded(size, 5))  \(text)")
    }
    row(0, 2, "wire id")
    row(ContextSchemaFile.spanOffset, 25, "trace id, span id, flags (`binary25`); all zero: no trace")
    row(
      ContextSchemaFile.presenceOffset, schema.presenceSize,
      "presence: bit f says that field f has a value; the other bits are zero")
    for index in schema.fieldOrder {
      let field = schema.fields[index]
      row(offsets[index], field.type.fieldSize, "field \(index), \(field.name): \(meaning(field.type))")
    }
    return lines + ["```", "", "A field without a value is zero. A text that is longer than its field is none."]
  }

  private func meaning(_ type: SchemaField.FieldType) -> String {
    switch type {
    case .int64, .int32: "two's complement"
    case .bool: "0 or 1"
    case .text(let sizeMax): "size, 0 to \(sizeMax), then UTF-8, zeros behind it"
    case .bytes: "bytes"
    }
  }

  private func swiftType(_ type: SchemaField.FieldType) -> String {
    switch type {
    case .int64: "Int64"
    case .int32: "Int32"
    case .bool: "Bool"
    case .text: "String"
    case .bytes(let size): "FixedBytes<\(size)>"
    }
  }

  // MARK: What the struct can do

  private var extensionDeclaration: [String] {
    var lines = ["extension \(schema.name) {"]
    for (field, member) in zip(schema.fields, members) {
      lines += [
        "  package func with\(SwiftName.suffix(field.name))(_ value: \(swiftType(field.type))?) -> Self {",
        "    var copy = self", "    copy.\(member) = value", "    return copy", "  }", "",
      ]
    }
    lines += encode + [""] + decode + [""] + names + [""]
    lines += ["  \(fieldComment)"] + integerReading + [""] + textReading + [""] + fieldWriting
    return lines + ["}"]
  }

  private var encode: [String] {
    var lines = [
      "  /// Writes `encodedSize` bytes.",
      "  package func encode(to start: UnsafeMutableRawPointer) {",
      "    start.initializeMemory(as: UInt8.self, repeating: 0, count: Self.encodedSize)",
      "    start.storeBytes(of: Self.wireID.littleEndian, as: UInt16.self)",
      "    span.writeBinary(to: start + \(ContextSchemaFile.spanOffset))",
      "    var presence: \(presenceType) = 0",
    ]
    for index in schema.fieldOrder {
      let (member, offset) = (members[index], offsets[index])
      if case .text = schema.fields[index].type {
        lines.append("    presence |= texts.\(member).write(to: start + \(offset), bit: \(mask(index)))")
        continue
      }
      lines.append("    if let \(member) {")
      switch schema.fields[index].type {
      case .text: break
      case .bytes:
        lines += ["      \(member).write(to: start + \(offset))", "      presence |= \(mask(index))"]
      case .bool:
        lines += [
          "      start.storeBytes(of: \(member) ? 1 : 0, toByteOffset: \(offset), as: UInt8.self)",
          "      presence |= \(mask(index))",
        ]
      case .int64, .int32:
        let type = swiftType(schema.fields[index].type)
        lines += [
          "      start.storeBytes(of: \(member).littleEndian, toByteOffset: \(offset), as: \(type).self)",
          "      presence |= \(mask(index))",
        ]
      }
      lines.append("    }")
    }
    let offset = ContextSchemaFile.presenceOffset
    return lines + [
      "    start.storeBytes(of: presence.littleEndian, toByteOffset: \(offset), as: \(presenceType).self)", "  }",
    ]
  }

  private var decode: [String] {
    var lines = [
      "  /// A span context that is not valid leaves no trace.",
      "  package init(decoding bytes: UnsafeRawBufferPointer) throws(SchemaFault) {",
      "    self.init()", "    decode(try \(schema.name)View(bytes))", "  }", "",
      "  /// In place of what the context held.",
      "  package mutating func decode(_ view: \(schema.name)View) {",
      "    span = view.span.isValid ? view.span : .none",
    ]
    for (field, member) in zip(schema.fields, members) {
      if case .text = field.type {
        lines.append("    texts.\(member).take(view.\(member))")
      } else {
        lines.append("    \(member) = view.\(member)")
      }
    }
    return lines + ["  }"]
  }

  // Fields: for code that knows a key by its number only.

  private var fieldComment: String {
    "/// By the field's number in the schema, from 0: an integer of 64 bits or a text; nil for other fields."
  }

  private var integerReading: [String] {
    ["  package func integer(field: Int) -> Int64? {"]
      + choice(integers.map { "case \($0): \(members[$0])" }, otherwise: "nil") + ["  }"]
  }

  /// Of the struct: as bytes that it hands out.
  private var textReading: [String] {
    ["  package func withText<Result>(field: Int, _ body: (RawSpan) -> Result) -> Result? {"]
      + choice(texts.map { "case \($0): texts.\(members[$0]).withBytes(body)" }, otherwise: "nil") + ["  }"]
  }

  private var fieldWriting: [String] {
    ["  /// No effect on fields of other types.", "  package mutating func setInteger(field: Int, _ value: Int64) {"]
      + choice(integers.map { "case \($0): \(members[$0]) = value" }, otherwise: "break")
      + ["  }", ""]
      + ["  /// False when the field is of another type, or the text longer than its field: then the field has none."]
      + ["  package mutating func setText(field: Int, _ value: RawSpan) -> Bool {"]
      + choice(texts.map { "case \($0): texts.\(members[$0]).set(value)" }, otherwise: "false") + ["  }"]
  }

  private var names: [String] {
    let fields = schema.fields
    let bySize = Dictionary(grouping: fields.indices) { fields[$0].name.utf8.count }.sorted { $0.key < $1.key }
    return ["  package static var fieldCount: Int { \(fields.count) }", "", "  /// Of the field of that number."]
      + ["  package static func name(field: Int) -> StaticString {", "    switch field {"]
      + fields.dropLast().enumerated().map { "    case \($0): \"\($1.name)\"" }
      + ["    default: \"\(fields[fields.count - 1].name)\"", "    }", "  }", ""]
      + ["  /// Nil when no field has that name."]
      + ["  package static func field(named name: UnsafeRawBufferPointer) -> Int? {", "    switch name.count {"]
      + bySize.flatMap { size, indices in
        ["    case \(size):"]
          + indices.map { "      if ContextText.equal(name, \"\(fields[$0].name)\") { return \($0) }" }
      } + ["    default: break", "    }", "    return nil", "  }"]
  }

  private var integers: [Int] { schema.fields.indices.filter { schema.fields[$0].type == .int64 } }

  private var texts: [Int] {
    schema.fields.indices.filter { if case .text = schema.fields[$0].type { true } else { false } }
  }

  private func choice(_ cases: [String], otherwise: String) -> [String] {
    if cases.isEmpty { return otherwise == "break" ? [] : ["    \(otherwise)"] }
    return ["    switch field {"] + cases.map { "    " + $0 } + ["    default: \(otherwise)", "    }"]
  }

  // MARK: The view

  private var viewDeclaration: [String] {
    let offset = ContextSchemaFile.presenceOffset
    var lines = [
      "/// An encoded `\(schema.name)`, checked once and then read in place: the bytes must stay as they are.",
      "package struct \(schema.name)View {",
      "  private let start: UnsafeRawPointer",
      "  private let presence: \(presenceType)", "",
      "  package init(_ bytes: UnsafeRawBufferPointer) throws(SchemaFault) {",
      "    start = try EncodedField.start(of: bytes, wireID: \(wireID), size: \(schema.encodedSize))",
      "    presence = \(presenceType)(littleEndian: start.loadUnaligned(fromByteOffset: \(offset), as: \(presenceType).self))",
    ]
    if unusedBits != 0 {
      lines.append(
        "    guard presence & \(hex(unusedBits, digitCount: schema.presenceSize * 2)) == 0 else { throw .malformed }")
    }
    for index in schema.fieldOrder {
      switch schema.fields[index].type {
      case .text(let sizeMax):
        lines.append(
          "    guard EncodedField.isText(at: start + \(offsets[index]), sizeMax: \(sizeMax)) else { throw .malformed }")
      case .bool:
        lines.append(
          "    guard start.load(fromByteOffset: \(offsets[index]), as: UInt8.self) <= 1 else { throw .malformed }")
      default: break
      }
    }
    lines += [
      "  }", "", "  /// As it came, valid or not.",
      "  package var span: SpanContext { SpanContext(binary: start + \(ContextSchemaFile.spanOffset)) }",
    ]
    for (index, member) in members.enumerated() {
      lines += [
        "", "  package var \(member): \(viewType(schema.fields[index].type))? {",
        "    presence & \(mask(index)) != 0 ? \(load(index)) : nil", "  }",
      ]
    }
    lines += ["", "  \(fieldComment)"] + integerReading + [""]
    lines += ["  package func text(field: Int) -> UnsafeRawBufferPointer? {"]
    return lines + choice(texts.map { "case \($0): \(members[$0])" }, otherwise: "nil") + ["  }", "}"]
  }

  private func viewType(_ type: SchemaField.FieldType) -> String {
    if case .text = type { "UnsafeRawBufferPointer" } else { swiftType(type) }
  }

  private func load(_ index: Int) -> String {
    let (type, offset) = (schema.fields[index].type, offsets[index])
    switch type {
    case .text: return "EncodedField.text(at: start + \(offset))"
    case .bytes: return "FixedBytes(at: start + \(offset))"
    case .bool: return "start.load(fromByteOffset: \(offset), as: UInt8.self) == 1"
    case .int64, .int32:
      let name = swiftType(type)
      return "\(name)(littleEndian: start.loadUnaligned(fromByteOffset: \(offset), as: \(name).self))"
    }
  }

  // MARK: Presence and numbers

  private var wireID: String { hex(UInt64(schema.wireID), digitCount: 4) }

  private var presenceType: String { "UInt\(schema.presenceSize * 8)" }

  private var unusedBits: UInt64 {
    let all: UInt64 = (1 << UInt64(schema.presenceSize * 8)) - 1
    return all & ~((1 << UInt64(schema.fields.count)) - 1)
  }

  private func mask(_ index: Int) -> String { hex(1 << UInt64(index), digitCount: schema.presenceSize * 2) }

  private func hex(_ value: UInt64, digitCount: Int) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: digitCount - digits.count) + digits
  }

  /// Sixteen digits in groups of four.
  private func grouped(_ value: UInt64) -> String {
    let digits = hex(value, digitCount: 16).dropFirst(2)
    return stride(from: 0, to: 16, by: 4).map { String(digits.dropFirst($0).prefix(4)) }.joined(separator: "_")
  }

  private func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
