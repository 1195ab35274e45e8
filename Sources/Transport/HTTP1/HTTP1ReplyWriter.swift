// Writes one reply at the end of an output buffer: RFC 9112, 4.

public import Bytes
internal import TransportMessages

public enum HTTP1ReplyWriter {
  /// How a connection goes on behind a reply (RFC 9112, 9.3).
  public enum Persistence: Sendable {
    /// As HTTP/1.1 does where nothing is said.
    case implied
    /// It stays, as an HTTP/1.0 peer asked: said.
    case keepsAlive
    case closes
  }

  /// What a reply says beside its payload.
  struct Words {
    var status: UInt16
    /// Of gRPC; nil: the status says it all.
    var code: UInt16?
    var viewsSize = 0
    var persistence = Persistence.implied
    /// Seconds since 1970; nil: without a date.
    var date: Int?
  }

  /// Room that any head takes.
  static var headSizeMax: Int { 320 }

  /// Writes a head; returns where it ends.
  static func writeHead(_ words: Words, bodySize: Int, to start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var next = HTTP1Digits.write("HTTP/1.1 ", to: start)
    next = HTTP1Digits.write(Int(words.status), to: next)
    next = HTTP1Digits.write(" ", to: next)
    next = HTTP1Digits.write(HTTP1Status.phrase(of: words.status), to: next)
    if let date = words.date {
      next = HTTP1Digits.write("\r\ndate: ", to: next)
      HTTP1Date.write(date, to: next)
      next += HTTP1Date.size
    }
    if let code = words.code {
      next = HTTP1Digits.write("\r\nctxchain-status: ", to: next)
      next = HTTP1Digits.write(Int(code), to: next)
    }
    if words.viewsSize > 0 {
      next = HTTP1Digits.write("\r\nctxchain-views: ", to: next)
      next = HTTP1Digits.write(words.viewsSize, to: next)
    }
    switch words.persistence {
    case .implied: break
    case .keepsAlive: next = HTTP1Digits.write("\r\nconnection: keep-alive", to: next)
    case .closes: next = HTTP1Digits.write("\r\nconnection: close", to: next)
    }
    next = HTTP1Digits.write("\r\ncontent-length: ", to: next)
    next = HTTP1Digits.write(bodySize, to: next)
    return HTTP1Digits.write("\r\n\r\n", to: next)
  }

  /// Bytes of the head of an ordinary answer: 200, of HTTP/1.1, with a date.
  public static func answerHeadSize(payloadSize: Int) -> Int {
    withUnsafeTemporaryAllocation(byteCount: headSizeMax, alignment: 16) { memory in
      writeHead(Words(status: 200, date: 0), bodySize: payloadSize, to: memory.baseAddress!) - memory.baseAddress!
    }
  }

  /// Writes a whole reply.
  ///
  /// - Parameters:
  ///   - views: lie at the beginning of the body.
  ///   - isHead: nothing of the body is written, though its size is told (RFC 9110, 9.3.2).
  static func write(
    _ words: Words, views: UnsafeRawBufferPointer?, payloadSize: Int, isHead: Bool, to buffer: ByteBuffer
  ) {
    var words = words
    words.viewsSize = views?.count ?? 0
    let start = buffer.reserve(headSizeMax + words.viewsSize + payloadSize + PayloadBytes.slack)
    var end = writeHead(words, bodySize: words.viewsSize + payloadSize, to: start)
    if !isHead {
      if let views, let source = views.baseAddress {
        end.copyMemory(from: source, byteCount: views.count)
        end += views.count
      }
      PayloadBytes.fill(end, payloadSize)
      end += payloadSize
    }
    buffer.commit(end - start)
  }

  /// What a request is answered with that is refused; the connection closes behind it.
  public static func write(_ refusal: HTTP1Refusal, date: Int?, to buffer: ByteBuffer) {
    write(
      Words(status: refusal.status, persistence: .closes, date: date), views: nil, payloadSize: 0, isHead: false,
      to: buffer)
  }

  /// RFC 9110, 15.2.1.
  static func writeContinue(to buffer: ByteBuffer) {
    let start = buffer.reserve(64)
    buffer.commit(HTTP1Digits.write("HTTP/1.1 100 Continue\r\n\r\n", to: start) - start)
  }
}
