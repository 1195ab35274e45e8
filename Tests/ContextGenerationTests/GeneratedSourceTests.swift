// The generator: committed files are what it makes today, and what follows from a schema.

import Context
import ContextGeneration
import Foundation
import Statistics
import Testing
import Topology

@Suite("Generated source")
struct GeneratedSourceTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func schema(_ name: String) throws -> ContextSchemaFile {
    try SchemaReader.load(path: Self.root.appending(path: "contexts/\(name).yaml").path)
  }

  @Test(
    "is committed as the schema in contexts/ says today; if not, run make generate",
    arguments: [
      ("standard", [], "Sources/Context/Generated/StandardContext.swift"),
      ("example-shop", ["Context"], "Tests/ContextGenerationTests/ShopContext.swift"),
    ])
  func freshness(name: String, imports: [String], committed: String) throws {
    let text = SwiftSource(try schema(name), path: "contexts/\(name).yaml", imports: imports).text
    #expect(text == (try String(contentsOf: Self.root.appending(path: committed), encoding: .utf8)))
  }

  @Test("is made of every schema in contexts/")
  func allSchemas() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "contexts").path)
    #expect(Set(files) == ["standard.yaml", "example-shop.yaml"])
  }

  @Test("of the standard schema has the keys that the program's stores know, in their fields and with their types")
  func standardKeys() throws {
    let fields = try schema("standard").fields
    #expect(fields.map(\.name) == ContextSchema.keys.map(\.name))
    #expect(ContextSchema.keys.map(\.field) == Array(fields.indices))
    for (field, key) in zip(fields, ContextSchema.keys) {
      #expect(field.type == (key.type == .integer ? .int64 : .text(sizeMax: ContextSchema.textFieldSize)))
    }
  }

  /// The wire id of the standard schema is fixed, so nothing else would notice that what it stands for has changed.
  @Test("of the standard schema has one wire id for one set of fields: another set takes another")
  func wireID() throws {
    let standard = try schema("standard")
    #expect(standard.wireID == 0x0001)
    #expect(standard.schemaID == 0x9286_aaac_d431_0146)
    #expect(StandardContext.schemaID == standard.schemaID && StandardContext.wireID == standard.wireID)
  }

  @Test("has another schema id when a name, a type, a size or the order is another, and not for a comment")
  func schemaID() throws {
    func id(_ fields: String, name: String = "Shop", more: String = "") throws -> UInt64 {
      try SchemaReader.parse("version: 1\nname: \(name)\n\(more)fields: [\(fields)]\n", name: "x.yaml").schemaID
    }
    let base = "{name: a, type: text, size: 8B}, {name: b, type: bool}"
    let others = [
      "{name: c, type: text, size: 8B}, {name: b, type: bool}",
      "{name: a, type: text, size: 9B}, {name: b, type: bool}",
      "{name: a, type: bytes, size: 8B}, {name: b, type: bool}",
      "{name: b, type: bool}, {name: a, type: text, size: 8B}",
      "{name: a, type: text, size: 8B}, {name: b, type: int32}", "{name: a, type: text, size: 8B}",
    ]
    let ids = [base] + others
    #expect(try Set(ids.map { try id($0) }).count == ids.count)
    #expect(try id(base, name: "Market") != id(base))
    let spelt = "{type: text, about: \"Said.\", size: 8B, name: a}, {name: b, type: bool}"
    #expect(try id(spelt, more: "# Why.\nwire-id: 9\n") == id(base))
  }

  @Test("has a wire id made of the schema id where the file has none, and never 0")
  func ownWireID() throws {
    var ids: Set<UInt16> = []
    for index in 0..<64 {
      let schema = ContextSchemaFile(name: "Shop", fields: [SchemaField(name: "f\(index)", type: .bool)])
      #expect(schema.wireID != 0)
      ids.insert(schema.wireID)
    }
    #expect(ids.count > 60)
    #expect(ShopContext.wireID == (try schema("example-shop")).wireID)
  }

  @Test(
    "lays fields so that they touch one another and fill the encoded size, whatever the fields",
    arguments: 1...60 as ClosedRange<UInt64>)
  func layout(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let fields = (0..<Int(random.next() % 32 + 1)).map { index in
      let size = Int(random.next() % 255 + 1)
      let types: [SchemaField.FieldType] = [.int64, .int32, .bool, .text(sizeMax: size), .bytes(size: size)]
      return SchemaField(name: "f\(index)", type: types[Int(random.next() % 5)])
    }
    let schema = ContextSchemaFile(name: "Any", fields: fields)
    func size(_ type: SchemaField.FieldType) -> Int {
      switch type {
      case .int64: 8
      case .int32: 4
      case .bool: 1
      case .text(let size): size + 1
      case .bytes(let size): size
      }
    }
    let ranges = zip(schema.offsets, fields).map { ($0, $0 + size($1.type)) }.sorted { $0.0 < $1.0 }
    #expect(ranges.first?.0 == 27 + (fields.count <= 8 ? 1 : fields.count <= 16 ? 2 : 4))
    for (one, next) in zip(ranges, ranges.dropFirst()) { #expect(one.1 == next.0) }
    #expect(ranges.last?.1 == schema.encodedSize)
  }

  @Test("keeps to 120 columns with the longest names and the most fields")
  func columns() {
    let types: [SchemaField.FieldType] = [.int64, .int32, .bool, .text(sizeMax: 255), .bytes(size: 255)]
    let fields = (0..<32).map { index in
      SchemaField(name: "f\(index % 10)" + String(repeating: "x", count: 20) + "\(index / 10)", type: types[index % 5])
    }
    let schema = ContextSchemaFile(name: String(repeating: "T", count: 32), fields: fields)
    let text = SwiftSource(schema, path: "contexts/example-shop.yaml").text
    for line in text.split(separator: "\n") { #expect(line.count <= 120, "\(line)") }
  }
}
