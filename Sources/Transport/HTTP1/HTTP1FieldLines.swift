// The field lines of a head, into the table: RFC 9112, 5.

extension HTTP1Head {
  /// Reads a head from its first byte. True when it is whole: `size` says how many bytes it has. Names are put into lower
  /// case where they lie.
  mutating func parse(_ start: UnsafeMutableRawPointer, count: Int, side: HTTP1Side) throws(HTTP1Refusal) -> Bool {
    reset()
    base = start
    let end = start + count
    let firstLine =
      switch side {
      case .requests: try parseRequestLine(start, end)
      case .replies: try parseStatusLine(start, end)
      }
    guard let firstLine else { return false }
    guard let body = try parseLines(from: firstLine, to: end, side: side) else {
      guard end - firstLine <= HTTP1Limits.fieldsSizeMax else { throw .fields }
      return false
    }
    size = body - start
    guard size &- (firstLine - start) <= HTTP1Limits.fieldsSizeMax else { throw .fields }
    try check(side)
    return true
  }

  /// Returns where the empty line ends; nil when bytes are missing.
  @inline(__always)
  private mutating func parseLines(
    from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer, side: HTTP1Side
  ) throws(HTTP1Refusal) -> UnsafeMutableRawPointer? {
    var line = start
    while line < end {
      if line.load(as: UInt8.self) == HTTP1Text.cr {
        guard end - line >= 2 else { return nil }
        guard (line + 1).load(as: UInt8.self) == HTTP1Text.lf else { throw .field }
        return line + 2
      }
      guard let found = try HTTP1Head.line(at: line, end, side) else { return nil }
      lineCount &+= 1
      guard lineCount <= HTTP1Limits.lineCountMax, found.end - start <= HTTP1Limits.fieldsSizeMax else { throw .fields }
      if try !take(
        name: line, size: found.nameSize, value: found.value, size: found.valueSize, side)
      {
        append(found, at: line)
        carrierSize &+= found.end - line &+ 2
      }
      line = found.end + 2
    }
    return nil
  }

  /// Reads lines that nothing but a context is in, to the end of the last, into the table.
  mutating func parseContextLines(
    from start: UnsafeMutableRawPointer, to end: UnsafeMutableRawPointer
  ) throws(HTTP1Refusal) {
    var line = start
    while line < end {
      guard let found = try HTTP1Head.line(at: line, end, .requests) else { throw .field }
      lineCount &+= 1
      guard lineCount <= HTTP1Limits.lineCountMax, found.end - line <= HTTP1Limits.fieldsSizeMax &- 2 else {
        throw .fields
      }
      append(found, at: line)
      line = found.end + 2
    }
  }

  /// A line without the white space around its value.
  private struct Line {
    let nameSize: Int
    let value: UnsafeMutableRawPointer
    let valueSize: Int
    /// Where its CR is.
    let end: UnsafeMutableRawPointer
  }

  /// Nil when bytes are missing.
  @inline(__always)
  private static func line(
    at start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer, _ side: HTTP1Side
  ) throws(HTTP1Refusal) -> Line? {
    guard let colon = try endOfName(start, end) else { return nil }
    var value = colon + 1
    guard let lineEnd = try endOfValue(value, end, side) else { return nil }
    while value < lineEnd, HTTP1Text.isBlank(value.load(as: UInt8.self)) { value += 1 }
    var valueEnd = lineEnd
    while valueEnd > value, HTTP1Text.isBlank((valueEnd - 1).load(as: UInt8.self)) { valueEnd -= 1 }
    return Line(nameSize: colon - start, value: value, valueSize: valueEnd - value, end: lineEnd)
  }

  @inline(__always)
  private mutating func append(_ line: Line, at start: UnsafeMutableRawPointer) {
    append(
      HTTP1Field(
        nameOffset: UInt32(truncatingIfNeeded: start - base),
        valueOffset: UInt32(truncatingIfNeeded: line.value - base),
        nameSize: UInt16(truncatingIfNeeded: line.nameSize), valueSize: UInt16(truncatingIfNeeded: line.valueSize)))
  }

  /// Returns where the colon is: nothing may stand between it and the name (RFC 9112, 5.1). Nil when bytes are missing.
  /// A line that begins with white space has no name either: in a request that is a folded line, which is refused; in a
  /// reply `endOfValue` has taken it (5.2).
  @inline(__always)
  private static func endOfName(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer)
    throws(HTTP1Refusal) -> UnsafeMutableRawPointer?
  {
    var next = HTTP1Text.firstUnusual(from: start, to: end)
    while next < end {
      let byte = next.load(as: UInt8.self)
      guard HTTP1Text.isToken(byte) else {
        guard byte == UInt8(ascii: ":"), next > start else { throw .field }
        return next
      }
      if byte &- 0x41 < 26 { next.storeBytes(of: byte | 0x20, as: UInt8.self) }
      next += 1
    }
    return nil
  }

  /// Returns where the line's CR is; nil when bytes are missing. A value has no control characters but tabs (RFC 9110,
  /// 5.5), and ends with CR and LF.
  @inline(__always)
  private static func endOfValue(
    _ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer, _ side: HTTP1Side
  ) throws(HTTP1Refusal) -> UnsafeMutableRawPointer? {
    var next = start
    while true {
      next = HTTP1Text.firstControl(from: next, to: end)
      guard next < end else { return nil }
      let byte = next.load(as: UInt8.self)
      if byte == HTTP1Text.tab {
        next += 1
        continue
      }
      guard byte == HTTP1Text.cr else { throw .field }
      guard end - next >= 2 else { return nil }
      guard (next + 1).load(as: UInt8.self) == HTTP1Text.lf else { throw .field }
      guard case .replies = side else { return next }
      guard end - next >= 3 else { return nil }
      guard HTTP1Text.isBlank((next + 2).load(as: UInt8.self)) else { return next }
      // RFC 9112, 5.2: a folded line goes on as if there were spaces.
      next.storeBytes(of: 0x2020, as: UInt16.self)
    }
  }
}
