// Every transport as a carrier, and for each that is measured the pair of calls that are compiled for it. A frame's fields
// are its header fields, and the binary section is its context section.

package import Context
package import TransportFrame
package import TransportGRPC
package import TransportHTTP1
package import TransportMessages

extension Propagator {
  @inline(__always)
  package func inject(_ context: RequestContext, intoMessage message: MessageWriter) {
    guard case .frame = message.kind else { return injectOther(context, into: message) }
    var frame = FrameWriter(message)
    inject(context, into: &frame)
  }

  @inline(__always)
  package func extract(message: ReceivedMessage, into context: RequestContext) -> ExtractionDrops {
    guard case .frame = message.kind else { return extractOther(message, into: context) }
    return extract(Frame(message), into: context)
  }

  /// Out of line, so that a frame's path holds nothing of it.
  @inline(never)
  private func injectOther(_ context: RequestContext, into message: MessageWriter) {
    if case .grpc = message.kind {
      var request = GRPCRequestWriter(message)
      return inject(context, into: &request)
    }
    guard case .http1 = message.kind else {
      var carrier: any CarrierWriter = message.foreign.carrierWriter
      return inject(context, into: &carrier)
    }
    var request = HTTP1RequestWriter(message)
    inject(context, into: &request)
  }

  @inline(never)
  private func extractOther(_ message: ReceivedMessage, into context: RequestContext) -> ExtractionDrops {
    if case .grpc = message.kind { return extract(GRPCMessage(message), into: context) }
    guard case .http1 = message.kind else { return extract(message.foreign.carrierReader, into: context) }
    return extract(HTTP1Message(message), into: context)
  }
}

extension ForeignMessage {
  fileprivate var carrierReader: any CarrierReader { carrier as! any CarrierReader }
  fileprivate var carrierWriter: any CarrierWriter { carrier as! any CarrierWriter }
}

/// A request of any transport, field by field: not for the measured path.
extension MessageWriter: CarrierWriter {
  private var carrier: any CarrierWriter {
    switch kind {
    case .frame: FrameWriter(self)
    case .http1: HTTP1RequestWriter(self)
    case .grpc: GRPCRequestWriter(self)
    case .foreign: foreign.carrierWriter
    }
  }

  private func write(_ body: (inout any CarrierWriter) -> Void) {
    var carrier = carrier
    body(&carrier)
  }

  package func appendField(_ name: StaticString, _ value: RawSpan) { write { $0.appendField(name, value) } }

  package func appendField(name: RawSpan, _ value: RawSpan) { write { $0.appendField(name: name, value) } }

  package func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    write { $0.appendField(name, sizeMax: sizeMax, fill) }
  }

  package func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    var carrier = carrier
    return carrier.appendBinary(size)
  }
}

extension ReceivedMessage: CarrierReader {
  package func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    switch kind {
    case .frame: Frame(self).forEachField(name, body)
    case .http1: HTTP1Message(self).forEachField(name, body)
    case .grpc: GRPCMessage(self).forEachField(name, body)
    case .foreign: foreign.carrierReader.forEachField(name, body)
    }
  }

  package func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    switch kind {
    case .frame: Frame(self).forEachField(body)
    case .http1: HTTP1Message(self).forEachField(body)
    case .grpc: GRPCMessage(self).forEachField(body)
    case .foreign: foreign.carrierReader.forEachField(body)
    }
  }

  /// All of them, copied.
  package var fields: [(name: String, value: [UInt8])] {
    var fields: [(name: String, value: [UInt8])] = []
    forEachField { (name: RawSpan, value: RawSpan) in
      fields.append(
        (name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, value.withUnsafeBytes { Array($0) }))
    }
    return fields
  }

  package var binary: UnsafeRawBufferPointer {
    switch kind {
    case .frame: Frame(self).binary
    case .http1: HTTP1Message(self).binary
    case .grpc: GRPCMessage(self).binary
    case .foreign: foreign.carrierReader.binary
    }
  }
}

extension FrameWriter: CarrierWriter {
  package func appendField(_ name: StaticString, _ value: RawSpan) {
    value.withUnsafeBytes { value in
      appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }
  }

  package func appendField(name: RawSpan, _ value: RawSpan) {
    name.withUnsafeBytes { name in value.withUnsafeBytes { value in appendField(name, value) } }
  }

  @inline(__always)
  package func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), sizeMax: sizeMax, fill)
  }

  @inline(__always)
  package func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { appendContext(size) }
}

extension Frame: CarrierReader {
  /// Names lie in lower case on this transport: the callers are nodes.
  @inline(__always)
  package func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { (found: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
      if ContextText.equal(found, name) { body(value.bytes) }
    }
  }

  @inline(__always)
  package func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in body(name.bytes, value.bytes) }
  }

  package var binary: UnsafeRawBufferPointer { context }
}

extension HTTP1RequestWriter: CarrierWriter {
  package func appendField(_ name: StaticString, _ value: RawSpan) {
    value.withUnsafeBytes { value in
      appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }
  }

  package func appendField(name: RawSpan, _ value: RawSpan) {
    name.withUnsafeBytes { name in value.withUnsafeBytes { value in appendField(checking: name, value) } }
  }

  @inline(__always)
  package func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), sizeMax: sizeMax, fill)
  }
}

/// The reader has put names into lower case and trimmed values.
extension HTTP1Message: CarrierReader {
  @inline(__always)
  package func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { (found: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
      if ContextText.equal(found, name) { body(value.bytes) }
    }
  }

  @inline(__always)
  package func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in body(name.bytes, value.bytes) }
  }
}

extension GRPCRequestWriter: CarrierWriter {
  package func appendField(_ name: StaticString, _ value: RawSpan) {
    value.withUnsafeBytes { value in
      appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }
  }

  package func appendField(name: RawSpan, _ value: RawSpan) {
    name.withUnsafeBytes { name in value.withUnsafeBytes { value in appendField(name, value) } }
  }

  @inline(__always)
  package func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), sizeMax: sizeMax, fill)
  }
}

/// HTTP/2 has names in lower case alone, and no white space around values.
extension GRPCMessage: CarrierReader {
  @inline(__always)
  package func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { (found: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
      if ContextText.equal(found, name) { body(value.bytes) }
    }
  }

  @inline(__always)
  package func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in body(name.bytes, value.bytes) }
  }
}
