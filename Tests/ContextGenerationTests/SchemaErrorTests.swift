// What a context schema may not say, with the line that tells it.

import ContextGeneration
import Testing
import Topology

@Suite("A context schema with a fault")
struct SchemaErrorTests {
  /// The error's line.
  private func problem(_ text: String, at location: SourceLocation = #_sourceLocation) -> String {
    do throws(TopologyError) {
      _ = try SchemaReader.parse(text, name: "x.yaml")
      Issue.record("expected an error", sourceLocation: location)
      return ""
    } catch {
      #expect(!error.description.contains("\n"), sourceLocation: location)
      return error.description
    }
  }

  private func field(_ text: String, at location: SourceLocation = #_sourceLocation) -> String {
    problem("version: 1\nname: Shop\nfields:\n  - {name: a, type: bool}\n  - \(text)\n", at: location)
  }

  @Test(
    "in a field is told with its place and what was expected",
    arguments: [
      ("{name: a, type: bool}", "5:12: fields[1].name: field \"a\" is there twice"),
      ("{type: bool}", "5:5: fields[1]: missing key \"name\""),
      ("{name: b}", "5:5: fields[1]: missing key \"type\""),
      ("{name: b, type: int46}", "5:21: fields[1].type: unknown type \"int46\"; did you mean \"int64\"?"),
      ("{name: b, type: list}", "unknown type \"list\"; known: int64, int32, bool, text, bytes"),
      ("{name: b, type: bool, sise: 2B}", "fields[1]: unknown key \"sise\"; did you mean \"size\"?"),
      ("{name: class, type: bool}", "\"class\" is a word of Swift and cannot name a property: choose another"),
      ("{name: in, type: bool}", "\"in\" is a word of Swift and cannot name a property: choose another"),
      ("{name: span, type: bool}", "\"span\" is a name that the generated code uses: choose another"),
      ("{name: schema-id, type: bool}", "\"schema-id\" is a name that the generated code uses: choose another"),
      ("{name: User, type: bool}", "expected a name of a-z 0-9 - that starts with a letter or digit, got \"User\""),
      ("{name: 1a, type: bool}", "expected a name of a-z 0-9 that starts with a letter"),
      ("{name: b--c, type: bool}", "its parts joined by single hyphens, got \"b--c\""),
      ("{name: b-, type: bool}", "its parts joined by single hyphens, got \"b-\""),
      ("{name: a-name-of-more-than-24-by, type: bool}", "expected a name of at most 24 bytes, got 25"),
      ("{name: b, type: text}", "missing key \"size\": a field of type text says the most bytes that its field holds"),
      ("{name: b, type: bytes}", "missing key \"size\": a field of type bytes says how many bytes it has, such as 16B"),
      ("{name: b, type: text, size: 16x}", "unknown unit \"x\""),
      ("{name: b, type: text, size: 0}", "fields[1].size: expected a size of 1B to 255B, got \"0\""),
      ("{name: b, type: bytes, size: 256B}", "5:34: fields[1].size: expected a size of 1B to 255B, got \"256B\""),
      ("{name: b, type: int64, size: 8B}", "a field of type int64 has no size of its own"),
      ("{name: b, type: bool, about: \"a\\nb\"}", "fields[1].about: expected one line of 1 to 100 bytes"),
      ("{name: b, type: bool, about: \" \"}", "expected one line of 1 to 100 bytes"),
      ("text", "5:5: fields[1]: expected a field with name and type, got \"text\""),
    ])
  func fields(text: String, expected: String) {
    let line = field(text)
    #expect(line.hasPrefix("x.yaml:5:"), "\(line)")
    #expect(line.contains(expected), "\(line)")
  }

  @Test(
    "outside of fields is told with its place and what was expected",
    arguments: [
      ("", "x.yaml:1:1: expected a context schema, got an empty document"),
      ("- a", "x.yaml:1:1: expected a mapping with version, name and fields, got a list"),
      ("name: Shop\nfields: []", "missing key \"version\""),
      ("version: 2\nname: Shop\nfields: []", "x.yaml:1:10: version: expected version 1, got \"2\""),
      ("version: 1\nfields: []", "missing key \"name\""),
      ("version: 1\nname: shop\nfields: []", "x.yaml:2:7: name: expected a type's name"),
      ("version: 1\nname: String\nfields: []", "\"String\" is a name that the generated code uses"),
      ("version: 1\nname: \(String(repeating: "A", count: 33))\nfields: []", "at most 32 bytes"),
      ("version: 1\nname: Shop", "missing key \"fields\""),
      ("version: 1\nname: Shop\nfields: []", "x.yaml:3:9: fields: expected at least one field, got none"),
      ("version: 1\nname: Shop\nwire-id: 0\nfields: []", "x.yaml:3:10: wire-id: expected a whole number 1 to 65535"),
      ("version: 1\nname: Shop\nwire-id: 65536\nfields: []", "expected a whole number 1 to 65535, got \"65536\""),
      ("version: 1\nname: Shop\nname: Shop", "x.yaml:3:1: duplicate key \"name\", first used in line 2"),
      ("version: 1\nname: *a", "x.yaml:"),
    ])
  func top(text: String, expected: String) {
    let line = problem(text)
    #expect(line.hasPrefix("x.yaml:"), "\(line)")
    #expect(line.contains(expected), "\(line)")
  }

  @Test("of more than 32 fields is refused, one of 32 is not")
  func count() throws {
    func schema(_ count: Int) -> String {
      "version: 1\nname: Shop\nfields:\n"
        + (0..<count).map { "  - {name: f\($0), type: bool}\n" }.joined()
    }
    #expect(try SchemaReader.parse(schema(32), name: "x.yaml").fields.count == 32)
    #expect(problem(schema(33)).contains("fields: expected at most 32 items, got 33"))
  }

  @Test("of two names that Swift would take for one is refused")
  func sameSwiftName() {
    let text = "version: 1\nname: Shop\nfields:\n  - {name: a-1b, type: bool}\n  - {name: a1b, type: bool}\n"
    #expect(problem(text).hasSuffix("fields \"a-1b\" and \"a1b\" have the same name in Swift, a1b"))
  }

  @Test("that is no file, or a folder, is told by its path")
  func noFile() {
    for (path, expected) in [
      ("/nowhere/x.yaml", "/nowhere/x.yaml: cannot be read: No such file or directory"),
      ("/", "/: expected a file, got a directory"),
    ] {
      #expect(throws: TopologyError.self) { try SchemaReader.load(path: path) }
      do throws(TopologyError) { _ = try SchemaReader.load(path: path) } catch {
        #expect(error.description == expected)
      }
    }
  }
}
