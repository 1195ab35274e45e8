// Where a key is used for the second time. Yams tells only where the first use is.

internal import Yams

enum DuplicateKey {
  /// Parses again with one letter of the first use changed: what then is the second use shows itself, as the place of
  /// the next duplicate or, when there is none left, as a key of the same mapping. Falls back to the first use.
  static func secondUse(of key: String, firstAt first: Mark, in text: String) -> Mark {
    var changed = text
    var mark = first
    // Another pair of duplicates may come to light before this one does.
    for attempt in 0..<16 {
      guard let next = changing(changed, at: mark, attempt: attempt) else { return first }
      changed = next
      do {
        guard let root = try YAMLDocument.parse(changed) else { return first }
        return use(of: key, besideKeyAt: first, in: root) ?? first
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        if keys.first == key, !isSame(context.mark, mark) { return context.mark }
        mark = context.mark
      } catch {
        return first
      }
    }
    return first
  }

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

  private static func use(of key: String, besideKeyAt mark: Mark, in node: Node) -> Mark? {
    switch node {
    case .mapping(let mapping):
      if mapping.contains(where: { isSame($0.key.mark, mark) }) {
        return mapping.first { $0.key.scalar?.string == key }?.key.mark
      }
      for pair in mapping {
        if let found = use(of: key, besideKeyAt: mark, in: pair.value) { return found }
      }
      return nil
    case .sequence(let sequence):
      for element in sequence {
        if let found = use(of: key, besideKeyAt: mark, in: element) { return found }
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
