// How many parts a message has, before anything is built from it. Judges only, and allocates nothing.

/// Two received bytes become an empty entry of half a hundred in memory, so their number is looked at first.
enum ProtobufParts {
  /// More than the tracestate, the entries and the fields of a context need.
  static var countMax: Int { 512 }

  /// Fields of the message itself that have a size of their own (wire type 2: text and messages), known ones or not;
  /// nil when the bytes are no message. https://protobuf.dev/programming-guides/encoding/
  static func count(in message: UnsafeRawBufferPointer) -> Int? {
    var count = 0
    var offset = 0
    while offset < message.count {
      guard let tag = number(in: message, at: &offset) else { return nil }
      switch tag & 7 {
      case 0:
        guard number(in: message, at: &offset) != nil else { return nil }
      case 1: offset &+= 8
      case 2:
        guard let size = number(in: message, at: &offset), size <= UInt64(message.count &- offset) else { return nil }
        offset &+= Int(truncatingIfNeeded: size)
        count &+= 1
      case 5: offset &+= 4
      default: return nil
      }
    }
    return offset == message.count ? count : nil
  }

  /// A varint of at most ten bytes.
  private static func number(in message: UnsafeRawBufferPointer, at offset: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < message.count, shift < 70 {
      let byte = message[offset]
      offset &+= 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    return nil
  }
}
