// Which entries a baggage field carries when they do not all fit, and with which properties. The slow path of an
// injection, and the declared loss of the fidelity check: both ask here, so that they agree.

internal import Context

/// Entries in the order in which they are offered a place: declared keys in field order, then by the bytes of their
/// names. A member that does not fit is left out, and a smaller one behind it may still get its place.
struct BaggageSelection {
  struct Member {
    let name: [UInt8]
    let value: ContextValue
    let properties: [UInt8]
  }

  private(set) var members: [Member] = []

  init(of entries: [String: ContextValue]) {
    withUnsafeTemporaryAllocation(byteCount: BaggageParser.sizeMax, alignment: 1) { field in
      guard let start = field.baseAddress else { return }
      var writer = BaggageWriter(start: start)
      for (name, value) in SentText.inOrder(entries) {
        let name = Array(name.utf8)
        guard name.withUnsafeBytes({ BaggageCharacters.isKey($0) }) else { continue }
        let member = Member(name: name, value: value, properties: BaggageSelection.properties(of: name, in: entries))
        if BaggageSelection.write(member, with: &writer) { members.append(member) }
      }
    }
  }

  private static func properties(of name: [UInt8], in entries: [String: ContextValue]) -> [UInt8] {
    let key = String(decoding: name + [BaggageProperties.nameSuffix], as: UTF8.self)
    guard name.count < ContextLimits.nameSizeMax, case .text(let list)? = entries[key] else { return [] }
    return Array(list.utf8).withUnsafeBytes { BaggageProperties.normalized($0) } ?? []
  }

  /// False when the member does not fit.
  static func write(_ member: Member, with writer: inout BaggageWriter) -> Bool {
    member.name.withUnsafeBytes { name in
      member.properties.withUnsafeBytes { properties in
        switch member.value {
        case .integer(let integer):
          writer.append(name: name, integer: integer, text: .init(start: nil, count: 0), properties: properties)
        case .text(let text):
          Array(text.utf8).withUnsafeBytes { text in
            writer.append(name: name, integer: nil, text: text, properties: properties)
          }
        }
      }
    }
  }

  /// What arrives: text, but for the declared keys, which get their type back.
  var delivered: [String: ContextValue] {
    var result: [String: ContextValue] = [:]
    for member in members {
      let name = String(decoding: member.name, as: UTF8.self)
      result[name] = SentText.delivered(name, member.value)
      if !member.properties.isEmpty {
        result[name + ";"] = .text(String(decoding: member.properties, as: UTF8.self))
      }
    }
    return result
  }
}
