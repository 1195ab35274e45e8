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

  /// Judges the whole list; fields of one name are joined by commas before.
  package static func judge(_ list: UnsafeRawBufferPointer) -> Verdict {
    guard list.count <= ContextLimits.traceStateSizeMax else { return .overSize }
    var memberCount = 0
    var hasTab = false
    var start = 0
    while start <= list.count {
      var end = start
      while end < list.count, list[end] != 0x2c {
        if list[end] == 0x09 { hasTab = true }
        end &+= 1
      }
      var (first, last) = (start, end)
      while first < last, list[first] == 0x20 || list[first] == 0x09 { first &+= 1 }
      while last > first, list[last &- 1] == 0x20 || list[last &- 1] == 0x09 { last &-= 1 }
      if first < last {
        guard isMember(UnsafeRawBufferPointer(rebasing: list[first..<last])) else { return .malformed }
        memberCount &+= 1
        if memberCount > ContextLimits.traceStateMemberCountMax { return .tooManyMembers }
      }
      start = end &+ 1
    }
    if memberCount == 0 { return .empty }
    return hasTab ? .validWithTabs : .valid
  }

  /// `key "=" value`, trimmed. Key: a lower-case letter or digit, then up to 255 of `a-z 0-9 _ - * / @`. Value: 1 to
  /// 256 of 0x20 to 0x7E without comma and equals sign, not ending in a space.
  private static func isMember(_ member: UnsafeRawBufferPointer) -> Bool {
    var keySize = 0
    while keySize < member.count, member[keySize] != 0x3d {
      let byte = member[keySize]
      let isAlphanumeric = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39)
      let isMark = byte == 0x5f || byte == 0x2d || byte == 0x2a || byte == 0x2f || byte == 0x40
      guard isAlphanumeric || (keySize > 0 && isMark) else { return false }
      keySize &+= 1
    }
    let valueSize = member.count &- keySize &- 1
    guard keySize >= 1, keySize <= 256, valueSize >= 1, valueSize <= 256 else { return false }
    for offset in (keySize &+ 1)..<member.count {
      let byte = member[offset]
      if byte < 0x20 || byte > 0x7e || byte == 0x3d { return false }
    }
    return true
  }
}
