// The header `ctxchain`: what every request says beside its context, as a dictionary of RFC 9651, 3.2:
//
//     ctxchain: hops=5, deadline=25000, echo
//
// hops is 0 to 65535, deadline microseconds up to 2³² − 1; echo, stages and abandoned are true where they stand. Keys that
// nobody knows are passed over, with their values. A request without the header makes `HTTP1Limits.hopsByDefault` hops.

public import TransportMessages

/// What it says; gRPC has the same in its metadata.
public struct RequestWords {
  public internal(set) var hopsLeft = HTTP1Limits.hopsByDefault
  /// Microseconds; 0: none.
  public internal(set) var deadline: UInt32 = 0
  public internal(set) var flags: RequestFlags = []

  package init() {}

  package mutating func take(_ text: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    if takeUsualWords(text) { return }
    var offset = 0
    while offset < text.count {
      let start = offset
      while offset < text.count, RequestWords.isKeyCharacter(text[offset], isFirst: offset == start) { offset &+= 1 }
      guard offset > start else { throw .field }
      let key = UnsafeRawBufferPointer(rebasing: text[start..<offset])
      if offset < text.count, text[offset] == UInt8(ascii: "=") {
        let first = offset &+ 1
        offset = first
        while offset < text.count, text[offset] != UInt8(ascii: ","), !HTTP1Text.isBlank(text[offset]) { offset &+= 1 }
        try takeWord(key, UnsafeRawBufferPointer(rebasing: text[first..<offset]))
      } else {
        try takeFlag(key)
      }
      while offset < text.count, HTTP1Text.isBlank(text[offset]) { offset &+= 1 }
      guard offset < text.count else { return }
      guard text[offset] == UInt8(ascii: ",") else { throw .field }
      offset &+= 1
      while offset < text.count, HTTP1Text.isBlank(text[offset]) { offset &+= 1 }
      // RFC 9651, 4.2.2: no comma at the end.
      guard offset < text.count else { throw .field }
    }
  }

  /// `hops=N` or `hops=N, deadline=N`, as this program writes nearly all; false says nothing.
  private mutating func takeUsualWords(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 6, let start = text.baseAddress else { return false }
    // `hops`.
    let hopsKey = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
    guard hopsKey == 0x7370_6f68, text[4] == UInt8(ascii: "=") else { return false }
    var offset = 5
    guard let hops = RequestWords.shortNumber(text, &offset), hops <= UInt16.max else { return false }
    guard offset < text.count else {
      hopsLeft = UInt16(truncatingIfNeeded: hops)
      return true
    }
    // The words `, deadli` and `eadline=`, which overlap.
    guard text.count &- offset >= 12,
      UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) == 0x696c_6461_6564_202c,
      UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset &+ 3, as: UInt64.self)) == 0x3d65_6e69_6c64_6165
    else { return false }
    offset &+= 11
    guard let microseconds = RequestWords.shortNumber(text, &offset), microseconds <= UInt32.max, offset == text.count
    else { return false }
    hopsLeft = UInt16(truncatingIfNeeded: hops)
    deadline = UInt32(truncatingIfNeeded: microseconds)
    return true
  }

  /// 1 to 10 digits.
  @inline(__always)
  private static func shortNumber(_ text: UnsafeRawBufferPointer, _ offset: inout Int) -> Int? {
    let start = offset
    var number = 0
    while offset < text.count, HTTP1Text.isDigit(text[offset]) {
      number = number &* 10 &+ Int(text[offset] &- 0x30)
      offset &+= 1
      if offset &- start > 10 { return nil }
    }
    return offset > start ? number : nil
  }

  @inline(__always)
  private static func isKeyCharacter(_ byte: UInt8, isFirst: Bool) -> Bool {
    if byte &- 0x61 < 26 || byte == UInt8(ascii: "*") { return true }
    guard !isFirst else { return false }
    return HTTP1Text.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: ".")
  }

  private mutating func takeWord(_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    guard !value.isEmpty else { throw .field }
    if key.elementsEqual("hops".utf8) {
      guard let number = HTTP1Text.number(value), number <= UInt16.max else { throw .field }
      hopsLeft = UInt16(number)
    } else if key.elementsEqual("deadline".utf8) {
      guard let number = HTTP1Text.number(value), number <= UInt32.max else { throw .field }
      deadline = UInt32(number)
    } else if RequestWords.flag(key) != nil {
      // RFC 9651, 3.3.6: a Boolean that is written out.
      guard value.elementsEqual("?1".utf8) || value.elementsEqual("?0".utf8) else { throw .field }
      if value[1] == UInt8(ascii: "1") { try takeFlag(key) }
    }
  }

  private mutating func takeFlag(_ key: UnsafeRawBufferPointer) throws(HTTP1Refusal) {
    if let flag = RequestWords.flag(key) {
      flags.insert(flag)
    } else if key.elementsEqual("hops".utf8) || key.elementsEqual("deadline".utf8) {
      throw .field
    }
  }

  private static func flag(_ key: UnsafeRawBufferPointer) -> RequestFlags? {
    if key.elementsEqual("echo".utf8) { return .echo }
    if key.elementsEqual("stages".utf8) { return .stages }
    if key.elementsEqual("abandoned".utf8) { return .abandoned }
    return nil
  }
}
