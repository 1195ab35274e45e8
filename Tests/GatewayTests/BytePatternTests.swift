import Statistics
import TestSupport
import Testing
import Topology

@Suite("A pattern")
struct BytePatternTests {
  static let cases: [(pattern: String, matching: [String], other: [String])] = [
    ("", [""], ["a", " "]),
    ("abc", ["abc"], ["", "ab", "abcd", "abC"]),
    (
      "[a-z0-9-]{1,32}", ["a", "acme-eu", String(repeating: "z", count: 32)],
      ["", String(repeating: "z", count: 33), "A", "a_b", "é"]
    ),
    (
      "[0-9a-f]{32}", [String(repeating: "0af9", count: 8)],
      [String(repeating: "0", count: 31), String(repeating: "g", count: 32)]
    ),
    ("[^,;]+", ["a b", "é", "\u{1F600}"], ["", "a,b", ";", "a\tb", "a\u{7f}"]),
    ("a?b*c+", ["c", "abbbc", "bcc", "ac"], ["", "ab", "aac", "abcb"]),
    ("(eu|us)-[a-z]{2,}", ["eu-ab", "us-abcdef"], ["eu-a", "de-ab", "eu", "euus-ab"]),
    ("(ab|a)(c|bcd)", ["abc", "abcd", "ac", "abbcd"], ["ab", "abcdd", "cd"]),
    ("(|x)y", ["y", "xy"], ["x", "xxy"]),
    ("x{0}y", ["y"], ["xy", ""]),
    ("x{3}", ["xxx"], ["xx", "xxxx"]),
    ("(ab){2,3}", ["abab", "ababab"], ["ab", "abababab", "aba"]),
    ("x{2,}", ["xx", "xxxxxxxx"], ["x", ""]),
    ("(a*)*b", ["b", "aaab"], ["", "a", "ba"]),
    ("\\.\\[\\\\", [".[\\"], ["a[\\", ".["]),
    ("[a\\]-]+", ["a]-", "--"], ["b", ""]),
    ("[+-]?[0-9]+", ["+1", "-20", "7"], ["", "+", "1-"]),
    (".", ["a", " ", "~"], ["", "\n", "\u{0}", "ab"]),
  ]

  @Test("takes whole values and nothing else", arguments: cases)
  func matching(pattern: String, matching: [String], other: [String]) throws {
    let table = try BytePattern(pattern)
    for text in matching { #expect(table.matches(text), "\(pattern) and \(text.debugDescription)") }
    for text in other { #expect(!table.matches(text), "\(pattern) and \(text.debugDescription)") }
  }

  @Test("takes any bytes above controls where it says any, also such as are no UTF-8")
  func anyByte() throws {
    let table = try BytePattern(".")
    for byte in UInt8.min ... .max {
      #expect(table.matches(bytes: [byte]) == (byte >= 0x20 && byte != 0x7f), "\(byte)")
    }
  }

  @Test(
    "that cannot be read says what is wrong, and where",
    arguments: [
      ("a)", "a \")\" without its \"(\" at byte 2 of the pattern"),
      ("(a", "no \")\" for a \"(\" at byte 3 of the pattern"),
      ("[a", "no \"]\" for a \"[\" at byte 3 of the pattern"),
      ("[]", "an empty class at byte 3 of the pattern"),
      ("[z-a]", "a range that goes down at byte 5 of the pattern"),
      ("*a", "nothing to repeat at byte 1 of the pattern"),
      ("a**", "a repetition of a repetition at byte 3 of the pattern"),
      ("a{2,1}", "a repetition of 2 to 1 at byte 7 of the pattern"),
      ("a{}", "expected a number at byte 3 of the pattern"),
      ("a{1", "expected \"}\" at byte 4 of the pattern"),
      ("a{1025}", "a repetition of more than 1024 at byte 7 of the pattern"),
      ("\\d+", "expected a sign behind \"\\\" at byte 2 of the pattern"),
      ("^a$", "\"^\" needs a \"\\\" in front at byte 1 of the pattern"),
      ("é", "expected printable ASCII at byte 1 of the pattern"),
      (String(repeating: "(", count: 17), "more than 16 open \"(\" at byte 18 of the pattern"),
    ])
  func malformed(pattern: String, problem: String) {
    #expect(throws: PatternProblem.self) { try BytePattern(pattern) }
    do { _ = try BytePattern(pattern) } catch { #expect(error.description == problem, "\(pattern)") }
  }

  @Test("is bounded: its text, what it stands for, and its table, each just under and just over")
  func bounds() throws {
    #expect(throws: Never.self) { try BytePattern(String(repeating: "a", count: 256)) }
    #expect(throws: PatternProblem.self) { try BytePattern(String(repeating: "a", count: 257)) }
    #expect(throws: Never.self) { try BytePattern("a{1022}") }
    #expect(throws: PatternProblem.self) { try BytePattern("a{1024}") }
    #expect(throws: PatternProblem.self) { try BytePattern("(a{32}){33}") }
    #expect(throws: PatternProblem.self) { try BytePattern("((a{1000}){1000}){1000}") }
    // Every subset of the last nine positions can be reached, then of the last ten: 2^n states.
    #expect(throws: Never.self) { try BytePattern("[ab]*a[ab]{8}") }
    #expect(throws: PatternProblem.self) { try BytePattern("[ab]*a[ab]{10}") }
  }

  /// The library that patterns are held against is slow and goes back, so patterns and texts are short.
  @Test("says what Swift's Regex says, for patterns and texts drawn at random")
  func differential() throws {
    var random = TestSeed.generator("patterns", standard: 20_261_128)
    var matchCount = 0
    for _ in 0..<400 {
      let pattern = Self.pattern(depth: 3, &random)
      guard let table = try? BytePattern(pattern) else { continue }
      let regex = try Regex(pattern)
      for _ in 0..<20 {
        let text = String((0..<random.next(below: 6)).map { _ in random.element(of: Array("abc-")) })
        let isMatch = try regex.wholeMatch(in: text) != nil
        #expect(table.matches(text) == isMatch, "\(pattern) and \(text)")
        if isMatch { matchCount += 1 }
      }
    }
    #expect(matchCount > 500)
  }

  private static func pattern(depth: Int, _ random: inout SeededGenerator) -> String {
    let atom: String
    switch random.next(below: depth == 0 ? 3 : 5) {
    case 0: atom = random.element(of: ["a", "b", "c", "\\-"])
    case 1: atom = random.element(of: ["[ab]", "[a-c]", "[^a]", "[b-]"])
    case 2: atom = "."
    case 3: atom = "(" + pattern(depth: depth - 1, &random) + "|" + pattern(depth: depth - 1, &random) + ")"
    default: atom = "(" + pattern(depth: depth - 1, &random) + pattern(depth: depth - 1, &random) + ")"
    }
    return atom + random.element(of: ["", "", "?", "*", "+", "{2}", "{0,2}", "{1,}"])
  }
}

extension BytePattern {
  func matches(_ text: String) -> Bool { matches(bytes: Array(text.utf8)) }
  func matches(bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { matches($0) } }
}
