// The first line of a message: RFC 9112, 3 and 4.

/// Who reads.
public enum HTTP1Side: Sendable {
  /// A server: requests come.
  case requests
  /// A client: replies come.
  case replies
}

extension HTTP1Head {
  /// Reads the line that starts at `start`. Returns where the next starts; nil when bytes are missing.
  mutating func parseRequestLine(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer)
    throws(HTTP1Refusal) -> UnsafeMutableRawPointer?
  {
    var next = start
    while next < end, HTTP1Text.isToken(next.load(as: UInt8.self)) { next += 1 }
    guard next < end else { return try missing(start, end) }
    guard next.load(as: UInt8.self) == HTTP1Text.space, next > start else { throw .startLine }
    let methodSize = next - start
    let target = next + 1
    next = target
    while next < end, next.load(as: UInt8.self) &- 0x21 < 0x5e { next += 1 }
    guard next < end else { return try missing(start, end) }
    guard next.load(as: UInt8.self) == HTTP1Text.space, next > target else { throw .startLine }
    // ` HTTP/1.1` and the line's end.
    guard end - next >= 11 else {
      guard HTTP1Text.firstLF(from: next, to: end) == nil else { throw .startLine }
      return try missing(start, end)
    }
    let (major, minor) = try HTTP1Head.version(next + 1)
    guard (next + 9).load(as: UInt8.self) == HTTP1Text.cr, (next + 10).load(as: UInt8.self) == HTTP1Text.lf else {
      throw .startLine
    }
    guard next + 9 - start <= HTTP1Limits.startLineSizeMax else { throw .longTarget }
    guard major == 1 else { throw .version }
    minorVersion = min(minor, 1)
    let method = UnsafeRawBufferPointer(start: start, count: methodSize)
    try accept(method, target: UnsafeRawBufferPointer(start: target, count: next - target))
    return next + 11
  }

  /// The line is not whole. What it has may already be too much.
  private func missing(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer)
    throws(HTTP1Refusal) -> UnsafeMutableRawPointer?
  {
    guard end - start <= HTTP1Limits.startLineSizeMax else { throw .longTarget }
    return nil
  }

  /// `HTTP/` and two digits with a point between them, 8 bytes in all.
  private static func version(_ bytes: UnsafeMutableRawPointer) throws(HTTP1Refusal) -> (major: UInt8, minor: UInt8) {
    let major = (bytes + 5).load(as: UInt8.self)
    let minor = (bytes + 7).load(as: UInt8.self)
    guard HTTP1Text.equal(bytes, 5, "HTTP/"), HTTP1Text.isDigit(major), HTTP1Text.isDigit(minor),
      (bytes + 6).load(as: UInt8.self) == UInt8(ascii: ".")
    else { throw .startLine }
    return (major &- 0x30, minor &- 0x30)
  }

  /// Names are case-sensitive (RFC 9110, 9.1).
  private mutating func accept(
    _ method: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer
  ) throws(HTTP1Refusal) {
    let name = UnsafeMutableRawPointer(mutating: method.baseAddress!)
    var isOptions = false
    switch method.count {
    case 3 where HTTP1Text.equal(name, 3, "GET") || HTTP1Text.equal(name, 3, "PUT"): break
    case 4 where HTTP1Text.equal(name, 4, "POST"): break
    case 4 where HTTP1Text.equal(name, 4, "HEAD"): isHead = true
    case 5 where HTTP1Text.equal(name, 5, "PATCH"): break
    case 6 where HTTP1Text.equal(name, 6, "DELETE"): break
    case 7 where HTTP1Text.equal(name, 7, "OPTIONS"): isOptions = true
    default: throw .method
    }
    if target[0] == UInt8(ascii: "/") {
      if target.count > 1 { try HTTP1Head.checkNoFragment(target) }
    } else if !(isOptions && target.count == 1 && target[0] == UInt8(ascii: "*")) {
      try HTTP1Head.checkNoFragment(target)
      try HTTP1Head.checkAbsolute(target)
    }
  }

  /// RFC 9112, 3.2: no form of a target has a fragment.
  private static func checkNoFragment(_ target: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    for byte in target where byte == UInt8(ascii: "#") { throw .startLine }
  }

  /// `scheme://authority` and whatever follows (RFC 9112, 3.2.2). Its authority would win over Host; nothing here asks for
  /// either.
  private static func checkAbsolute(_ target: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    var offset = 0
    while offset < target.count, HTTP1Text.isSchemeCharacter(target[offset], isFirst: offset == 0) { offset += 1 }
    let rest = UnsafeRawBufferPointer(rebasing: target[offset...])
    guard offset > 0, rest.count > 3, rest[0] == UInt8(ascii: ":"), rest[1] == UInt8(ascii: "/"),
      rest[2] == UInt8(ascii: "/")
    else { throw .startLine }
    let authority = rest[3...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    guard !authority.isEmpty, authority.first != UInt8(ascii: ":") else { throw .startLine }
    guard HTTP1Host.isValid(UnsafeRawBufferPointer(rebasing: authority)) else { throw .host }
  }

  /// The same for a reply. The space behind the status may be missing where there is no reason phrase: it is in many
  /// servers, and nothing hangs on it.
  ///
  /// - Precondition: `HTTP1Limits.statusLineSizeMin` bytes.
  mutating func parseStatusLine(_ start: UnsafeMutableRawPointer, _ end: UnsafeMutableRawPointer)
    throws(HTTP1Refusal) -> UnsafeMutableRawPointer?
  {
    let (major, minor) = try HTTP1Head.version(start)
    guard (start + 8).load(as: UInt8.self) == HTTP1Text.space else { throw .startLine }
    guard major == 1 else { throw .version }
    minorVersion = min(minor, 1)
    var code: UInt16 = 0
    for offset in 9..<12 {
      let digit = (start + offset).load(as: UInt8.self)
      guard HTTP1Text.isDigit(digit) else { throw .startLine }
      code = code &* 10 &+ UInt16(digit &- 0x30)
    }
    guard code >= 100, code < 600 else { throw .startLine }
    status = code
    var next = start + 12
    if next.load(as: UInt8.self) != HTTP1Text.cr {
      guard next.load(as: UInt8.self) == HTTP1Text.space else { throw .startLine }
      next = HTTP1Text.firstControlButTab(from: next, to: end)
    }
    guard end - next >= 2 else { return try missing(start, end) }
    guard next.load(as: UInt8.self) == HTTP1Text.cr, (next + 1).load(as: UInt8.self) == HTTP1Text.lf else {
      throw .startLine
    }
    guard next - start <= HTTP1Limits.startLineSizeMax else { throw .longTarget }
    return next + 2
  }
}

extension HTTP1Text {
  /// RFC 3986, 3.1.
  @inline(__always)
  static func isSchemeCharacter(_ byte: UInt8, isFirst: Bool) -> Bool {
    let isLetter = (byte | 0x20) &- 0x61 < 26
    if isFirst { return isLetter }
    return isLetter || isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }
}
