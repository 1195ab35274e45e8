// Text -> one YAML tree, or an error with its place. Knows YAML's traps and nothing of topologies.

internal import Yams

enum YAMLDocument {
  /// The root of the only document in `text`. Scalars stay text: no YAML type rules are applied.
  /// `what` names the document in errors, such as `a topology`.
  static func compose(_ text: String, file: String, what: String) throws(TopologyError) -> Node {
    // libyaml skips a byte order mark only when it may choose the encoding.
    let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    try refuseCostly(text, file: file)
    do {
      if let root = try parse(text) { return root }
    } catch let error as YamlError {
      throw TopologyError(error, text: text, file: file)
    } catch {
      throw TopologyError(file: file, problem: "not valid YAML: \(error)")
    }
    throw TopologyError(file: file, line: 1, column: 1, problem: "expected \(what), got an empty document")
  }

  /// A resolver without rules: with rules every key costs seven regular expressions.
  static func parse(_ text: String) throws -> Node? {
    try Yams.compose(yaml: text, .basic, .default, .utf8)
  }

  /// Refuses what makes a small file expensive. Composing shares the nodes that aliases name, but hashing a key walks
  /// through all of them, so nested aliases grow without bound. A key that is a collection, which only `? key` can make
  /// large, is hashed again at every level. Deep flow collections cost the scanner a walk over the levels for every
  /// token.
  ///
  /// A token stands at the start of a line, or after `: - ? [ { ,`; an alias needs an anchor of its own name. Quoted text
  /// can look like that too, and is refused with the rest: but a file needs both marks with one name, or many of a key.
  private static func refuseCostly(_ text: String, file: String) throws(TopologyError) {
    var line = 1
    var column = 0
    var nesting = 0
    var before: UInt8 = UInt8(ascii: "\n")
    var previous: UInt8 = 0
    var explicitKeyCount = 0
    var anchors: Set<Substring> = []
    var aliases: [(name: Substring, line: Int, column: Int)] = []
    for (index, byte) in zip(text.utf8.indices, text.utf8) {
      if byte & 0xc0 != 0x80 { column += 1 }
      if previous == UInt8(ascii: "&"), isNameByte(byte) { anchors.insert(name(at: index, in: text)) }
      if previous == UInt8(ascii: "*"), isNameByte(byte), startsToken(after: before) {
        aliases.append((name(at: index, in: text), line, column - 1))
      }
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"): nesting += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): nesting = max(0, nesting - 1)
      case UInt8(ascii: "?") where startsToken(after: before): explicitKeyCount += 1
      default: break
      }
      if explicitKeyCount > explicitKeyCountMax {
        let problem = "explicit keys (? key) are not part of the format"
        throw TopologyError(file: file, line: line, column: column, problem: problem)
      }
      if nesting > TopologyLimits.nestingMax {
        let problem = "nested too deeply: at most \(TopologyLimits.nestingMax) brackets may be open"
        throw TopologyError(file: file, line: line, column: column, problem: problem)
      }
      if byte != UInt8(ascii: "*"), byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { before = byte }
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 0
      }
      previous = byte
    }
    if let alias = aliases.first(where: { anchors.contains($0.name) }) {
      let problem = "aliases (*name) are not part of the format: write the value out"
      throw TopologyError(file: file, line: alias.line, column: alias.column, problem: problem)
    }
  }

  /// What looks like an explicit key may be text, so a few are let through.
  private static let explicitKeyCountMax = 8

  /// Of an anchor or an alias.
  private static func name(at index: String.Index, in text: String) -> Substring {
    text[index..<(text.utf8[index...].firstIndex { !isNameByte($0) } ?? text.endIndex)]
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// Bytes from 0x80 count, since some line breaks of YAML are made of them.
  private static func startsToken(after byte: UInt8) -> Bool {
    byte >= 0x80 || "\r\n:-?[{,".utf8.contains(byte)
  }
}

extension TopologyError {
  fileprivate init(_ error: YamlError, text: String, file: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(file: file, mark: mark, problem: TopologyError.message(problem, context: context))
    case .reader(let problem, let offset, let value, _):
      let place = offset.map { TopologyError.place(ofCharacter: $0, in: text) }
      let problem = "not valid YAML: \(problem) (U+\(String(value, radix: 16, uppercase: true)))"
      self.init(file: file, line: place?.line, column: place?.column, problem: problem)
    case .duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let mark = DuplicateKey.secondUse(of: key, firstAt: context.mark, in: text)
      let first = mark.map { _ in ", first used in line \(context.mark.line)" } ?? "; this is its first use"
      self.init(file: file, mark: mark ?? context.mark, problem: "duplicate key \(quoted(key))\(first)")
    default:
      self.init(file: file, problem: "not valid YAML: \(quoted("\(error)"))")
    }
  }

  fileprivate init(file: String, mark: Mark, problem: String) {
    self.init(file: file, line: mark.line, column: mark.column, problem: problem)
  }

  private static func message(_ problem: String, context: YamlError.Context?) -> String {
    if problem.contains("single document") || problem.contains("another document") {
      return "expected one document, got another one"
    }
    if problem.contains("nesting level") { return "nested too deeply" }
    guard let context, !context.text.isEmpty else { return "not valid YAML: \(problem)" }
    return "not valid YAML: \(problem) \(context.text) that starts in line \(context.mark.line)"
  }

  private static func place(ofCharacter offset: Int, in text: String) -> (line: Int, column: Int) {
    let before = text.prefix(offset)
    let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
    let last = before.reversed().prefix { !$0.isNewline }
    return (line, last.reduce(1) { $0 + $1.unicodeScalars.count })
  }
}
