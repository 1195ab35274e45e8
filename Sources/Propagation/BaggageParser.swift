// Reads baggage fields into a context under one budget. Never parses a byte beyond it, however many fields there are.

package import Context

/// One message's baggage: W3C Baggage, section 3.3. Malformed members are skipped, the rest is kept.
package struct BaggageParser {
  /// Bytes of all fields together, one comma between two fields included.
  package static var sizeMax: Int { 8192 }
  package static var memberCountMax: Int { 64 }

  package private(set) var parsedSize = 0
  /// Members kept.
  package private(set) var memberCount = 0
  package private(set) var drops: ExtractionDrops = []
  private var fieldCount = 0

  package init() {}

  /// Takes the next field of the message.
  package mutating func parse(_ field: UnsafeRawBufferPointer, into context: RequestContext) {
    let comma = fieldCount == 0 ? 0 : 1
    fieldCount &+= 1
    let room = BaggageParser.sizeMax &- parsedSize &- comma
    if room >= field.count {
      parsedSize &+= comma &+ field.count
      parseMembers(field, into: context)
      return
    }
    drops.insert(.overSize)
    parsedSize = BaggageParser.sizeMax
    guard room > 0 else { return }
    // Whole members only: what the budget cuts through is dropped.
    var end = room
    while end > 0, field[end] != 0x2c { end &-= 1 }
    parseMembers(UnsafeRawBufferPointer(rebasing: field[..<end]), into: context)
  }

  private mutating func parseMembers(_ field: UnsafeRawBufferPointer, into context: RequestContext) {
    var start = 0
    while start < field.count {
      var end = start
      while end < field.count, field[end] != 0x2c { end &+= 1 }
      let member = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: field[start..<end]))
      if !member.isEmpty {
        if memberCount == BaggageParser.memberCountMax {
          drops.insert(.tooManyMembers)
          return
        }
        if take(member, into: context) { memberCount &+= 1 } else { drops.insert(.malformedMember) }
      }
      start = end &+ 1
    }
  }

  /// `key OWS "=" OWS value *( OWS ";" OWS property )`, trimmed. False when it is malformed.
  private func take(_ member: UnsafeRawBufferPointer, into context: RequestContext) -> Bool {
    guard let equals = member.firstIndex(of: 0x3d) else { return false }
    let valueEnd = member.firstIndex(of: 0x3b) ?? member.count
    guard equals < valueEnd else { return false }
    let key = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: member[..<equals]))
    let value = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: member[(equals &+ 1)..<valueEnd]))
    guard BaggageCharacters.isKey(key) else { return false }
    var properties: [UInt8] = []
    if valueEnd < member.count {
      let list = UnsafeRawBufferPointer(rebasing: member[(valueEnd &+ 1)...])
      guard let normalized = BaggageProperties.normalized(list), key.count < ContextLimits.nameSizeMax
      else { return false }
      properties = normalized
    }
    var isTaken = false
    switch BaggageCharacters.form(of: value) {
    case .malformed: return false
    case .plain: isTaken = ReceivedText.set(key, value, in: context)
    case .encoded: PercentEncoding.withDecoded(value) { isTaken = ReceivedText.set(key, $0, in: context) }
    }
    if isTaken, !properties.isEmpty {
      let name = Array(key) + [BaggageProperties.nameSuffix]
      context.setEntry(name: name.span.bytes, text: properties.span.bytes)
    }
    return isTaken
  }
}
