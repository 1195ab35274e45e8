// What libFuzzer calls for HTTP/2: what either side hears must be the same in one piece and in two. A session that counts
// sizes of compressed fields holds back what is no whole frame, and hears the same of the others.

import Bytes
import TransportGRPC
import TransportMessages

/// The first byte cuts the rest in two. A server gets it behind the bytes that every client begins with; a client, while
/// five calls are under way.
func fuzzHTTP2(_ side: HTTP2Session.Side, _ input: UnsafeRawBufferPointer) {
  guard let cut = input.first else { return }
  let bytes = input.dropFirst()
  let middle = bytes.startIndex + bytes.count * Int(cut) / 256
  let pieces = [bytes[..<middle], bytes[middle...]]
  let whole = FuzzedSession(side, [bytes], measures: false)
  let parts = FuzzedSession(side, pieces, measures: false)
  let measured = FuzzedSession(side, pieces, measures: true)
  // How much may come at once is bounded, so that depends on the pieces.
  if [whole, parts, measured].contains(where: { $0.fault == .flood }) { return }
  expect(
    whole.fault == parts.fault,
    "\(String(describing: parts.fault)) in two pieces, \(String(describing: whole.fault)) in one")
  // What is heard before a connection is given up depends on where a piece ends.
  guard whole.fault == nil else { return }
  expect(whole.heard == parts.heard, "\(parts.heard) in two pieces, \(whole.heard) in one")
  expect(
    measured.fault == nil && whole.heard.starts(with: measured.heard), "\(measured.heard) counted, \(whole.heard) not")
  expect(!endsFrame(bytes) || measured.heard == whole.heard, "\(measured.heard) counted, \(whole.heard) not")
}

/// The last byte is that of a frame (RFC 9113, 4.1).
private func endsFrame(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
  var place = bytes.startIndex
  while bytes.endIndex - place >= 9 {
    place += 9 + (Int(bytes[place]) << 16 | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2]))
  }
  return place == bytes.endIndex
}

private final class FuzzedSession {
  enum Heard: Equatable {
    case request(fields: [[UInt8]], binary: [UInt8], size: Int)
    case reply(tag: UInt64, status: UInt16, views: [UInt8], size: Int)
    case other(String)
    case refused(TransportFault)
    case ended(tag: UInt64)
  }

  private let session: HTTP2Session
  private let side: HTTP2Session.Side
  private let output = ByteBuffer(capacity: 1024)
  private let target = GRPCTarget(RequestTarget())
  /// Of a server not those that were given up: whether they are heard before depends on the pieces.
  var heard: [Heard] { told.map(\.heard) }
  private var told: [(tag: UInt64, heard: Heard)] = []
  /// A server's answers, when all has come: what may still come on a stream does not depend on the pieces then.
  private var answers: [(tag: UInt64, send: (HTTP2StreamSlot) -> Void)] = []
  var fault: TransportFault? { session.fault }

  init(_ side: HTTP2Session.Side, _ pieces: [Slice<UnsafeRawBufferPointer>], measures: Bool) {
    self.side = side
    session = HTTP2Session(side, output: output)
    if side == .server {
      take(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
    } else {
      for tag in 1...5 { call(UInt64(tag)) }
    }
    receive(pieces, measures: measures)
  }

  deinit { output.deallocate() }

  private func call(_ tag: UInt64) {
    let stream = session.takeRequest()
    let writer = GRPCRequestWriter(
      to: stream.pointee.sent, target: target, RequestHead(tag: tag, deadline: 0, hopsLeft: 3, flags: []))
    expect(writer.finish(payloadSize: 16), "a request that cannot be written")
    session.send(stream, tag: tag, to: target)
  }

  private func receive(_ pieces: [Slice<UnsafeRawBufferPointer>], measures: Bool) {
    session.measure(measures)
    for piece in pieces { take(Array(piece)) }
    for answer in answers { if let stream = session.find(answer.tag) { answer.send(stream) } }
    answers = []
  }

  /// From an exact heap block: a sanitizer sees the first byte outside.
  private func take(_ bytes: [UInt8]) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    block.copyBytes(from: bytes)
    session.receive(UnsafeRawBufferPointer(block))
    // What came is the session's own from here on.
    block.deallocate()
    repeat {
      while let stream = session.takeReady() {
        hear(stream)
        session.didTake(stream)
      }
      session.endReceiving()
    } while session.hasReady
    output.removeAll()
  }

  private func hear(_ stream: HTTP2StreamSlot) {
    let tag = side == .server ? UInt64(stream.pointee.id) : stream.pointee.tag
    switch stream.pointee.event {
    case .message: side == .server ? hearRequest(stream, tag) : hearReply(stream, tag)
    case .refused(let status, let fault):
      told.append((tag, .refused(fault)))
      if side == .server {
        answers.append((tag, { [session] stream in session.fail(stream, status, isWhole: false) }))
      }
    case .reset, .unprocessed:
      guard side == .client else { return told.removeAll { $0.tag == tag } }
      told.append((tag, .ended(tag: tag)))
    }
  }

  private func hearRequest(_ stream: HTTP2StreamSlot, _ tag: UInt64) {
    guard let incoming = stream.pointee.incoming else { return }
    switch GRPCRequestReading.read(incoming) {
    case .call:
      let message = GRPCMessage(ReceivedMessage(kind: .grpc, base: incoming, size: 0))
      var fields: [[UInt8]] = []
      message.forEachField { fields += [Array($0), Array($1)] }
      told.append((tag, .request(fields: fields, binary: Array(message.binary), size: message.payload.count)))
      answers.append(
        (
          tag,
          { [session] stream in
            GRPCReplyWriter.write(views: nil, payloadSize: 8, to: stream.pointee.sent)
            session.answer(stream, generatedSize: 8)
          }
        ))
    case .health(let isKnown):
      told.append((tag, .other("health \(isKnown)")))
      answers.append(
        (
          tag,
          { [session] stream in
            GRPCReplyWriter.writeHealth(isServing: isKnown, to: stream.pointee.sent)
            session.answer(stream, generatedSize: 0)
          }
        ))
    case .failed(let status, let fault):
      told.append((tag, .other("\(status) \(String(describing: fault))")))
      answers.append((tag, { [session] stream in session.fail(stream, status) }))
    case .foreign(let isMethodWrong):
      told.append((tag, .other("foreign \(isMethodWrong)")))
      answers.append((tag, { [session] stream in session.failPlain(stream, isMethodWrong: isMethodWrong) }))
    }
  }

  private func hearReply(_ stream: HTTP2StreamSlot, _ tag: UInt64) {
    guard let incoming = stream.pointee.incoming else { return }
    let status = GRPCReplyReading.read(incoming, isRaw: false)
    let message = GRPCMessage(ReceivedMessage(kind: .grpc, base: incoming, size: 0))
    told.append(
      (tag, .reply(tag: tag, status: status, views: Array(message.views), size: message.payload.count)))
  }
}
