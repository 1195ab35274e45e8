// The grammar of a tracestate list. Judges only: order, duplicates and content are the vendors' own.

/// W3C Trace Context Level 2, section 3.3.1, with optional white space (space and tab) around members.
package enum TraceStateGrammar {
  package enum Verdict: Equatable, Sendable {
    case valid
    /// Valid, and tabs stand between members: replace them by spaces before the list is stored.
    case validWithTabs
    /// Nothing but commas and white space: there is no tracestate.
    case empty
    case malformed
    case tooManyMembers
    case overSize
  }

  /// Judges the whole list in one pass; fields of one name are joined by commas before.
  package static func judge(_ list: UnsafeRawBufferPointer) -> Verdict {
    guard list.count <= ContextLimits.traceStateSizeMax else { return .overSize }
    guard let start = list.assumingMemoryBound(to: UInt8.self).baseAddress else { return .empty }
    let end = start + list.count
    var next = start
    var memberCount = 0
    var hasTab = false
    while true {
      next = skipWhiteSpace(next, end, &hasTab)
      if next >= end { break }
      if next.pointee != comma {
        guard let memberEnd = memberEnd(next, end) else { return .malformed }
        next = skipWhiteSpace(memberEnd, end, &hasTab)
        guard next == end || next.pointee == comma else { return .malformed }
        memberCount &+= 1
        if memberCount > ContextLimits.traceStateMemberCountMax { return .tooManyMembers }
      }
      next += 1
    }
    if memberCount == 0 { return .empty }
    return hasTab ? .validWithTabs : .valid
  }

  private static var comma: UInt8 { 0x2c }

  @inline(__always)
  private static func skipWhiteSpace(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ hasTab: inout Bool
  ) -> UnsafePointer<UInt8> {
    var next = start
    while next < end, next.pointee == 0x20 || next.pointee == 0x09 {
      if next.pointee == 0x09 { hasTab = true }
      next += 1
    }
    return next
  }

  /// Where the member `key "=" value` that begins at `start` ends, spaces behind it included. Key: a lower-case letter
  /// or digit, then up to 255 of `a-z 0-9 _ - * / @`. Value: 1 to 256 of 0x20 to 0x7E without comma and equals sign, not
  /// ending in a space.
  @inline(__always)
  private static func memberEnd(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8>? {
    guard start.pointee &- 0x61 < 26 || start.pointee &- 0x30 < 10 else { return nil }
    let keyEnd = ByteClass.traceStateKey.end(from: start + 1, to: end)
    guard keyEnd < end, keyEnd.pointee == 0x3d, keyEnd - start <= 256 else { return nil }
    let valueStart = keyEnd + 1
    let memberEnd = valueBytesEnd(from: valueStart, to: end)
    var valueEnd = memberEnd
    while valueEnd > valueStart, valueEnd[-1] == 0x20 { valueEnd -= 1 }
    guard valueEnd > valueStart, valueEnd - valueStart <= 256 else { return nil }
    return memberEnd
  }

  /// The first byte from `start` on that no value may hold, or `end`. Eight bytes at a time: values are the bulk of a list.
  @inline(__always)
  private static func valueBytesEnd(
    from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var next = start
    while end - next >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(next).loadUnaligned(as: UInt64.self))
      let other = otherThanValue(word)
      if other != 0 { return next + other.trailingZeroBitCount / 8 }
      next += 8
    }
    return ByteClass.traceStateValue.end(from: next, to: end)
  }

  /// The high bit of each byte that is not 0x20 to 0x7E, or is a comma or an equals sign. Without the high bits of its
  /// operands no addition carries into the next byte.
  @inline(__always)
  private static func otherThanValue(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let low = word & (ones &* 0x7f)
    let isAllowed =
      (low &+ ones &* 0x60) & ((low ^ ones &* 0x2c) &+ ones &* 0x7f) & ((low ^ ones &* 0x3d) &+ ones &* 0x7f)
    return (~isAllowed | (low &+ ones) | word) & (ones &* 0x80)
  }
}
