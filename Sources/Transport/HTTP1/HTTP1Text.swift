// Bytes of a message's head, judged and compared a word at a time.

@usableFromInline
package enum HTTP1Text {
  @inline(__always) static var cr: UInt8 { 0x0d }
  @inline(__always) static var lf: UInt8 { 0x0a }
  @inline(__always) static var space: UInt8 { 0x20 }
  @inline(__always) static var tab: UInt8 { 0x09 }
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }
  private static var highs: UInt64 { 0x8080_8080_8080_8080 }

  @inline(__always)
  package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  @inline(__always)
  package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// Of a digit of base 16 in either case; nil for anything else.
  @inline(__always)
  static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter &+ 10 : nil
  }

  /// What no field value and no quoted string may hold (RFC 9110, 5.5 and 5.6.4): control characters but tabs.
  @inline(__always)
  static func isControl(_ byte: UInt8) -> Bool { (byte < space && byte != tab) || byte == 0x7f }

  /// A character of a token (RFC 9110, 5.6.2), by a bit for each that ASCII has.
  @inline(__always)
  package static func isToken(_ byte: UInt8) -> Bool {
    let bits: UInt64 = byte < 64 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
    return byte < 128 && bits &>> UInt64(byte & 63) & 1 != 0
  }

  /// The first byte from `start` on that is neither a lower-case letter nor a hyphen, as nearly all names consist of; or one
  /// before it.
  @inline(__always)
  static func firstUnusual(from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    var next = start
    while end - next >= 8 {
      let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self))
      // Seven bits of each byte, so that no sum reaches the next; the high bit is looked at by itself.
      let low = word & ~highs
      let letters = (low &+ ones &* 0x1f) & ~(low &+ ones &* 0x05)
      let hyphens = ~((low ^ (ones &* 0x2d)) &+ ones &* 0x7f)
      let others = (~(letters | hyphens) | word) & highs
      if others != 0 { return next + (others.trailingZeroBitCount &>> 3) }
      next += 8
    }
    return next
  }

  /// The first byte from `start` on that is a control character; `end` when there is none. Tabs count as well.
  @inline(__always)
  static func firstControl(from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    var next = start
    while end - next >= 8 {
      let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self))
      // The lowest mark of each term is exact: only bytes behind it may be marked wrongly.
      let low = (word &- ones &* 0x20) & ~word
      let deletes = word ^ (ones &* 0x7f)
      let marks = (low | ((deletes &- ones) & ~deletes)) & highs
      if marks != 0 { return next + (marks.trailingZeroBitCount &>> 3) }
      next += 8
    }
    while next < end {
      let byte = next.load(as: UInt8.self)
      if byte < 0x20 || byte == 0x7f { return next }
      next += 1
    }
    return end
  }

  /// Bytes without control characters but tabs: others would end the line, or the message (RFC 9110, 5.5).
  @usableFromInline
  package static func mayBeValue(_ value: UnsafeMutableRawPointer, _ size: Int) -> Bool {
    let end = value + size
    return firstControlButTab(from: value, to: end) == end
  }

  /// The same without tabs.
  static func firstControlButTab(from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    var next = firstControl(from: start, to: end)
    while next < end, next.load(as: UInt8.self) == tab { next = firstControl(from: next + 1, to: end) }
    return next
  }

  /// The first LF from `start` on; nil when there is none.
  @inline(__always)
  static func firstLF(from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer?
  {
    var next = start
    while end - next >= 8 {
      let word = UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) ^ (ones &* UInt64(lf))
      let marks = (word &- ones) & ~word & highs
      if marks != 0 { return next + (marks.trailingZeroBitCount &>> 3) }
      next += 8
    }
    while next < end {
      if next.load(as: UInt8.self) == lf { return next }
      next += 1
    }
    return nil
  }

  /// With a literal of 4 bytes or more this is a comparison or two of whole words with constants.
  @inlinable
  @inline(__always)
  package static func equal(_ bytes: UnsafeMutableRawPointer, _ size: Int, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard size == count else { return false }
    let literal = UnsafeRawPointer(text.utf8Start)
    if count >= 8 && count <= 16 {
      return isSame(bytes, literal, 0, as: UInt64.self) && isSame(bytes, literal, count &- 8, as: UInt64.self)
    }
    if count >= 4 && count < 8 {
      return isSame(bytes, literal, 0, as: UInt32.self) && isSame(bytes, literal, count &- 4, as: UInt32.self)
    }
    for offset in 0..<count where !isSame(bytes, literal, offset, as: UInt8.self) { return false }
    return true
  }

  /// The same without regard to case; `text` is in lower case.
  static func equalIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    for offset in bytes.indices where lowered(bytes[offset]) != text.utf8Start[offset] { return false }
    return true
  }

  @inline(__always)
  static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

  @inlinable
  @inline(__always)
  static func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeMutableRawPointer, _ literal: UnsafeRawPointer, _ offset: Int, as type: Word.Type
  ) -> Bool {
    bytes.loadUnaligned(fromByteOffset: offset, as: type) == literal.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Calls `body` with every element of a list (RFC 9110, 5.6.1), trimmed; empty ones are left out.
  static func forEachElement(_ list: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
    var start = 0
    while start <= list.count {
      var end = start
      while end < list.count, list[end] != UInt8(ascii: ",") { end += 1 }
      let element = trimmed(UnsafeRawBufferPointer(rebasing: list[start..<end]))
      if !element.isEmpty { body(element) }
      start = end + 1
    }
  }

  static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    var (start, end) = (0, bytes.count)
    while start < end, isBlank(bytes[start]) { start += 1 }
    while start < end, isBlank(bytes[end - 1]) { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  /// A run of digits, of any length; what is larger than the largest `Int` is that. Nil for anything else.
  package static func number(_ digits: UnsafeRawBufferPointer) -> Int? {
    guard !digits.isEmpty else { return nil }
    var number = 0
    for digit in digits {
      guard isDigit(digit) else { return nil }
      let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeNow) = tens.addingReportingOverflow(Int(digit &- 0x30))
      number = isTooLarge || isTooLargeNow ? .max : sum
    }
    return number
  }
}
