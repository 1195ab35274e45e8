// One JSON object as text, in memory of a given size. Bytes only, no String.

/// What does not fit is counted and not written, so that `size` is that of the whole.
struct JSONWriter {
  private let start: UnsafeMutableRawPointer?
  private let capacity: Int
  private(set) var size = 0
  private var hasMember = false

  init(_ memory: UnsafeMutableRawBufferPointer) {
    start = memory.baseAddress
    capacity = memory.count
    append(0x7b)
  }

  mutating func end() { append(0x7d) }

  /// Of a member, which is UTF-8; its value follows.
  @inline(__always)
  mutating func name(_ name: UnsafeRawBufferPointer) {
    if hasMember { append(0x2c) }
    hasMember = true
    text(name)
    append(0x3a)
  }

  @inline(__always)
  mutating func name(_ name: StaticString) {
    self.name(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  mutating func integer(_ value: Int64) {
    let end = size &+ DecimalDigits.size(of: value)
    if let start, end <= capacity { _ = DecimalDigits.write(value, to: start + size) }
    size = end
  }

  /// UTF-8, in quotes.
  mutating func text(_ text: UnsafeRawBufferPointer) {
    append(0x22)
    var offset = 0
    while offset < text.count {
      let end = JSONWriter.plainEnd(text, from: offset)
      append(UnsafeRawBufferPointer(rebasing: text[offset..<end]))
      offset = end
      if offset < text.count {
        escape(text[offset])
        offset &+= 1
      }
    }
    append(0x22)
  }

  /// Where the first byte stands, from `offset` on, that must not stand as it is (RFC 8259, section 7): a quote, a
  /// backslash, a control character; else the end.
  @inline(__always)
  private static func plainEnd(_ text: UnsafeRawBufferPointer, from offset: Int) -> Int {
    var offset = offset
    while offset &+ 16 <= text.count {
      let bytes = text.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self)
      let escaped = (bytes .< all(0x20)) .| (bytes .== all(0x22)) .| (bytes .== all(0x5c))
      if unsafeBitCast(escaped, to: SIMD2<UInt64>.self) != .zero { break }
      offset &+= 16
    }
    while offset < text.count, !isEscaped(text[offset]) { offset &+= 1 }
    return offset
  }

  @inline(__always)
  private static func isEscaped(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5c }

  private mutating func escape(_ byte: UInt8) {
    append(0x5c)
    switch byte {
    case 0x22, 0x5c: append(byte)
    case 0x08: append(0x62)
    case 0x09: append(0x74)
    case 0x0a: append(0x6e)
    case 0x0c: append(0x66)
    case 0x0d: append(0x72)
    default:
      // `u0000` to `u001f`.
      append(0x75)
      append(0x30)
      append(0x30)
      append(HexDigits.digit(byte >> 4))
      append(HexDigits.digit(byte & 15))
    }
  }

  @inline(__always)
  private mutating func append(_ byte: UInt8) {
    if let start, size < capacity { start.storeBytes(of: byte, toByteOffset: size, as: UInt8.self) }
    size &+= 1
  }

  @inline(__always)
  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    let end = size &+ bytes.count
    if let start, let source = bytes.baseAddress, end <= capacity {
      (start + size).copyMemory(from: source, byteCount: bytes.count)
    }
    size = end
  }
}
