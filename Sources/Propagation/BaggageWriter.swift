// Writes members of a baggage field in place, whole or not at all.

/// The field under construction: at most `BaggageParser.sizeMax` bytes and `BaggageParser.memberCountMax` members.
struct BaggageWriter {
  private let start: UnsafeMutableRawPointer
  private(set) var size = 0
  private var memberCount = 0

  /// `start` has room for `BaggageParser.sizeMax` bytes.
  init(start: UnsafeMutableRawPointer) { self.start = start }

  /// Appends a short member of letters, digits and dashes, as nearly all are. False, and nothing is appended, when
  /// it is not of that kind or the field is nearly full: `append` then finds out what it is.
  @inline(__always)
  mutating func appendShort(name: UnsafeRawBufferPointer, integer: Int64?, text: UnsafeRawBufferPointer) -> Bool {
    guard name.count >= 1, name.count <= 16, text.count <= 16, memberCount < BaggageParser.memberCountMax,
      size <= BaggageParser.sizeMax &- BaggageWriter.shortSizeMax
    else { return false }
    var end = start + size
    if memberCount != 0 {
      end.storeBytes(of: 0x2c, as: UInt8.self)
      end += 1
    }
    guard WordBytes.copy(name, to: end) else { return false }
    end += name.count
    end.storeBytes(of: 0x3d, as: UInt8.self)
    end += 1
    if let integer {
      end += DecimalDigits.write(integer, to: end)
    } else {
      guard WordBytes.copy(text, to: end) else { return false }
      end += text.count
    }
    size = end - start
    memberCount &+= 1
    return true
  }

  /// Two separators, a name, a value, and what is written behind a value of no bytes.
  private static var shortSizeMax: Int { 2 &+ 16 &+ max(DecimalDigits.sizeMax, 16) &+ 16 }

  /// False, and nothing is written, when the member would be beyond a limit. `name` is a key; `properties` are
  /// normalized, or empty.
  mutating func append(
    name: UnsafeRawBufferPointer, integer: Int64?, text: UnsafeRawBufferPointer, properties: UnsafeRawBufferPointer
  ) -> Bool {
    let comma = memberCount == 0 ? 0 : 1
    let valueSize = integer.map { DecimalDigits.size(of: $0) } ?? BaggageCharacters.encodedSize(text)
    let propertiesSize = properties.isEmpty ? 0 : 1 &+ properties.count
    let sizeAfter = size &+ comma &+ name.count &+ 1 &+ valueSize &+ propertiesSize
    guard sizeAfter <= BaggageParser.sizeMax, memberCount < BaggageParser.memberCountMax else { return false }
    if comma == 1 { appendByte(0x2c) }
    appendBytes(name)
    appendByte(0x3d)
    if let integer {
      size &+= DecimalDigits.write(integer, to: start + size)
    } else {
      size &+= BaggageCharacters.encode(text, to: start + size)
    }
    if !properties.isEmpty {
      appendByte(BaggageProperties.nameSuffix)
      appendBytes(properties)
    }
    memberCount &+= 1
    return true
  }

  private mutating func appendByte(_ byte: UInt8) {
    start.storeBytes(of: byte, toByteOffset: size, as: UInt8.self)
    size &+= 1
  }

  private mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    if let source = bytes.baseAddress { (start + size).copyMemory(from: source, byteCount: bytes.count) }
    size &+= bytes.count
  }
}
