// Two sessions wired by memory, and what tests ask of them.

import Bytes
import TransportGRPC
import TransportMessages

/// What a server has heard of a request.
struct HeardRequest {
  let tag: UInt64
  let reading: GRPCRequestReading
  let fields: [(name: String, value: String)]
  let binary: [UInt8]
  let payloadSize: Int
  let carrierSize: Int
  let uncompressedCarrierSize: Int
  let insertedCount: Int

  init(_ stream: HTTP2StreamSlot) {
    tag = UInt64(stream.pointee.id)
    let incoming = stream.pointee.incoming!
    reading = GRPCRequestReading.read(incoming)
    let message = GRPCMessage(ReceivedMessage(kind: .grpc, base: incoming, size: 0))
    var fields: [(name: String, value: String)] = []
    message.forEachField { fields.append((String(decoding: $0, as: UTF8.self), String(decoding: $1, as: UTF8.self))) }
    self.fields = fields
    binary = Array(message.binary)
    payloadSize = message.payload.count
    carrierSize = message.carrierSize
    uncompressedCarrierSize = message.uncompressedCarrierSize
    insertedCount = message.insertedCount
  }

  /// Of the chain's own call.
  var request: GRPCRequest? { if case .call(let request) = reading { request } else { nil } }
}

struct HeardReply: Equatable {
  let tag: UInt64
  let status: UInt16
  let payloadSize: Int
  let views: [UInt8]
}

final class SessionPair {
  let client: HTTP2Session
  let server: HTTP2Session
  let fromClient = ByteBuffer(capacity: 1024)
  let fromServer = ByteBuffer(capacity: 1024)
  let target: GRPCTarget
  private(set) var requests: [HeardRequest] = []
  private(set) var replies: [HeardReply] = []
  /// Tags of requests that the client was told to send again.
  private(set) var unprocessed: [UInt64] = []
  /// Of streams that were reset, with the code, as the client and the server heard of it.
  private(set) var clientResets: [UInt64: UInt32] = [:]
  private(set) var serverResets: [UInt64: UInt32] = [:]
  private(set) var refusals: [TransportFault] = []
  /// What the server does with a request.
  var answer: (HTTP2Session, HTTP2StreamSlot) -> Void = { session, stream in
    GRPCReplyWriter.write(views: nil, payloadSize: 24, to: stream.pointee.sent)
    session.answer(stream, generatedSize: 24)
  }

  /// Of each call, while its message is there.
  var onCall: (GRPCRequest) -> Void = { _ in }

  init(_ target: RequestTarget = RequestTarget()) {
    client = HTTP2Session(.client, output: fromClient)
    server = HTTP2Session(.server, output: fromServer)
    self.target = GRPCTarget(target)
  }

  deinit {
    fromClient.deallocate()
    fromServer.deallocate()
  }

  /// - Parameter write: the context.
  @discardableResult
  func send(
    _ tag: UInt64, deadline: UInt32 = 0, hopsLeft: UInt16 = 5, flags: RequestFlags = [], payloadSize: Int = 128,
    _ write: (GRPCRequestWriter) -> Void = { _ in }
  ) -> Bool {
    let stream = client.takeRequest()
    let writer = GRPCRequestWriter(
      to: stream.pointee.sent, target: target,
      RequestHead(tag: tag, deadline: deadline, hopsLeft: hopsLeft, flags: flags))
    write(writer)
    let isWritten =
      target.isRaw
      ? target.finishRaw(writer, payloadSize: payloadSize) : writer.finish(payloadSize: payloadSize)
    guard isWritten else {
      client.drop(stream)
      return false
    }
    client.send(stream, tag: tag, to: target)
    return true
  }

  /// Changes what the server has said.
  func spoil(_ change: (inout [UInt8]) -> Void) {
    deliver(fromClient, .max, to: server) { hear(requestOn: $0) }
    var bytes = Array(fromServer.readable)
    change(&bytes)
    fromServer.removeAll()
    bytes.withUnsafeBytes { fromServer.append($0) }
  }

  /// Hands over what each side has said, in pieces of so many bytes, until both are silent.
  func exchange(pieceSize: Int = .max) {
    while !fromClient.isEmpty || !fromServer.isEmpty {
      deliver(fromClient, pieceSize, to: server) { hear(requestOn: $0) }
      deliver(fromServer, pieceSize, to: client) { hear(replyOn: $0) }
    }
  }

  private func deliver(
    _ bytes: ByteBuffer, _ pieceSize: Int, to session: HTTP2Session, _ hear: (HTTP2StreamSlot) -> Void
  ) {
    let all = Array(bytes.readable)
    bytes.removeAll()
    for start in stride(from: 0, to: all.count, by: min(pieceSize, max(1, all.count))) {
      all[start..<min(all.count, start + min(pieceSize, all.count))].withUnsafeBytes { session.receive($0) }
      while let stream = session.takeReady() {
        hear(stream)
        session.didTake(stream)
      }
      session.endReceiving()
    }
  }

  private func hear(requestOn stream: HTTP2StreamSlot) {
    switch stream.pointee.event {
    case .message:
      let heard = HeardRequest(stream)
      requests.append(heard)
      if let request = heard.request { onCall(request) }
      answer(server, stream)
    case .refused(let status, let fault):
      refusals.append(fault)
      server.fail(stream, status, isWhole: false)
    case .reset(let code): serverResets[UInt64(stream.pointee.id)] = code
    case .unprocessed: serverResets[UInt64(stream.pointee.id)] = 7
    }
  }

  private func hear(replyOn stream: HTTP2StreamSlot) {
    let tag = stream.pointee.tag
    switch stream.pointee.event {
    case .message:
      let incoming = stream.pointee.incoming!
      let status = GRPCReplyReading.read(incoming, isRaw: target.isRaw)
      let message = GRPCMessage(ReceivedMessage(kind: .grpc, base: incoming, size: 0))
      replies.append(
        HeardReply(tag: tag, status: status, payloadSize: message.payload.count, views: Array(message.views)))
    case .refused(let status, _):
      replies.append(HeardReply(tag: tag, status: status.rawValue, payloadSize: 0, views: []))
    case .reset(let code): clientResets[tag] = code
    case .unprocessed: unprocessed.append(tag)
    }
  }
}

extension GRPCRequestWriter {
  func field(_ name: String, _ value: String) {
    Array(name.utf8).withUnsafeBytes { name in Array(value.utf8).withUnsafeBytes { appendField(name, $0) } }
  }

  func binary(_ bytes: [UInt8]) { appendBinary(bytes.count).copyMemory(from: bytes, byteCount: bytes.count) }
}
