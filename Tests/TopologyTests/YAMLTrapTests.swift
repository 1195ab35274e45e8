import Statistics
import Testing
import Topology

@Suite("YAML's traps")
struct YAMLTrapTests {
  @Test(
    "A key used twice is told at its second use",
    arguments: [
      ("version: 1\nentry: a\nentry: b\n", "x.yaml:3:1: duplicate key \"entry\", first used in line 2"),
      ("version: 1\nentry: a\nentry: b\nentry: c", "x.yaml:3:1: duplicate key \"entry\", first used in line 2"),
      (oneService("store: map", "store: none"), "x.yaml:6:5: duplicate key \"store\", first used in line 5"),
      (script("set: {a: 1, a: 2}"), "x.yaml:6:21: duplicate key \"a\", first used in line 6"),
      (
        script("call: {service: b, 'size': 1B, \"size\": 2B}"),
        "x.yaml:6:40: duplicate key \"size\", first used in line 6"
      ),
      (
        "version: 1\r\nentry: a\r\nservices:\r\n  - name: a\r\n    name: b\r\n",
        "x.yaml:5:5: duplicate key \"name\", first used in line 4"
      ),
      ("entry: a\nentry: b\nversion: 1\nversion: 1\n", "x.yaml:2:1: duplicate key \"entry\", first used in line 1"),
      ("a: {b: 1, b: 2}\nc: {b: 1, b: 2}\n", "x.yaml:1:11: duplicate key \"b\", first used in line 1"),
      ("a: 1\na: 2\na: 3\nb: {a: 1}\n", "x.yaml:2:1: duplicate key \"a\", first used in line 1"),
      // The first pair that is complete is the inner one.
      ("entry: a\nentry: {b: 1, b: 1}\n", "x.yaml:2:15: duplicate key \"b\", first used in line 2"),
      ("{\"\": 1, \"\": 2}", "x.yaml:1:2: duplicate key \"\"; this is its first use"),
    ])
  func duplicateKeys(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "What is not YAML is told with its place",
    arguments: [
      (
        "version: 1\nentry: \"a\n",
        "x.yaml:3:1: not valid YAML: found unexpected end of stream while scanning a quoted scalar that starts "
          + "in line 2"
      ),
      (
        "version: 1\n\tentry: a\n",
        "x.yaml:2:1: not valid YAML: found a tab character that violates indentation while scanning a plain scalar "
          + "that starts in line 1"
      ),
      (
        "version: [1\n",
        "x.yaml:2:1: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that starts in "
          + "line 1"
      ),
      ("version: *v\n", "x.yaml:1:10: not valid YAML: found undefined alias"),
      ("version: 1\nentry: a\u{1}b\n", "x.yaml:2:9: not valid YAML: control characters are not allowed (U+1)"),
    ])
  func malformed(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test(
    "A document without a mapping says so",
    arguments: [
      ("", "x.yaml:1:1: expected a topology, got an empty document"),
      ("# only a comment\n", "x.yaml:1:1: expected a topology, got an empty document"),
      ("---\n", "x.yaml:2:1: expected a mapping with version, entry and services, got nothing"),
      ("text\n", "x.yaml:1:1: expected a mapping with version, entry and services, got \"text\""),
      ("- a\n", "x.yaml:1:1: expected a mapping with version, entry and services, got a list"),
      ("version: 1\n---\nversion: 1\n", "x.yaml:2:1: expected one document, got another one"),
    ])
  func notAMapping(text: String, description: String) {
    #expect(problem(text) == description)
  }

  @Test("Aliases are refused before they can multiply")
  func aliases() {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    for level in 1...40 {
      let name = "*a\(level - 1)"
      text += "a\(level): &a\(level) [\(name),\(name),\(name),\(name),\(name),\(name),\(name),\(name),\(name)]\n"
    }
    let message = "aliases (*name) are not part of the format: write the value out"
    #expect(problem(text) == "x.yaml:2:10: \(message)")
    // As keys they would be hashed, and hashing walks through every copy.
    let shapes = ["{*k : v}", "{? *k : v}", "[*k : v]", "\n  ? *k\n  : v", "\n  *k : v", "[[x,*k]]", "!!map {*k : v}"]
    for shape in shapes {
      let description = problem("anchor: !!seq &k [x, x]\nvalue: \(shape)\n")
      #expect(description.hasSuffix(message), "\(shape): \(description)")
    }
  }

  @Test("Ampersands and stars inside text are no aliases")
  func harmlessMarks() throws {
    let topology = try parse("# 2 * 3 & more\n" + script("set: {a: x & y, b: \"*z\", c: 2*3, d: \"&y, *x\"}"))
    #expect(
      topology.services[0].script[0]
        == .set([
          .init(key: "a", value: .text("x & y")), .init(key: "b", value: .text("*z")),
          .init(key: "c", value: .text("2*3")), .init(key: "d", value: .text("&y, *x")),
        ]))
  }

  @Test(
    "Deep nesting is refused",
    arguments: [("[", "]"), ("{a: ", "}"), ("[{a: ", "}]")])
  func deepFlow(opening: String, closing: String) {
    let limit = TopologyLimits.nestingMax
    let text = "version: " + String(repeating: opening, count: 100_000)
    #expect(problem(text).hasSuffix(": nested too deeply: at most 16 brackets may be open"))
    let closed =
      "version: " + String(repeating: opening, count: limit + 1) + "x" + String(repeating: closing, count: limit + 1)
    #expect(problem(closed).hasSuffix(": nested too deeply: at most 16 brackets may be open"))
    let count = limit / opening.utf8.count { "[{".utf8.contains($0) }
    let fitting =
      "version: " + String(repeating: opening, count: count) + "x" + String(repeating: closing, count: count)
    #expect(!problem(fitting).contains("nested"))
  }

  @Test("Deep nesting by indentation is refused too")
  func deepBlock() {
    #expect(problem(String(repeating: "- ", count: 5_000) + "x") == "x.yaml:1:1999: nested too deeply")
  }

  @Test(
    "Explicit keys are refused before they can nest",
    arguments: ["? ", "{? ", "- ? ", "?\t", "\n? ", "a: {? "])
  func explicitKeys(opening: String) {
    let message = ": explicit keys (? key) are not part of the format"
    #expect(problem(String(repeating: opening, count: 9) + "x").hasSuffix(message))
    #expect(!problem(String(repeating: opening, count: 8) + "x").hasSuffix(message))
  }

  @Test("Random mutations of a good file give a topology or one line of error", arguments: [UInt64(1), 2])
  func mutations(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let good = Array(script("set: {tenant: acme, user: 42}", "work: {exponential: 50us}", "call: {service: b}").utf8)
    let alphabet = Array("{}[]:,-?*&!|>'\"%@`# \n\t0a~<=".utf8)
    for _ in 0..<1_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: index)
        case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
        case 2: bytes[index] = alphabet.randomElement(using: &random)!
        default: bytes.removeSubrange(index..<min(bytes.count, index + 20))
        }
        if bytes.isEmpty { bytes = [0x20] }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      do throws(TopologyError) {
        let topology = try parse(text)
        #expect(try parse(TopologyPrinter.yaml(topology)) == topology, "seed \(seed): \(text)")
      } catch {
        #expect(error.description.hasPrefix("x.yaml:"), "seed \(seed): \(text)")
        #expect(!error.description.contains("\n"), "seed \(seed): \(text)")
      }
    }
  }
}
