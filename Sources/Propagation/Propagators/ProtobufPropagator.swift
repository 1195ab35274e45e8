// Carries a protobuf message, by swift-protobuf: the whole context, typed, or the header fields of other propagators.
// String and generated types on purpose: this is what such code does, and what it costs is what is measured.

package import Context
internal import SwiftProtobuf

/// Alone it is lossless. Joined with others, `protobuf,tracecontext,baggage`, it carries in its message what they would
/// write as fields, as queues and RPC systems without headers do, and loses what they lose.
package final class ProtobufPropagator: Propagator {
  package let name: String
  private let carried: (any Propagator)?

  /// `carried` writes and reads fields only.
  package init(carrying carried: (any Propagator)? = nil) {
    self.carried = carried
    name = carried.map { "protobuf," + $0.name } ?? "protobuf"
  }

  package func inject(_ context: RequestContext, into carrier: inout some CarrierWriter) {
    let message: ProtobufContext
    if let carried {
      var writer = ProtobufFieldWriter()
      carried.inject(context, into: &writer)
      message = .with { $0.fields = writer.fields }
    } else {
      message = ProtobufContext(context)
    }
    guard let bytes: [UInt8] = try? message.serializedBytes() else {
      preconditionFailure("a context is smaller than the largest message, and no field is required")
    }
    bytes.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
      carrier.appendBinary(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  package func extract(_ carrier: some CarrierReader, into context: RequestContext) -> ExtractionDrops {
    let bytes = carrier.binary
    if bytes.isEmpty { return [] }
    guard let partCount = ProtobufParts.count(in: bytes) else { return .malformedBinary }
    guard partCount <= ProtobufParts.countMax else { return .tooManyMembers }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    guard let message = try? ProtobufContext(serializedBytes: bytes.bytes, options: options) else {
      return .malformedBinary
    }
    if let carried { return carried.extract(ProtobufFieldReader(message.fields), into: context) }
    return message.set(in: context)
  }

  package func delivered(_ sent: ContextSnapshot) -> ContextSnapshot { carried?.delivered(sent) ?? sent }
}
