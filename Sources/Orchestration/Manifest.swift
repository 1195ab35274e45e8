// A document of an orchestrator as a value, and the YAML that it is written in: keys sorted, every text quoted that YAML
// would take for something else. It never looks at a clock, and knows no kind of document.

internal import Topology

/// A node of such a document.
package enum Manifest: Equatable, Sendable {
  case text(String)
  case integer(Int)
  case flag(Bool)
  case list([Manifest])
  case map([String: Manifest])
}

extension Manifest: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) { self = .text(value) }
}

extension Manifest: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int) { self = .integer(value) }
}

extension Manifest: ExpressibleByBooleanLiteral {
  package init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension Manifest: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: Manifest...) { self = .list(elements) }
}

extension Manifest: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Manifest)...) {
    self = .map(Dictionary(uniqueKeysWithValues: elements))
  }
}

extension Manifest {
  /// This map with what `others` have, theirs in place of its own.
  func adding(_ others: [String: Manifest]) -> Manifest {
    guard case .map(let own) = self else { preconditionFailure("only a map can be added to") }
    return .map(own.merging(others) { $1 })
  }

  package subscript(_ key: String) -> Manifest? { if case .map(let members) = self { members[key] } else { nil } }

  package var string: String? { if case .text(let text) = self { text } else { nil } }

  package var items: [Manifest] { if case .list(let items) = self { items } else { [] } }
}

// MARK: Writing

extension Manifest {
  /// Ends with a line feed. The same value is always the same text.
  package var yaml: String { lines.joined(separator: "\n") + "\n" }

  /// Several documents in one text.
  package static func yaml(_ documents: [Manifest]) -> String { documents.map(\.yaml).joined(separator: "---\n") }

  private var lines: [String] {
    switch self {
    case .map(let members) where !members.isEmpty: members.sorted { $0.key < $1.key }.flatMap(Self.lines)
    case .list(let items) where !items.isEmpty: items.flatMap(Self.lines(ofItem:))
    default: [scalar]
    }
  }

  private static func lines(_ key: String, _ value: Manifest) -> [String] {
    let key = Manifest.text(key).scalar
    if case .text(let text) = value, isBlock(text) {
      let block = text.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
      return ["\(key): |"] + block.map { Self.indented(String($0)) }
    }
    return value.isScalar ? ["\(key): \(value.scalar)"] : ["\(key):"] + value.lines.map(Self.indented)
  }

  private static func lines(ofItem item: Manifest) -> [String] {
    let lines = item.lines
    return ["- " + lines[0]] + lines.dropFirst().map(Self.indented)
  }

  private static func indented(_ line: String) -> String { line.isEmpty ? "" : "  " + line }

  private var isScalar: Bool {
    switch self {
    case .map(let members): members.isEmpty
    case .list(let items): items.isEmpty
    case .text, .integer, .flag: true
    }
  }

  private var scalar: String {
    switch self {
    case .map: "{}"
    case .list: "[]"
    case .integer(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .text(let text): Self.isPlain(text) ? text : TopologyPrinter.doubleQuoted(text, newline: "\\n")
    }
  }

  /// Words that one version of YAML or another takes for a value of another type.
  private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]

  /// A text that is one without quotes: it begins with a letter, and nothing in it means anything to YAML.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/") else { return false }
    return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "._/-".utf8.contains($0) }
      && !words.contains(text.lowercased())
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }

  /// Several lines of printable ASCII, the last one ended: they can stand as they are.
  private static func isBlock(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: " "), first != UInt8(ascii: "\n"), text.utf8.last == 0x0a,
      text.utf8.dropLast().last != 0x0a
    else { return false }
    return text.utf8.allSatisfy { $0 == 0x0a || (0x20...0x7e).contains($0) }
  }
}
