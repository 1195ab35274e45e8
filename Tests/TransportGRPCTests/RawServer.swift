// A server's session that is fed with bytes, and answers every call.

import Bytes
import TransportGRPC
import TransportMessages

final class RawServer {
  let session: HTTP2Session
  private let output = ByteBuffer(capacity: 1024)
  /// Everything that it has said.
  private(set) var said: [UInt8] = []
  private(set) var heard: [GRPCRequestReading] = []
  private(set) var refusals: [TransportFault] = []
  private(set) var cancelled = 0

  init() { session = HTTP2Session(.server, output: output) }

  deinit { output.deallocate() }

  func receive(_ bytes: [UInt8], pieceSize: Int = .max) {
    for start in stride(from: 0, to: bytes.count, by: min(pieceSize, max(1, bytes.count))) {
      bytes[start..<min(bytes.count, start + min(pieceSize, bytes.count))].withUnsafeBytes { session.receive($0) }
      while let stream = session.takeReady() {
        tell(stream)
        session.didTake(stream)
      }
      session.endReceiving()
      said += Array(output.readable)
      output.removeAll()
    }
  }

  private func tell(_ stream: HTTP2StreamSlot) {
    switch stream.pointee.event {
    case .message:
      let reading = GRPCRequestReading.read(stream.pointee.incoming!)
      heard.append(reading)
      switch reading {
      case .call:
        GRPCReplyWriter.write(views: nil, payloadSize: 0, to: stream.pointee.sent)
        session.answer(stream, generatedSize: 0)
      case .health(let isKnown):
        GRPCReplyWriter.writeHealth(isServing: isKnown, to: stream.pointee.sent)
        session.answer(stream, generatedSize: 0)
      case .failed(let status, let fault):
        session.fail(stream, status)
        if let fault { refusals.append(fault) }
      case .foreign(let isMethodWrong): session.failPlain(stream, isMethodWrong: isMethodWrong)
      }
    case .refused(let status, let fault):
      refusals.append(fault)
      session.fail(stream, status, isWhole: false)
    case .reset, .unprocessed: cancelled += 1
    }
  }

  /// Calls of the chain that it has heard.
  var callCount: Int { heard.count { if case .call = $0 { true } else { false } } }

  /// The code of the goaway that it has said; nil for none.
  var goaway: UInt32? { code(of: .goaway, on: 0, offset: 4) }

  func reset(of stream: UInt32) -> UInt32? { code(of: .reset, on: stream, offset: 0) }

  /// Answers that are trailers alone.
  func statusCount(of stream: UInt32) -> Int {
    RawFrames.parse(said).count {
      $0.kind == RawFrames.Kind.headers.rawValue && $0.stream == stream && $0.flags & RawFrames.endStream != 0
    }
  }

  private func code(of kind: RawFrames.Kind, on stream: UInt32, offset: Int) -> UInt32? {
    RawFrames.parse(said).first { $0.kind == kind.rawValue && $0.stream == stream }?
      .payload.dropFirst(offset).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
}
