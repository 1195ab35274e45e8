// The binary trace context of OpenCensus, which gRPC sends as `grpc-trace-bin`: 29 bytes. No tracestate, no entries.
// https://github.com/census-instrumentation/opencensus-specs/blob/master/encodings/BinaryEncoding.md

package import Context

/// Version 0, then three fields, each behind its number: 0 trace id (16), 1 span id (8), 2 options (1), whose bit 0 is
/// "sampled". Other lengths, versions and orders are refused: every sender writes these 29 bytes.
package final class GRPCTraceBinPropagator: Propagator {
  package let name = "grpc-trace-bin"
  private static var size: Int { 29 }

  package init() {}

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let span = context.spanContext()
    guard span.isValid else { return }
    let destination = carrier.appendBinary(GRPCTraceBinPropagator.size)
    // Version and the number of the trace id are 0.
    destination.storeBytes(of: 0, as: UInt16.self)
    destination.storeBytes(of: span.traceIDHigh.bigEndian, toByteOffset: 2, as: UInt64.self)
    destination.storeBytes(of: span.traceIDLow.bigEndian, toByteOffset: 10, as: UInt64.self)
    destination.storeBytes(of: 1, toByteOffset: 18, as: UInt8.self)
    destination.storeBytes(of: span.spanID.bigEndian, toByteOffset: 19, as: UInt64.self)
    destination.storeBytes(of: 2, toByteOffset: 27, as: UInt8.self)
    destination.storeBytes(of: span.flags & SpanContext.sampled, toByteOffset: 28, as: UInt8.self)
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return [] }
    guard bytes.count == GRPCTraceBinPropagator.size, bytes[0] == 0, bytes[1] == 0, bytes[18] == 1, bytes[27] == 2
    else { return .malformedBinary }
    let span = SpanContext(
      traceIDHigh: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt64.self)),
      traceIDLow: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 10, as: UInt64.self)),
      spanID: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 19, as: UInt64.self)),
      flags: bytes[28] & SpanContext.sampled)
    guard span.isValid else { return .malformedSpanContext }
    context.setSpanContext(span)
    return []
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot {
    var delivered = ContextSnapshot()
    delivered.takeTrace(of: sent)
    delivered.flags &= SpanContext.sampled
    return delivered
  }
}
