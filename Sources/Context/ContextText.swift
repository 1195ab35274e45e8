// What names and text values may consist of. Never changes a byte: it only judges.

/// The character rules that all stores and propagators share.
public enum ContextText {
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

  /// With a literal for `text` this is a comparison or two of whole words with constants.
  @inlinable
  @inline(__always)
  public static func equal(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count == count, let found = bytes.baseAddress else { return count == 0 && bytes.isEmpty }
    let literal = UnsafeRawPointer(text.utf8Start)
    switch count {
    case 8...16:
      return isSame(found, literal, 0, as: UInt64.self) && isSame(found, literal, count &- 8, as: UInt64.self)
    case 4..<8: return isSame(found, literal, 0, as: UInt32.self) && isSame(found, literal, count &- 4, as: UInt32.self)
    default: break
    }
    var offset = 0
    while offset < count, isSame(found, literal, offset, as: UInt8.self) { offset &+= 1 }
    return offset == count
  }

  @inlinable
  @inline(__always)
  static func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
    _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ offset: Int, as type: Word.Type
  ) -> Bool {
    left.loadUnaligned(fromByteOffset: offset, as: type) == right.loadUnaligned(fromByteOffset: offset, as: type)
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
