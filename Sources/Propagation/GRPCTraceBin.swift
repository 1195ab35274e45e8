// The 29 bytes of gRPC's binary trace context: bytes to span context and back, nothing else.
// https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md

package import Context

/// Version 0, then three fields, each behind its number: 0 trace id (16), 1 span id (8), 2 options (1), whose bit 0 is
/// "sampled". Other lengths, versions and orders are refused: every sender writes these 29 bytes.
package enum GRPCTraceBin {
  package static var size: Int { 29 }

  /// Nil when it is malformed. The ids are not judged.
  @inline(__always)
  package static func read(_ bytes: UnsafeRawBufferPointer) -> SpanContext? {
    guard bytes.count == size, let start = bytes.baseAddress, bytes[0] == 0, bytes[1] == 0, bytes[18] == 1,
      bytes[27] == 2
    else { return nil }
    return SpanContext(
      traceIDHigh: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt64.self)),
      traceIDLow: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 10, as: UInt64.self)),
      spanID: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 19, as: UInt64.self)),
      flags: bytes[28] & SpanContext.sampled)
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
