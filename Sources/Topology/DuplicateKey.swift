// Where a key is used for the second time. Yams tells only where the first use is.

internal import Yams

enum DuplicateKey {
  /// Parses again with one letter of the first use changed, and of what then shows itself as the next duplicate, until
  /// there is none left: then the tree says which of them are keys of the same mapping. Nil when that does not help.
  static func secondUse(of key: String, firstAt first: Mark, in text: String) -> Mark? {
    guard text.utf8.count <= textSizeMax else { return nil }
    var changed = text
    var mark = first
    // Places whose key was `key` before it was changed, in this mapping or in another.
    var places: [Mark] = []
    for attempt in 0..<attemptCountMax {
      guard let next = changing(changed, at: mark, attempt: attempt) else { return nil }
      changed = next
      do {
        guard let root = try YAMLDocument.parse(changed) else { return nil }
        return use(of: key, changedAt: places, besideKeyAt: first, in: root)
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        mark = context.mark
        if keys.first == key { places.append(mark) }
      } catch {
        return nil
      }
    }
    return nil
  }

  /// Bytes of text that are cheap to parse a few times more.
  private static let textSizeMax = 256 << 10
  private static let attemptCountMax = 8

  /// `text` with the scalar value's first letter at `mark` replaced by a private one, which no other key has.
  private static func changing(_ text: String, at mark: Mark, attempt: Int) -> String? {
    var scalars = Array(text.unicodeScalars)
    var line = 1
    var index = 0
    while index < scalars.count, line < mark.line {
      let isPair = scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if !isPair, scalars[index].isLineBreak { line += 1 }
      index += 1
    }
    index += mark.column - 1
    if index < scalars.count, scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, let letter = Unicode.Scalar(0xe000 + attempt) else { return nil }
    scalars[index] = letter
    return String(String.UnicodeScalarView(scalars))
  }

  private static func use(
    of key: String, changedAt places: [Mark], besideKeyAt mark: Mark, in node: Node
  ) -> Mark? {
    switch node {
    case .mapping(let mapping):
      if mapping.contains(where: { isSame($0.key.mark, mark) }) {
        let second = mapping.first { pair in
          pair.key.scalar?.string == key || places.contains { isSame(pair.key.mark, $0) }
        }
        return second?.key.mark
      }
      for pair in mapping {
        if let found = use(of: key, changedAt: places, besideKeyAt: mark, in: pair.value) { return found }
      }
      return nil
    case .sequence(let sequence):
      for element in sequence {
        if let found = use(of: key, changedAt: places, besideKeyAt: mark, in: element) { return found }
      }
      return nil
    case .scalar, .alias: return nil
    }
  }

  private static func isSame(_ left: Mark?, _ right: Mark) -> Bool {
    left?.line == right.line && left?.column == right.column
  }
}

extension Unicode.Scalar {
  /// What libyaml counts as the end of a line.
  fileprivate var isLineBreak: Bool {
    switch value {
    case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
