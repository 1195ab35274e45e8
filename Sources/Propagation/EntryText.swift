// What becomes of an entry that travels as text.

internal import Context

enum ReceivedText {
  /// A declared key gets its type back; properties of an older value go. False when the text is not of that type. `key` is a name, `text` UTF-8 of at
  /// most `ContextLimits.textSizeMax` bytes.
  static func set(_ key: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer, in context: RequestContext) -> Bool {
    if let declared = ContextSchema.key(named: key.bytes) {
      if declared.type == .text {
        context.setText(declared, text.bytes)
      } else {
        guard let integer = DecimalDigits.parse(text) else { return false }
        context.setInteger(declared, integer)
      }
    } else {
      context.setEntry(name: key.bytes, text: text.bytes)
    }
    if context.mayHoldProperties { BaggageProperties.remove(of: key, from: context) }
    return true
  }
}

enum SentText {
  /// The order in which entries are offered a place where not all find one: declared keys in field order, then by the
  /// bytes of their names.
  static func inOrder(_ entries: [String: ContextValue]) -> [(key: String, value: ContextValue)] {
    entries.sorted { left, right in
      let leftField = ContextSchema.key(named: left.key)?.field ?? Int.max
      let rightField = ContextSchema.key(named: right.key)?.field ?? Int.max
      return leftField != rightField ? leftField < rightField : left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }
  }

  /// What arrives: text, but for the declared keys, which get their type back.
  static func delivered(_ name: String, _ value: ContextValue) -> ContextValue {
    if case .integer(let integer) = value, ContextSchema.key(named: name) == nil { return .text(String(integer)) }
    return value
  }
}
