// The first place in which two values of one type differ, by the names that their documents have.

internal import FoundationEssentials
internal import Results

enum DocumentDifference {
  /// `field: 1 in A, 2 in B` without the words around; nil when the documents are equal.
  static func first(_ left: some Encodable, _ right: some Encodable, field: String) -> (
    field: String, left: String, right: String
  )? {
    guard let left = tree(left), let right = tree(right) else { return nil }
    return first(left, right, field)
  }

  private static func tree(_ value: some Encodable) -> JSONTree? {
    // A list around it: not every decoder takes a bare value.
    guard let data = try? JSONEncoder().encode([value]) else { return nil }
    return (try? JSONDecoder().decode([JSONTree].self, from: data))?.first
  }

  private static func first(_ left: JSONTree, _ right: JSONTree, _ field: String) -> (
    field: String, left: String, right: String
  )? {
    switch (left, right) {
    case (.object(let left), .object(let right)):
      for key in Set(left.keys).union(right.keys).sorted() {
        let found = first(left[key] ?? .null, right[key] ?? .null, "\(field).\(key)")
        if let found { return found }
      }
      return nil
    case (.list(let left), .list(let right)):
      for index in left.indices where index < right.count {
        if let found = first(left[index], right[index], "\(field)[\(index)]") { return found }
      }
      guard left.count != right.count else { return nil }
      return (field, "\(left.count) entries", "\(right.count) entries")
    default: return left == right ? nil : (field, left.text, right.text)
    }
  }
}

extension JSONTree {
  fileprivate var text: String {
    switch self {
    case .null: "none"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .large(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .list(let values): "\(values.count) entries"
    case .object(let values): "{\(values.keys.sorted().joined(separator: ", "))}"
    }
  }
}
