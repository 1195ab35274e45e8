// gRPC's carrier of TransportCarriers.swift: what it writes goes through HPACK, from a client's session into a server's.

import Bytes
import Context
import Propagation
import TransportGRPC
import TransportMessages

class GRPCTestCarrier: TestCarrier {
  private let fromClient = ByteBuffer(capacity: 1024)
  private let fromServer = ByteBuffer(capacity: 1024)
  private let client: HTTP2Session
  private let server: HTTP2Session
  private let target: GRPCTarget
  private let stream: HTTP2StreamSlot
  private var writer: GRPCRequestWriter
  private var received: GRPCMessage?

  required init() {
    client = HTTP2Session(.client, output: fromClient)
    server = HTTP2Session(.server, output: fromServer)
    target = GRPCTarget(RequestTarget(host: "a", contextInBody: Self.contextInBody))
    stream = client.takeRequest()
    writer = GRPCRequestWriter(
      to: stream.pointee.sent, target: target, RequestHead(tag: 1, deadline: 1_000_000, hopsLeft: 5))
  }

  class var contextInBody: Bool { false }

  /// As another program would write it: with padding by turns.
  required convenience init(fields: [(name: String, value: [UInt8])], binary: [UInt8]) {
    self.init()
    for field in fields { appendField(name: Array(field.name.utf8).span.bytes, field.value.span.bytes) }
    if Self.contextInBody {
      appendBinary(binary.count).copyMemory(from: binary, byteCount: binary.count)
    } else if !binary.isEmpty {
      let text = Base64.encode(binary, padded: fields.count.isMultiple(of: 2))
      appendField("ctxchain-context-bin", text.span.bytes)
    }
    send()
  }

  deinit {
    fromClient.deallocate()
    fromServer.deallocate()
  }

  func send() {
    precondition(writer.finish(payloadSize: 16), "a test's context fits into metadata")
    client.send(stream, tag: 1, to: target)
    server.receive(fromClient.readable)
    guard let arrived = server.takeReady(), let incoming = arrived.pointee.incoming,
      case .call = GRPCRequestReading.read(incoming)
    else { fatalError("no call: \(Array(fromClient.readable))") }
    received = GRPCMessage(ReceivedMessage(kind: .grpc, base: incoming, size: 0))
  }

  var receivedFields: [(name: String, value: [UInt8])] {
    var fields: [(name: String, value: [UInt8])] = []
    forEachField { (name: RawSpan, value: RawSpan) in
      fields.append(
        (name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, value.withUnsafeBytes { Array($0) }))
    }
    return fields
  }

  func appendField(_ name: StaticString, _ value: RawSpan) { writer.appendField(name, value) }

  func appendField(name: RawSpan, _ value: RawSpan) { writer.appendField(name: name, value) }

  func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    writer.appendField(name, sizeMax: sizeMax, fill)
  }

  func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { writer.appendBinary(size) }

  /// Before it is sent a message holds nothing.
  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) { received?.forEachField(name, body) }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) { received?.forEachField(body) }

  var binary: UnsafeRawBufferPointer { received?.binary ?? UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// The same with the context in the message.
final class GRPCMessageTestCarrier: GRPCTestCarrier {
  override class var contextInBody: Bool { true }
}
