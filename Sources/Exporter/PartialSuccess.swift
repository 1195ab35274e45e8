// What a receiver says of spans that it did not take: ExportTraceServiceResponse.

/// `partial_success` (1) of the response, in which `rejected_spans` is field 1. Whatever is no such message says nothing.
package enum PartialSuccess {
  package static func rejectedSpans(_ response: UnsafeRawBufferPointer) -> UInt64 {
    guard let inner = field(1, in: response[...]), case .bytes(let message) = inner,
      case .number(let count)? = field(1, in: message)
    else { return 0 }
    return count
  }

  private enum Value {
    case number(UInt64)
    case bytes(Slice<UnsafeRawBufferPointer>)
  }

  /// The last value of a field; nil where there is none, or the bytes are no message.
  private static func field(_ number: UInt64, in message: Slice<UnsafeRawBufferPointer>) -> Value? {
    var rest = message
    var found: Value?
    while !rest.isEmpty {
      guard let tag = varint(&rest) else { return nil }
      let value: Value
      switch tag & 7 {
      case 0:
        guard let number = varint(&rest) else { return nil }
        value = .number(number)
      case 1, 5:
        let size = tag & 7 == 1 ? 8 : 4
        guard rest.count >= size else { return nil }
        value = .bytes(rest.prefix(size))
        rest = rest.dropFirst(size)
      case 2:
        guard let size = varint(&rest), size <= UInt64(rest.count) else { return nil }
        value = .bytes(rest.prefix(Int(size)))
        rest = rest.dropFirst(Int(size))
      default: return nil
      }
      if tag >> 3 == number { found = value }
    }
    return found
  }

  private static func varint(_ bytes: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
