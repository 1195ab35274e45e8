// What becomes of an entry that travels as text.

internal import Context
internal import Glibc

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
    let placed = entries.map { (field: ContextSchema.key(named: $0.key)?.field ?? Int.max, entry: $0) }
    return placed.sorted { left, right in
      left.field != right.field ? left.field < right.field : precedes(left.entry.key, right.entry.key)
    }.map(\.entry)
  }

  /// By bytes, the shorter one of two that begin alike first.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.span.withUnsafeBytes { left in
      right.utf8.span.withUnsafeBytes { right in
        guard let a = left.baseAddress, let b = right.baseAddress else { return left.count < right.count }
        let order = memcmp(a, b, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
      }
    }
  }

  /// What arrives: text, but for the declared keys, which get their type back.
  static func delivered(_ name: String, _ value: ContextValue) -> ContextValue {
    if case .integer(let integer) = value, ContextSchema.key(named: name) == nil { return .text(String(integer)) }
    return value
  }
}
