// The trace header of Jaeger: bytes to span context and back. Never a carrier.
// https://www.jaegertracing.io/docs/1.21/client-libraries/#propagation-format

internal import Context

/// `uber-trace-id: {trace id}:{span id}:{parent's span id}:{flags}`.
enum Jaeger {
  /// Bytes that `write` needs.
  static var size: Int { 53 }
  /// Bytes of a header that is read: three ids, flags, and separators that are URL-encoded.
  static var readSizeMax: Int { 128 }

  private static var colon: UInt8 { 0x3a }

  /// Jaeger knows debug (bit 1, only together with sampled) and sampled (bit 0); all other bits are lost.
  static func flags(of flags: UInt8) -> UInt8 {
    if flags & SpanContext.debug != 0 { return SpanContext.debug | SpanContext.sampled }
    return flags & SpanContext.sampled
  }

  /// Ids have 1 to 32 and 1 to 16 digits of either case, padded at the left; flags 1 or 2. The parent is ignored, as
  /// Jaeger says. Some clients encode the whole value as a part of an URL, so that the colons come as `%3A`.
  static func parse(_ value: UnsafeRawBufferPointer) -> SpanContext? {
    guard value.count <= readSizeMax, let start = value.baseAddress else { return nil }
    var rest = value
    // What nearly everybody sends: 32 and 16 digits of lower case.
    if value.count > 50, value[32] == colon, value[49] == colon {
      var valid = true
      let high = HexDigits.read16(start, valid: &valid)
      let low = HexDigits.read16(start + 16, valid: &valid)
      let spanID = HexDigits.read16(start + 33, valid: &valid)
      if valid {
        rest = UnsafeRawBufferPointer(rebasing: value[50...])
        return span((high, low), spanID, rest)
      }
    }
    guard let traceDigits = takePart(&rest), let traceID = HexDigits.readAny(traceDigits),
      let spanDigits = takePart(&rest), let spanID = HexDigits.readAny(spanDigits), spanDigits.count <= 16
    else { return nil }
    return span(traceID, spanID.low, rest)
  }

  /// `rest` is what follows the span id: parent and flags.
  private static func span(
    _ traceID: (high: UInt64, low: UInt64), _ spanID: UInt64, _ rest: UnsafeRawBufferPointer
  ) -> SpanContext? {
    var rest = rest
    guard takePart(&rest) != nil, rest.count <= 2, let digits = HexDigits.readAny(rest) else { return nil }
    var flags = UInt8(truncatingIfNeeded: digits.low) & 3
    flags = flags == 3 ? SpanContext.debug | SpanContext.sampled : flags & SpanContext.sampled
    let span = SpanContext(traceIDHigh: traceID.high, traceIDLow: traceID.low, spanID: spanID, flags: flags)
    return span.isValid ? span : nil
  }

  /// Takes what stands before the next separator, and the separator.
  private static func takePart(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    var end = 0
    while end < rest.count {
      let size = separatorSize(at: end, in: rest)
      if size > 0 {
        let part = UnsafeRawBufferPointer(rebasing: rest[..<end])
        rest = UnsafeRawBufferPointer(rebasing: rest[(end &+ size)...])
        return part
      }
      end &+= 1
    }
    return nil
  }

  private static func separatorSize(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Int {
    if bytes[offset] == colon { return 1 }
    guard bytes[offset] == 0x25, offset &+ 2 < bytes.count else { return 0 }
    return bytes[offset &+ 1] == 0x33 && bytes[offset &+ 2] | 0x20 == 0x61 ? 3 : 0
  }

  /// Writes `size` bytes. The parent is sent as 0: it is deprecated, and nobody reads it.
  static func write(_ span: SpanContext, to destination: UnsafeMutableRawPointer) {
    HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination)
    destination.storeBytes(of: colon, toByteOffset: 32, as: UInt8.self)
    HexDigits.write16(span.spanID, to: destination + 33)
    destination.storeBytes(of: colon, toByteOffset: 49, as: UInt8.self)
    destination.storeBytes(of: 0x30, toByteOffset: 50, as: UInt8.self)
    destination.storeBytes(of: colon, toByteOffset: 51, as: UInt8.self)
    let flags = flags(of: span.flags)
    let digit: UInt8 = flags & SpanContext.debug != 0 ? 0x33 : 0x30 | flags
    destination.storeBytes(of: digit, toByteOffset: 52, as: UInt8.self)
  }
}
