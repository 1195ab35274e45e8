// A YAML document -> a checked context schema. Every error has its place in the file.

package import Topology

package enum SchemaReader {
  static let keys = ["version", "name", "wire-id", "fields"]
  static let fieldKeys = ["name", "type", "size", "about"]

  /// Reads and checks the file at `path`, which is also how errors name it.
  package static func load(path: String) throws(TopologyError) -> ContextSchemaFile {
    try read(DocumentFile.root(path: path, of: "a context schema"))
  }

  /// Checks `text`, which errors call `name`.
  package static func parse(_ text: String, name: String) throws(TopologyError) -> ContextSchemaFile {
    try read(DocumentFile.root(text, name: name, of: "a context schema"))
  }

  private static func read(_ root: Field) throws(TopologyError) -> ContextSchemaFile {
    let top = try root.mapping("a mapping with version, name and fields", keys: keys)
    let version = try top.required("version")
    guard try version.text("version 1") == "1" else { throw version.expected("version 1") }
    let name = try typeName(try top.required("name"))
    var wireID: UInt16?
    if let field = top["wire-id"] { wireID = UInt16(try field.count(in: 1...SchemaLimits.wireIDMax)) }
    let list = try top.required("fields")
    let items = try list.list("a list of fields", max: SchemaLimits.fieldCountMax)
    guard !items.isEmpty else { throw list.error("expected at least one field, got none") }
    var fields: [SchemaField] = []
    for item in items { fields.append(try field(item, after: fields)) }
    return ContextSchemaFile(name: name, ownWireID: wireID, fields: fields)
  }

  private static func typeName(_ field: Field) throws(TopologyError) -> String {
    let what = "a type's name of letters and digits that starts with a capital, at most "
    let text = try field.text("a type's name")
    let bytes = Array(text.utf8)
    let isLetter = { (byte: UInt8) in (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
    guard let first = bytes.first, (0x41...0x5a).contains(first), bytes.count <= SchemaLimits.typeNameSizeMax,
      bytes.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) })
    else { throw field.expected(what + "\(SchemaLimits.typeNameSizeMax) bytes") }
    guard !SwiftName.reservedTypes.contains(text) else {
      throw field.error("\"\(text)\" is a name that the generated code uses: choose another")
    }
    return text
  }

  private static func field(_ item: Field, after others: [SchemaField]) throws(TopologyError) -> SchemaField {
    let own = try item.mapping("a field with name and type", keys: fieldKeys)
    let nameField = try own.required("name")
    let name = try fieldName(nameField, after: others)
    let type = try type(own)
    var about: String?
    if let field = own["about"] { about = try line(field) }
    return SchemaField(name: name, type: type, about: about)
  }

  private static func fieldName(_ field: Field, after others: [SchemaField]) throws(TopologyError) -> String {
    let text = try field.name("a field's name")
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count <= SchemaLimits.nameSizeMax else {
      throw field.error("expected a name of at most \(SchemaLimits.nameSizeMax) bytes, got \(text.utf8.count)")
    }
    guard let first = text.utf8.first, (0x61...0x7a).contains(first), parts.allSatisfy({ !$0.isEmpty }) else {
      throw field.expected("a name of a-z 0-9 that starts with a letter, its parts joined by single hyphens")
    }
    let member = SwiftName.member(text)
    guard !SwiftName.reservedWords.contains(member) else {
      throw field.error("\"\(text)\" is a word of Swift and cannot name a property: choose another")
    }
    guard !SwiftName.generatedMembers.contains(member) else {
      throw field.error("\"\(text)\" is a name that the generated code uses: choose another")
    }
    for other in others where SwiftName.suffix(other.name) == SwiftName.suffix(text) {
      throw field.error(
        other.name == text
          ? "field \"\(text)\" is there twice"
          : "fields \"\(other.name)\" and \"\(text)\" have the same name in Swift, \(member)")
    }
    return text
  }

  private static func type(_ own: Fields) throws(TopologyError) -> SchemaField.FieldType {
    let field = try own.required("type")
    let name = try field.word("type", among: SchemaField.FieldType.names)
    guard name == "text" || name == "bytes" else {
      if let size = own["size"] { throw size.error("a field of type \(name) has no size of its own") }
      return name == "int64" ? .int64 : name == "int32" ? .int32 : .bool
    }
    guard let sizeField = own["size"] else {
      let meaning = name == "text" ? "the most bytes that its field holds" : "how many bytes it has"
      throw field.error("missing key \"size\": a field of type \(name) says \(meaning), such as 16B")
    }
    let size = try sizeField.size()
    guard 1...SchemaLimits.fieldSizeMax ~= size else {
      throw sizeField.expected("a size of 1B to \(SchemaLimits.fieldSizeMax)B")
    }
    return name == "text" ? .text(sizeMax: size) : .bytes(size: size)
  }

  /// Becomes a comment: nothing in it ends the line.
  private static func line(_ field: Field) throws(TopologyError) -> String {
    let text = try field.text("a line of text")
    let isPlain = text.unicodeScalars.allSatisfy {
      ![.control, .lineSeparator, .paragraphSeparator, .format].contains($0.properties.generalCategory)
    }
    guard isPlain, text.utf8.count <= SchemaLimits.aboutSizeMax, text.contains(where: { $0 != " " }) else {
      throw field.expected("one line of 1 to \(SchemaLimits.aboutSizeMax) bytes")
    }
    return text
  }
}
