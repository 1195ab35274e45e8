// The few things of protobuf's wire format that a call needs: varints, and fields that are bytes.
// https://protobuf.dev/programming-guides/encoding/

enum ProtobufBytes {
  /// Bytes of a varint.
  static func size(of number: Int) -> Int { number < 128 ? 1 : (Int.bitWidth - number.leadingZeroBitCount + 6) / 7 }

  /// Bytes of a field that is bytes, of which there are so many.
  static func fieldSize(_ count: Int) -> Int { 1 + size(of: count) + count }

  static func writeNumber(_ number: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var (rest, next) = (number, start)
    while rest >= 128 {
      next.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      rest >>= 7
      next += 1
    }
    next.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    return next + 1
  }

  /// Tag and size of a field that is bytes.
  static func writeHead(_ field: UInt8, count: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    start.storeBytes(of: field << 3 | 2, as: UInt8.self)
    return writeNumber(count, to: start + 1)
  }

  static func write(_ field: UInt8, _ bytes: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    let value = writeHead(field, count: bytes.count, to: start)
    if let source = bytes.baseAddress { value.copyMemory(from: source, byteCount: bytes.count) }
    return value + bytes.count
  }

  /// Calls `body` with each field that is bytes, in order; others are passed over. False when these bytes are no message.
  static func forEach(
    _ message: UnsafeRawBufferPointer, _ body: (_ field: Int, _ bytes: UnsafeRawBufferPointer) -> Bool
  ) -> Bool {
    var offset = 0
    while offset < message.count {
      guard let tag = readNumber(message, &offset), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return false }
      switch tag & 7 {
      case 0: if readNumber(message, &offset) == nil { return false }
      case 1: offset += 8
      case 2:
        guard let count = readNumber(message, &offset), count <= UInt64(message.count - offset) else { return false }
        let end = offset + Int(count)
        guard body(Int(tag >> 3), UnsafeRawBufferPointer(rebasing: message[offset..<end])) else { return false }
        offset = end
      case 5: offset += 4
      default: return false
      }
      guard offset <= message.count else { return false }
    }
    return true
  }

  private static func readNumber(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) -> UInt64? {
    var (number, shift): (UInt64, UInt64) = (0, 0)
    while offset < bytes.count, shift < 64 {
      let byte = bytes[offset]
      offset += 1
      number |= UInt64(byte & 0x7f) << shift
      if byte < 128 { return number }
      shift += 7
    }
    return nil
  }
}
