// Which header fields a sender puts into the table that both ends of a connection keep, over a transport that has one:
// `hpack: index`, `never-index`, or one of them for each class of fields.

package enum FieldIndexing {
  /// The classes, in the order of the transport's own `FieldClasses`.
  package static let classes = ["trace", "baggage", "binary", "call"]
  package static let index = "index"
  package static let never = "never-index"
  /// What an option or an arm's key takes.
  package static let expectation = "index, never-index, or classes that are never indexed, as trace+binary"

  /// As an option has it. Nil for what is none; an empty list indexes all.
  package static func read(_ text: String) -> [String]? {
    switch text {
    case index: return []
    case never: return classes
    default:
      let names = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
      guard names.allSatisfy(classes.contains), Set(names).count == names.count else { return nil }
      return classes.filter(names.contains)
    }
  }

  /// As `Call` and `ClientSide` have it: nil for none.
  static func stored(_ names: [String]) -> [String]? { names.isEmpty ? nil : names }

  /// As a topology has it.
  static func text(_ names: [String]?) -> String {
    let names = names ?? []
    if names.isEmpty { return index }
    if names == classes { return never }
    return "{\(classes.map { "\($0): \(names.contains($0) ? never : index)" }.joined(separator: ", "))}"
  }
}

extension Field {
  /// Nil for `index`.
  func fieldIndexing() throws(TopologyError) -> [String]? {
    let words = [FieldIndexing.index, FieldIndexing.never]
    guard isMapping else {
      let isNever = try word("hpack", among: words) == FieldIndexing.never
      return isNever ? FieldIndexing.classes : nil
    }
    let fields = try mapping("index or never-index for classes of fields", keys: FieldIndexing.classes)
    var names: [String] = []
    for name in FieldIndexing.classes {
      if let field = fields[name], try field.word("hpack", among: words) == FieldIndexing.never { names.append(name) }
    }
    return FieldIndexing.stored(names)
  }
}
