// The traceparent header: W3C Trace Context Level 2, section 3.2. Bytes to span context and back, nothing else.

package import Context

/// `00-<32 hex>-<16 hex>-<2 hex>`.
package enum TraceParent {
  package static var size: Int { 55 }
  /// Bytes that are looked at of what a later version may be.
  private static var readSizeMax: Int { 8192 }

  /// The bits that are sent: sampled and random; all others are sent as 0.
  @inline(__always)
  package static var knownFlags: UInt8 { 0x03 }

  /// Nil when the value is malformed. A version above 00 is read if the first four fields are well formed and end the
  /// value or are followed by a dash. A comma joins two headers, of which nobody knows which one is right.
  package static func parse(_ value: UnsafeRawBufferPointer) -> SpanContext? {
    guard value.count >= size, let start = value.baseAddress else { return nil }
    guard value[2] == 0x2d, value[35] == 0x2d, value[52] == 0x2d else { return nil }
    if value[0] != 0x30 || value[1] != 0x30 || value.count > size {
      guard hasHigherVersion(value) else { return nil }
    }
    var valid = true
    let high = HexDigits.read16(start + 3, valid: &valid)
    let low = HexDigits.read16(start + 19, valid: &valid)
    let span = HexDigits.read16(start + 36, valid: &valid)
    let (flagsHigh, flagsLow) = (HexDigits.value(value[53]), HexDigits.value(value[54]))
    guard valid, flagsHigh < 16, flagsLow < 16 else { return nil }
    let context = SpanContext(
      traceIDHigh: high, traceIDLow: low, spanID: span, flags: (flagsHigh << 4 | flagsLow) & knownFlags)
    return context.isValid ? context : nil
  }

  /// Whether a value of more than 55 bytes, or not of version 00, begins with a version that may be so.
  private static func hasHigherVersion(_ value: UnsafeRawBufferPointer) -> Bool {
    let (high, low) = (HexDigits.value(value[0]), HexDigits.value(value[1]))
    let version = high << 4 | low & 15
    guard high < 16, low < 16, version != 0, version != 0xff else { return false }
    return value.count == size || value[size] == 0x2d && !value.prefix(readSizeMax).contains(0x2c)
  }

  /// Writes `size` bytes, always as version 00.
  package static func write(_ span: SpanContext, to destination: UnsafeMutableRawPointer) {
    destination.storeBytes(of: 0x30, as: UInt8.self)
    destination.storeBytes(of: 0x30, toByteOffset: 1, as: UInt8.self)
    destination.storeBytes(of: 0x2d, toByteOffset: 2, as: UInt8.self)
    HexDigits.write32(span.traceIDHigh, span.traceIDLow, to: destination + 3)
    destination.storeBytes(of: 0x2d, toByteOffset: 35, as: UInt8.self)
    HexDigits.write16(span.spanID, to: destination + 36)
    destination.storeBytes(of: 0x2d, toByteOffset: 52, as: UInt8.self)
    destination.storeBytes(of: 0x30, toByteOffset: 53, as: UInt8.self)
    destination.storeBytes(of: HexDigits.digit(span.flags & knownFlags), toByteOffset: 54, as: UInt8.self)
  }
}
