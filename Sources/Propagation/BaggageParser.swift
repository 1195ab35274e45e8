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
    guard var next = field.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
    let end = next + field.count
    while true {
      next = BaggageParser.skipSpaces(next, end)
      if next >= end { return }
      if next.pointee != BaggageParser.comma {
        if memberCount == BaggageParser.memberCountMax {
          drops.insert(.tooManyMembers)
          return
        }
        if take(&next, end, into: context) {
          memberCount &+= 1
        } else {
          drops.insert(.malformedMember)
          while next < end, next.pointee != BaggageParser.comma { next += 1 }
        }
      }
      next += 1
    }
  }

  private static var comma: UInt8 { 0x2c }
  private static var equalsSign: UInt8 { 0x3d }

  @inline(__always)
  private static func skipSpaces(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var next = start
    while next < end, BaggageCharacters.isSpace(next.pointee) { next += 1 }
    return next
  }

  @inline(__always)
  private static func bytes(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: end - start)
  }

  /// `key OWS "=" OWS value *( OWS ";" OWS property ) OWS`, up to a comma or the end, in one pass. False when it is
  /// malformed; `next` then lies within the member or at its end.
  @inline(__always)
  private func take(
    _ next: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, into context: RequestContext
  ) -> Bool {
    let keyStart = next
    let keyEnd = ByteClass.token.end(from: WordBytes.skip(from: keyStart, to: end), to: end)
    next = BaggageParser.skipSpaces(keyEnd, end)
    guard keyEnd > keyStart, keyEnd - keyStart <= ContextLimits.nameSizeMax, next < end,
      next.pointee == BaggageParser.equalsSign
    else { return false }
    let valueStart = BaggageParser.skipSpaces(next + 1, end)
    var valueEnd = ByteClass.plainOctet.end(from: WordBytes.skip(from: valueStart, to: end), to: end)
    let isEncoded = valueEnd < end && valueEnd.pointee == BaggageCharacters.percent
    if isEncoded {
      while valueEnd < end, BaggageCharacters.isOctet(valueEnd.pointee) { valueEnd += 1 }
    }
    next = BaggageParser.skipSpaces(valueEnd, end)
    let (key, value) = (BaggageParser.bytes(keyStart, keyEnd), BaggageParser.bytes(valueStart, valueEnd))
    if next < end, next.pointee != BaggageParser.comma {
      guard next.pointee == BaggageProperties.nameSuffix else { return false }
      let listStart = next + 1
      while next < end, next.pointee != BaggageParser.comma { next += 1 }
      return set(key, value, isEncoded, properties: BaggageParser.bytes(listStart, next), in: context)
    }
    return set(key, value, isEncoded: isEncoded, in: context)
  }

  private func set(
    _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ isEncoded: Bool,
    properties list: UnsafeRawBufferPointer, in context: RequestContext
  ) -> Bool {
    guard let properties = BaggageProperties.normalized(list), key.count < ContextLimits.nameSizeMax,
      set(key, value, isEncoded: isEncoded, in: context)
    else { return false }
    if !properties.isEmpty {
      context.setEntry(name: BaggageProperties.name(of: key).span.bytes, text: properties.span.bytes)
      context.mayHoldProperties = true
    }
    return true
  }

  @inline(__always)
  private func set(
    _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, isEncoded: Bool, in context: RequestContext
  ) -> Bool {
    if !isEncoded { return ReceivedText.set(key, value, in: context) }
    guard BaggageCharacters.isEncodingWhole(value) else { return false }
    var isTaken = false
    PercentEncoding.withDecoded(value) { isTaken = ReceivedText.set(key, $0, in: context) }
    return isTaken
  }
}
