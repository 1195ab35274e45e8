// The replies of a connection: which bytes, and in which order.

import Bytes
import Testing
import TransportHTTP1
import TransportMessages

@Suite("HTTP/1.1 replies that are owed")
struct RepliesTests {
  /// The server's side of a connection.
  final class Server {
    let replies = HTTP1Replies()
    let output = ByteBuffer(capacity: 64)
    private let reader = HTTP1Reader(.requests)

    deinit {
      reader.deallocate()
      output.deallocate()
    }

    func take(_ head: String) -> UInt64 {
      Array((head + "\r\n\r\n").utf8).withUnsafeBytes { bytes in
        guard case .message = reader.read(bytes) else { return 0 }
        return replies.add(reader.head)
      }
    }

    func get(_ more: String = "") -> UInt64 { take("GET / HTTP/1.1\r\nHost: a" + more) }

    func answer(
      _ tag: UInt64, _ status: StatusCode = .ok, views: [UInt8]? = nil, payloadSize: Int = 0, date: Int? = nil
    ) -> Bool {
      guard let views else {
        return replies.answer(tag, status, payloadSize: payloadSize, date: date, to: output)
      }
      return views.withUnsafeBytes {
        replies.answer(tag, status, views: $0, payloadSize: payloadSize, date: date, to: output)
      }
    }

    /// What was written since the last call.
    var written: String {
      defer { output.removeAll() }
      return String(decoding: output.readable, as: UTF8.self)
    }
  }

  @Test("An answer is these bytes")
  func bytes() {
    let server = Server()
    #expect(server.answer(server.get(), payloadSize: 9))
    #expect(server.written == "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nctxchainc")
    #expect(server.answer(server.get(), payloadSize: 9, date: 784_111_777))
    #expect(
      server.written
        == "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 9\r\n\r\nctxchainc")
    #expect(server.answer(server.get(), payloadSize: 1, date: 784_111_778))
    #expect(
      server.written == "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:38 GMT\r\ncontent-length: 1\r\n\r\nc")
    #expect(server.answer(server.get(), .deadlineExceeded))
    #expect(server.written == "HTTP/1.1 504 Gateway Timeout\r\nctxchain-status: 4\r\ncontent-length: 0\r\n\r\n")
    #expect(server.answer(server.get(), views: [65, 66], payloadSize: 3))
    #expect(server.written == "HTTP/1.1 200 OK\r\nctxchain-views: 2\r\ncontent-length: 5\r\n\r\nABctx")
    #expect(server.answer(server.take("HEAD / HTTP/1.1\r\nHost: a"), payloadSize: 9))
    #expect(server.written == "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
    #expect(server.answer(server.take("GET / HTTP/1.0\r\nConnection: keep-alive"), payloadSize: 1))
    #expect(server.written == "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nc")
    #expect(server.replies.isEmpty && !server.replies.isOver)
    #expect(server.answer(server.get("\r\nConnection: close"), payloadSize: 1))
    #expect(server.written == "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nc")
    #expect(server.replies.isOver)
  }

  @Test("An answer to HTTP/1.0 closes, unless it was asked to stay")
  func oldVersion() {
    let server = Server()
    #expect(server.answer(server.take("GET / HTTP/1.0")))
    #expect(server.written.contains("connection: close") && server.replies.isOver)
  }

  @Test("Answers leave in the order of requests, whichever is ready first")
  func order() {
    let server = Server()
    let tags = (0..<40).map { _ in server.get() }
    for (index, tag) in tags.enumerated().reversed() where index > 0 {
      #expect(!server.answer(tag, payloadSize: index))
    }
    #expect(server.written.isEmpty)
    #expect(server.answer(tags[0], payloadSize: 0))
    #expect(
      server.written
        == (0..<40).map { index in
          let payload = String(repeating: "ctxchain", count: 5).prefix(index)
          return "HTTP/1.1 200 OK\r\ncontent-length: \(index)\r\n\r\n\(payload)"
        }.joined())
    #expect(server.replies.isEmpty)
  }

  @Test("Views and failures wait like any other answer")
  func heldViews() {
    let server = Server()
    let tags = [server.get(), server.get(), server.get()]
    #expect(!server.answer(tags[2], .unavailable))
    #expect(!server.answer(tags[1], views: [65], payloadSize: 1))
    #expect(server.answer(tags[0]))
    #expect(
      server.written == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nctxchain-views: 1\r\ncontent-length: 2\r\n\r\nAc"
        + "HTTP/1.1 503 Service Unavailable\r\nctxchain-status: 14\r\ncontent-length: 0\r\n\r\n")
  }

  @Test("An answer that nobody is owed is not written")
  func unknownTag() {
    let server = Server()
    let tag = server.get()
    #expect(server.answer(tag))
    _ = server.written
    #expect(!server.answer(tag) && !server.answer(tag + 1) && !server.answer(0))
    #expect(server.written.isEmpty)
  }

  @Test("A 100 goes out behind the answers that are owed")
  func continuing() {
    let server = Server()
    server.replies.addContinue(to: server.output)
    #expect(server.written == "HTTP/1.1 100 Continue\r\n\r\n")
    let tag = server.get()
    server.replies.addContinue(to: server.output)
    #expect(server.written.isEmpty)
    #expect(server.answer(tag))
    #expect(server.written == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
  }

  @Test("A 100 is not owed any more once the request that waited for it is whole")
  func continued() {
    let server = Server()
    let first = server.get()
    server.replies.addContinue(to: server.output)
    let second = server.get()
    #expect(server.answer(first) && server.answer(second))
    #expect(server.written == String(repeating: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", count: 2))
  }

  @Test("So many requests wait on a connection, and no more are read")
  func full() {
    let server = Server()
    var tags: [UInt64] = []
    while !server.replies.isFull { tags.append(server.get()) }
    #expect(tags.count == HTTP1Limits.pipelineMax)
    #expect(server.answer(tags[0]) && !server.replies.isFull)
  }

  @Test("A refusal says why, and that the connection ends")
  func refusal() {
    let server = Server()
    HTTP1ReplyWriter.write(.longTarget, date: nil, to: server.output)
    #expect(server.written == "HTTP/1.1 414 URI Too Long\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
  }
}
