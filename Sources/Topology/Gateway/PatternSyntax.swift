// The text of a pattern -> its tree. A subset of the usual regular expressions, in which matching never goes back:
//
//     a \. literals   . any byte but controls   [a-z0-9-] [^,] classes   (a|b) choices   ? * + {n} {m,n} {m,} repetitions
//
// A pattern stands for a whole value, so there are no anchors. It is ASCII.

/// Sets of bytes as four words.
struct ByteSet: Hashable {
  private var words: InlineWords = InlineWords()

  private struct InlineWords: Hashable {
    var a: UInt64 = 0
    var b: UInt64 = 0
    var c: UInt64 = 0
    var d: UInt64 = 0
  }

  mutating func insert(_ byte: UInt8) {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.a |= bit
    case 1: words.b |= bit
    case 2: words.c |= bit
    default: words.d |= bit
    }
  }

  mutating func insert(_ range: ClosedRange<UInt8>) { for byte in range { insert(byte) } }

  func contains(_ byte: UInt8) -> Bool {
    let word =
      switch byte >> 6 {
      case 0: words.a
      case 1: words.b
      case 2: words.c
      default: words.d
      }
    return word >> UInt64(byte & 63) & 1 != 0
  }

  /// Any byte that a header field may hold.
  static let any: ByteSet = {
    var set = ByteSet()
    set.insert(0x20...0x7e)
    set.insert(0x80...0xff)
    return set
  }()

  /// What is in `any` and not in this.
  var complement: ByteSet {
    var set = ByteSet()
    for byte in UInt8.min ... .max where ByteSet.any.contains(byte) && !contains(byte) { set.insert(byte) }
    return set
  }
}

indirect enum PatternNode {
  case empty
  case bytes(ByteSet)
  case sequence([PatternNode])
  case choice([PatternNode])
  /// `max` is nil for no bound.
  case repeated(PatternNode, min: Int, max: Int?)

  /// Bytes sets in it once repetitions are written out; at most `limit` + 1.
  func size(limit: Int) -> Int {
    switch self {
    case .empty: 0
    case .bytes: 1
    case .sequence(let list), .choice(let list): list.reduce(0) { min($0 + $1.size(limit: limit), limit + 1) }
    case .repeated(let node, let minimum, let maximum):
      min(node.size(limit: limit) * max(minimum, maximum ?? 1), limit + 1)
    }
  }
}

/// What is wrong with a pattern, and where.
package struct PatternProblem: Error, Equatable, CustomStringConvertible {
  package let description: String
}

struct PatternParser {
  private let text: [UInt8]
  private var offset = 0
  private var depth = 0

  init(_ text: String) { self.text = Array(text.utf8) }

  mutating func parse() throws(PatternProblem) -> PatternNode {
    let node = try choice()
    guard offset == text.count else { throw problem("a \")\" without its \"(\"") }
    return node
  }

  private func problem(_ what: String) -> PatternProblem {
    PatternProblem(description: "\(what) at byte \(offset + 1) of the pattern")
  }

  private var next: UInt8? { offset < text.count ? text[offset] : nil }

  private mutating func take(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    offset += 1
    return true
  }

  private mutating func choice() throws(PatternProblem) -> PatternNode {
    var list = [try sequence()]
    while take("|") { list.append(try sequence()) }
    return list.count == 1 ? list[0] : .choice(list)
  }

  private mutating func sequence() throws(PatternProblem) -> PatternNode {
    var list: [PatternNode] = []
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      list.append(try repetition(of: try atom(byte)))
    }
    return list.isEmpty ? .empty : list.count == 1 ? list[0] : .sequence(list)
  }

  private mutating func atom(_ byte: UInt8) throws(PatternProblem) -> PatternNode {
    switch byte {
    case UInt8(ascii: "("):
      offset += 1
      depth += 1
      guard depth <= BytePattern.nestingMax else { throw problem("more than \(BytePattern.nestingMax) open \"(\"") }
      let node = try choice()
      guard take(")") else { throw problem("no \")\" for a \"(\"") }
      depth -= 1
      return node
    case UInt8(ascii: "["): return .bytes(try byteClass())
    case UInt8(ascii: "."):
      offset += 1
      return .bytes(.any)
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
      throw problem("nothing to repeat")
    case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "^"), UInt8(ascii: "$"):
      throw problem("\"\(Character(Unicode.Scalar(byte)))\" needs a \"\\\" in front")
    default:
      var set = ByteSet()
      set.insert(try literal())
      return .bytes(set)
    }
  }

  /// One byte, or one behind a backslash.
  private mutating func literal() throws(PatternProblem) -> UInt8 {
    if take("\\") {
      // Letters and digits behind a backslash mean classes in other languages.
      guard let byte = next, (0x21...0x7e).contains(byte), !PatternParser.isAlphanumeric(byte) else {
        throw problem("expected a sign behind \"\\\"")
      }
      offset += 1
      return byte
    }
    guard let byte = next, (0x20...0x7e).contains(byte) else { throw problem("expected printable ASCII") }
    offset += 1
    return byte
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
  }

  private mutating func byteClass() throws(PatternProblem) -> ByteSet {
    offset += 1
    let isNegated = take("^")
    var set = ByteSet()
    var isEmpty = true
    while !take("]") {
      guard next != nil else { throw problem("no \"]\" for a \"[\"") }
      let first = try literal()
      var last = first
      // A minus at the end stands for itself.
      if next == UInt8(ascii: "-"), offset + 1 < text.count, text[offset + 1] != UInt8(ascii: "]") {
        offset += 1
        last = try literal()
      }
      guard first <= last else { throw problem("a range that goes down") }
      set.insert(first...last)
      isEmpty = false
    }
    if isEmpty { throw problem("an empty class") }
    return isNegated ? set.complement : set
  }

  private mutating func repetition(of node: PatternNode) throws(PatternProblem) -> PatternNode {
    if take("?") { return try once(.repeated(node, min: 0, max: 1)) }
    if take("*") { return try once(.repeated(node, min: 0, max: nil)) }
    if take("+") { return try once(.repeated(node, min: 1, max: nil)) }
    guard take("{") else { return node }
    let minimum = try number()
    var maximum: Int? = minimum
    if take(",") { maximum = next == UInt8(ascii: "}") ? nil : try number() }
    guard take("}") else { throw problem("expected \"}\"") }
    if let maximum, maximum < minimum { throw problem("a repetition of \(minimum) to \(maximum)") }
    return try once(.repeated(node, min: minimum, max: maximum))
  }

  private func once(_ node: PatternNode) throws(PatternProblem) -> PatternNode {
    guard let next, "?*+{".utf8.contains(next) else { return node }
    throw problem("a repetition of a repetition")
  }

  private mutating func number() throws(PatternProblem) -> Int {
    var value = 0
    var digitCount = 0
    while let byte = next, byte &- 0x30 < 10 {
      value = value * 10 + Int(byte - 0x30)
      digitCount += 1
      offset += 1
      guard value <= BytePattern.positionCountMax else {
        throw problem("a repetition of more than \(BytePattern.positionCountMax)")
      }
    }
    guard digitCount > 0 else { throw problem("expected a number") }
    return value
  }
}
