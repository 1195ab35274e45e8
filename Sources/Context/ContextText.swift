// What names and text values may consist of. Never changes a byte: it only judges.

/// The character rules that all stores and propagators share.
package enum ContextText {
  static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// An entry's name: visible ASCII (0x21 to 0x7E), 1 to `ContextLimits.nameSizeMax` bytes.
  package static func isName(_ bytes: RawSpan) -> Bool {
    bytes.withUnsafeBytes { isName($0) }
  }

  package static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 1, bytes.count <= ContextLimits.nameSizeMax else { return false }
    for byte in bytes where byte < 0x21 || byte > 0x7e { return false }
    return true
  }

  /// Well-formed UTF-8 of any length.
  package static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while offset &+ 8 <= bytes.count {
      if bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & highBits != 0 { break }
      offset &+= 8
    }
    while offset < bytes.count, bytes[offset] < 0x80 { offset &+= 1 }
    if offset == bytes.count { return true }
    return firstError(in: UnsafeRawBufferPointer(rebasing: bytes[offset...])) == nil
  }

  /// Where the first ill-formed sequence lies: the maximal subpart that U+FFFD stands for (Unicode, section 3.9).
  package static func firstError(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    bytes.withMemoryRebound(to: UInt8.self) { bytes -> Range<Int>? in
      do throws(UTF8.ValidationError) {
        _ = try UTF8Span(validating: bytes.span)
        return nil
      } catch {
        return error.byteOffsets
      }
    }
  }

  package static func equal(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    return equal(bytes, UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  package static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var offset = 0
    while offset &+ 8 <= left.count {
      let a = left.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      if a != right.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
      offset &+= 8
    }
    while offset < left.count {
      if left[offset] != right[offset] { return false }
      offset &+= 1
    }
    return true
  }
}
