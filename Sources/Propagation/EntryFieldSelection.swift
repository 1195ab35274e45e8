// Which entries travel as fields of their own when they do not all fit. The slow path of an injection, and the declared
// loss of the fidelity check: both ask here, so that they agree.

internal import Context

/// Offered a place in the order of `SentText`; one that does not fit is left out, and a smaller one behind it may still
/// get its place.
struct EntryFieldSelection {
  private(set) var members: [(name: String, value: ContextValue)] = []

  init(of entries: [String: ContextValue], as fields: EntryFields) {
    var room = EntryFields.sizeMax
    for (name, value) in SentText.inOrder(entries) where members.count < EntryFields.countMax {
      let size =
        switch value {
        case .integer(let integer): fields.size(of: name.utf8.span.bytes, integer, RawSpan())
        case .text(let text): fields.size(of: name.utf8.span.bytes, nil, text.utf8.span.bytes)
        }
      guard let size, size <= room else { continue }
      room -= size
      members.append((name, value))
    }
  }

  var delivered: [String: ContextValue] {
    Dictionary(uniqueKeysWithValues: members.map { ($0.name, SentText.delivered($0.name, $0.value)) })
  }
}
