// The binary section as text: RFC 4648, section 4. Both directions work in place.

package enum HTTP1Base64 {
  private static var digits: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" }

  /// The value of each digit, 64 and more for any other byte.
  // Written once, before its first use, and never freed: every thread may read it.
  nonisolated(unsafe) private static let values: UnsafePointer<UInt8> = {
    let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    values.initialize(repeating: 0xff, count: 256)
    for value in 0..<64 { values[Int(digits.utf8Start[value])] = UInt8(value) }
    return UnsafePointer(values)
  }()

  /// Characters for so many bytes, padding included.
  package static func encodedSize(_ size: Int) -> Int { (size &+ 2) / 3 &* 4 }

  /// Encodes `size` bytes that lie at the end of the room that their text takes: the text overtakes no byte that is still
  /// to be read.
  package static func encode(_ room: UnsafeMutableRawPointer, size: Int) {
    let digits = digits.utf8Start
    var next = UnsafeRawPointer(room) + (encodedSize(size) &- size)
    let end = next + size
    var text = room
    while end - next >= 3 {
      let word =
        UInt32(next.load(as: UInt8.self)) << 16 | UInt32(next.load(fromByteOffset: 1, as: UInt8.self)) << 8
        | UInt32(next.load(fromByteOffset: 2, as: UInt8.self))
      next += 3
      let encoded =
        UInt32(digits[Int(word >> 18)]) | UInt32(digits[Int(word >> 12 & 63)]) << 8
        | UInt32(digits[Int(word >> 6 & 63)]) << 16 | UInt32(digits[Int(word & 63)]) << 24
      text.storeBytes(of: encoded.littleEndian, as: UInt32.self)
      text += 4
    }
    guard next < end else { return }
    let hasTwo = end - next == 2
    let word = UInt32(next.load(as: UInt8.self)) << 16 | (hasTwo ? UInt32((next + 1).load(as: UInt8.self)) << 8 : 0)
    text.storeBytes(of: digits[Int(word >> 18)], as: UInt8.self)
    text.storeBytes(of: digits[Int(word >> 12 & 63)], toByteOffset: 1, as: UInt8.self)
    text.storeBytes(of: hasTwo ? digits[Int(word >> 6 & 63)] : 0x3d, toByteOffset: 2, as: UInt8.self)
    text.storeBytes(of: 0x3d, toByteOffset: 3, as: UInt8.self)
  }

  /// Decodes text, padded or not, to where it starts. Returns how many bytes it stands for; nil when it is none.
  package static func decode(_ text: UnsafeMutableRawPointer, size: Int) -> Int? {
    var count = size
    if size % 4 == 0 {
      // At most two, and only where they fill the last group.
      for _ in 0..<2 where count > 0 && (text + (count &- 1)).load(as: UInt8.self) == 0x3d { count &-= 1 }
    }
    guard count % 4 != 1 else { return nil }
    let values = values
    var (next, end) = (UnsafeRawPointer(text), text)
    let last = next + count
    var seen: UInt8 = 0
    while last - next >= 4 {
      let a = values[Int(next.load(as: UInt8.self))]
      let b = values[Int(next.load(fromByteOffset: 1, as: UInt8.self))]
      let c = values[Int(next.load(fromByteOffset: 2, as: UInt8.self))]
      let d = values[Int(next.load(fromByteOffset: 3, as: UInt8.self))]
      seen |= a | b | c | d
      end.storeBytes(of: a << 2 | b >> 4, as: UInt8.self)
      end.storeBytes(of: b << 4 | c >> 2, toByteOffset: 1, as: UInt8.self)
      end.storeBytes(of: c << 6 | d, toByteOffset: 2, as: UInt8.self)
      next += 4
      end += 3
    }
    if last - next >= 2 {
      let a = values[Int(next.load(as: UInt8.self))]
      let b = values[Int(next.load(fromByteOffset: 1, as: UInt8.self))]
      let c = last - next == 3 ? values[Int(next.load(fromByteOffset: 2, as: UInt8.self))] : 0
      seen |= a | b | c
      end.storeBytes(of: a << 2 | b >> 4, as: UInt8.self)
      if last - next == 3 { end.storeBytes(of: b << 4 | c >> 2, toByteOffset: 1, as: UInt8.self) }
      end += last - next - 1
    }
    return seen < 64 ? end - text : nil
  }
}
