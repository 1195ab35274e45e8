// The 29 bytes of gRPC's binary trace context: bytes to span context and back, nothing else.
// https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md

package import Context

/// Version 0, then three fields, each behind its number: 0 trace id (16), 1 span id (8), 2 options (1), whose bit 0 is
/// "sampled". Sent in this order; read in any, each once or not at all. An absent field is zero, and an unknown number ends
/// the reading: what a later version adds comes last.
package enum GRPCTraceBin {
  package static var size: Int { 29 }

  /// Nil when it is malformed. The ids are not judged.
  @inline(__always)
  package static func read(_ bytes: UnsafeRawBufferPointer) -> SpanContext? {
    guard bytes.count == size, let start = bytes.baseAddress, bytes[0] == 0, bytes[1] == 0, bytes[18] == 1,
      bytes[27] == 2
    else { return readFields(bytes) }
    return SpanContext(
      traceIDHigh: number(start + 2), traceIDLow: number(start + 10), spanID: number(start + 19),
      flags: bytes[28] & SpanContext.sampled)
  }

  /// The same, whatever the order.
  @inline(never)
  private static func readFields(_ bytes: UnsafeRawBufferPointer) -> SpanContext? {
    guard bytes.first == 0, let start = bytes.baseAddress else { return nil }
    var span = SpanContext.none
    var (seen, offset): (UInt8, Int) = (0, 1)
    while offset < bytes.count, bytes[offset] <= 2 {
      let field = bytes[offset]
      let fieldSize = field == 0 ? 16 : field == 1 ? 8 : 1
      offset &+= 1
      guard seen & 1 << field == 0, fieldSize <= bytes.count &- offset else { return nil }
      seen |= 1 << field
      switch field {
      case 0: (span.traceIDHigh, span.traceIDLow) = (number(start + offset), number(start + offset + 8))
      case 1: span.spanID = number(start + offset)
      default: span.flags = bytes[offset] & SpanContext.sampled
      }
      offset &+= fieldSize
    }
    return span
  }

  @inline(__always)
  private static func number(_ start: UnsafeRawPointer) -> UInt64 {
    UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
  }

  /// Writes `size` bytes.
  @inline(__always)
  package static func write(_ span: SpanContext, to destination: UnsafeMutableRawPointer) {
    // Version and the number of the trace id are 0.
    destination.storeBytes(of: 0, as: UInt16.self)
    destination.storeBytes(of: span.traceIDHigh.bigEndian, toByteOffset: 2, as: UInt64.self)
    destination.storeBytes(of: span.traceIDLow.bigEndian, toByteOffset: 10, as: UInt64.self)
    destination.storeBytes(of: 1, toByteOffset: 18, as: UInt8.self)
    destination.storeBytes(of: span.spanID.bigEndian, toByteOffset: 19, as: UInt64.self)
    destination.storeBytes(of: 2, toByteOffset: 27, as: UInt8.self)
    destination.storeBytes(of: span.flags & SpanContext.sampled, toByteOffset: 28, as: UInt8.self)
  }
}
