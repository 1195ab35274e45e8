// Reads the fields that hold one entry each into a context, under one budget: what lies beyond is not looked at.

internal import Context

/// One message's fields of one prefix. Malformed ones are skipped, the rest is kept.
struct EntryFieldsParser {
  private let fields: EntryFields
  /// Bytes of names and values so far; never more than `EntryFields.sizeMax`.
  private(set) var parsedSize = 0
  /// Entries kept.
  private(set) var entryCount = 0
  private(set) var drops: ExtractionDrops = []

  init(_ fields: EntryFields) { self.fields = fields }

  /// Takes the next field of the message; others' fields are passed over.
  @inline(__always)
  mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, into context: RequestContext) {
    guard let key = fields.key(of: name) else { return }
    take(key: key, value, size: name.count &+ value.count, into: context)
  }

  private mutating func take(
    key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, size: Int, into context: RequestContext
  ) {
    guard size <= EntryFields.sizeMax &- parsedSize else {
      // Nothing behind is looked at either: a flood costs no more than the budget.
      parsedSize = EntryFields.sizeMax
      drops.insert(.overSize)
      return
    }
    parsedSize &+= size
    guard entryCount < EntryFields.countMax else {
      drops.insert(.tooManyMembers)
      return
    }
    if set(key, value, in: context) { entryCount &+= 1 } else { drops.insert(.malformedMember) }
  }

  private func set(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in context: RequestContext) -> Bool {
    guard EntryFields.isKey(key), let isEncoded = isEncoded(value) else { return false }
    guard isEncoded else { return ReceivedText.set(key, value, in: context) }
    var isTaken = false
    PercentEncoding.withDecoded(value, plusIsSpace: true) { isTaken = ReceivedText.set(key, $0, in: context) }
    return isTaken
  }

  /// Nil when the value is malformed.
  private func isEncoded(_ value: UnsafeRawBufferPointer) -> Bool? {
    guard EntryFields.isPlain(value) else { return nil }
    guard fields.form == .encoded else { return false }
    var isEncoded = false
    for offset in 0..<value.count where value[offset] == 0x25 || value[offset] == 0x2b {
      guard value[offset] == 0x2b || PercentEncoding.isByte(at: offset, of: value) else { return nil }
      isEncoded = true
    }
    return isEncoded
  }
}
