// Spans of one node as the ResourceSpans of OTLP: opentelemetry/proto/trace/v1/trace.proto.

internal import Control
internal import Propagation
internal import Spans
internal import TransportCore
internal import TransportMessages

/// Names are those of OpenTelemetry's semantic conventions, HTTP's stable ones and those of RPC that are a release candidate
/// in the version of `schema`.
struct SpanEncoder {
  private static let schema = "https://opentelemetry.io/schemas/1.44.0"
  private static let dropReasons = CounterPage.dropReasons(ExtractionDrops.reasons)
  /// Of a service: those that are its own fault (semantic conventions for gRPC, "Server").
  private static let ownFaults: Set<StatusCode> = [
    .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss,
  ]

  let node: ExportedNode
  let version: String
  /// Nanoseconds from CLOCK_MONOTONIC to 1970.
  var clockOffset: Int64 = 0

  /// TracesData.resource_spans, or ExportTraceServiceRequest's, which is the same: field 1.
  func write(_ spans: [SpanRecord], to writer: inout ProtobufWriter) {
    writer.message(1) { resourceSpans in
      resourceSpans.message(1) { resource in
        resource.text("service.name", node.service)
        resource.text("service.instance.id", "\(node.service)#\(node.replica)@\(node.pid)")
        resource.integer("process.pid", Int64(node.pid))
        resource.text("telemetry.sdk.name", "ctxchain")
        resource.text("telemetry.sdk.language", "swift")
        resource.text("telemetry.sdk.version", version)
        if let arm = node.arm { resource.text("ctxchain.arm", arm) }
      }
      resourceSpans.message(2) { scopeSpans in
        scopeSpans.message(1) { scope in
          scope.text(1, "ctxchain")
          scope.text(2, version)
        }
        for span in spans { scopeSpans.message(2) { write(span, to: &$0) } }
      }
      resourceSpans.text(3, Self.schema)
    }
  }

  private func write(_ span: SpanRecord, to writer: inout ProtobufWriter) {
    let transport = TransportKind(rawValue: span.transport) ?? .foreign
    let status = StatusCode(rawValue: UInt16(span.status)) ?? .unknown
    writer.id(1, span.traceIDHigh, span.traceIDLow)
    writer.id(2, span.spanID)
    if span.parentID != 0 { writer.id(4, span.parentID) }
    writer.text(5, transport == .http1 ? "POST" : transport == .grpc ? Self.method : "call")
    writer.integer(6, UInt64(span.kind.rawValue))
    writer.fixed64(7, time(span.start))
    writer.fixed64(8, time(span.end))
    writeAttributes(of: span, transport, status, to: &writer)
    for (bit, reason) in Self.dropReasons.enumerated() where span.drops >> UInt16(bit) & 1 == 1 {
      writer.message(11) { event in
        event.fixed64(1, time(span.start))
        event.text(2, "ctxchain.extraction.dropped")
        event.attribute(3, "ctxchain.drop.reason") { $0.text(1, reason) }
      }
    }
    let isError = status != .ok && (span.kind == .client || Self.ownFaults.contains(status))
    if isError { writer.message(15) { $0.integer(3, 2) } }
    // Bits 8 and 9: whether the parent is remote, and that this is known.
    let isRemote = span.kind == .server && span.parentID != 0
    writer.fixed32(16, UInt32(span.flags) | 0x100 | (isRemote ? 0x200 : 0))
  }

  private static let method = "ctxchain.v1.Chain/Call"

  private func writeAttributes(
    of span: SpanRecord, _ transport: TransportKind, _ status: StatusCode, to writer: inout ProtobufWriter
  ) {
    func text(_ name: String, _ value: String) { writer.attribute(9, name) { $0.text(1, value) } }
    if transport == .http1 {
      text("http.request.method", "POST")
      text("url.path", "/")
      text("network.protocol.version", "1.1")
      // Whether a call that failed was answered is not known here.
      if status == .ok || span.kind == .server {
        writer.attribute(9, "http.response.status_code") { $0.integer(3, UInt64(status.httpStatus)) }
      }
    } else {
      text("rpc.system.name", transport == .grpc ? "grpc" : "ctxchain")
      if transport == .grpc { text("rpc.method", Self.method) }
      text("rpc.response.status_code", status.name)
    }
    if span.kind == .client, Int(span.edge) < node.callees.count {
      text("server.address", node.callees[Int(span.edge)])
    }
    if status != .ok { text("error.type", status.name) }
  }

  private func time(_ monotonic: Int64) -> UInt64 { UInt64(bitPattern: monotonic &+ clockOffset) }
}

extension ProtobufWriter {
  /// A KeyValue whose AnyValue `write` fills.
  fileprivate mutating func attribute(_ field: UInt64, _ name: String, _ write: (inout ProtobufWriter) -> Void) {
    message(field) { pair in
      pair.text(1, name)
      pair.message(2, write)
    }
  }

  /// Of a resource.
  fileprivate mutating func text(_ name: String, _ value: String) { attribute(1, name) { $0.text(1, value) } }

  fileprivate mutating func integer(_ name: String, _ value: Int64) {
    attribute(1, name) { $0.integer(3, UInt64(bitPattern: value)) }
  }
}
