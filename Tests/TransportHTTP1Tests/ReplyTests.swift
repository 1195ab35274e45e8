// What a client makes of a server's bytes.

import Testing
import TransportHTTP1
import TransportMessages

@Suite("HTTP/1.1 replies")
struct ReplyTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let refusal: HTTP1Refusal?

    init(_ name: String, _ text: String, _ refusal: HTTP1Refusal? = nil) {
      (testDescription, self.text, self.refusal) = (name, text, refusal)
    }
  }

  private static let empty = "Content-Length: 0\r\n\r\n"

  static let vectors: [Vector] = [
    Vector("a reply", "HTTP/1.1 200 OK\r\n" + empty),
    Vector(
      "sizes of a context, which replies have none of", "HTTP/1.1 200 OK\r\nctxchain-context-body: 9, 9\r\n" + empty),
    Vector("no reason phrase (RFC 9112, 4)", "HTTP/1.1 200 \r\n" + empty),
    Vector("no space before none", "HTTP/1.1 200\r\n" + empty),
    Vector("a phrase with a tab and bytes beyond ASCII", "HTTP/1.1 200 a\tü\r\n" + empty),
    Vector("HTTP/1.0", "HTTP/1.0 200 OK\r\n" + empty),
    Vector("HTTP/2.0", "HTTP/2.0 200 OK\r\n" + empty, .version),
    Vector("HTTP/0.9", "<html>hello there</html>", .startLine),
    Vector("an empty line before", "\r\nHTTP/1.1 200 OK\r\n" + empty, .startLine),
    Vector("two digits", "HTTP/1.1 20 OK\r\n" + empty, .startLine),
    Vector("four digits", "HTTP/1.1 2000 OK\r\n" + empty, .startLine),
    Vector("a status below 100", "HTTP/1.1 099 OK\r\n" + empty, .startLine),
    Vector("a status above 599 (RFC 9110, 15)", "HTTP/1.1 600 OK\r\n" + empty, .startLine),
    Vector("two spaces", "HTTP/1.1  200 OK\r\n" + empty, .startLine),
    Vector("bare LF", "HTTP/1.1 200 OK\n" + empty, .startLine),
    Vector("NUL in a phrase", "HTTP/1.1 200 O\u{0}K\r\n" + empty, .startLine),
    Vector("a phrase that is too long", "HTTP/1.1 200 " + String(repeating: "a", count: 17 << 10), .longTarget),
    Vector("a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", .startLine),
    Vector("a folded line is one (5.2)", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n" + empty),
    Vector("space before the colon (5.1)", "HTTP/1.1 200 OK\r\nA : b\r\n" + empty, .field),
    Vector("a folded length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 0\r\n\r\n", .length),
    Vector("a folded line with no field before", "HTTP/1.1 200 OK\r\n a: b\r\n" + empty, .field),
    Vector("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + empty, .length),
    Vector(
      "Content-Length and Transfer-Encoding",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + empty + "0\r\n\r\n", .length),
    Vector("a coding that was not asked for", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .coding),
    Vector("a coding behind chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .length),
    Vector("chunked in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .length),
    Vector("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
    Vector("a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhi\r\n", .chunk),
    Vector("a body that is too large", "HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n", .body),
    Vector("a code that is none", "HTTP/1.1 500 a\r\nctxchain-status: 17\r\n" + empty, .field),
    Vector("views that are none", "HTTP/1.1 200 OK\r\nctxchain-views: x\r\n" + empty, .field),
  ]

  @Test("Each is taken or refused, whole, split anywhere, or byte by byte", arguments: vectors)
  func replies(vector: Vector) {
    let bytes = Array(vector.text.utf8)
    let whole = ReceivingEnd.read([bytes], .replies)
    if let refusal = vector.refusal {
      #expect(whole == [.refused(refusal.status, refusal.fault)], "\(whole)")
    } else {
      #expect(whole.count == 1)
      guard case .message(let message) = whole.first else {
        Issue.record("\(whole)")
        return
      }
      #expect(message.size == bytes.count)
    }
    for cut in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 200)) {
      #expect(ReceivingEnd.read([Array(bytes[..<cut]), Array(bytes[cut...])], .replies) == whole, "split at \(cut)")
    }
    #expect(ReceivingEnd.read(bytes.map { [$0] }, .replies) == whole)
  }

  private func messages(_ text: String, closing: Bool = false) -> [ReadMessage] {
    ReceivingEnd.read(text, .replies, closing: closing).compactMap {
      if case .message(let message) = $0 { message } else { nil }
    }
  }

  @Test("A reply without a length ends with the connection, and only then (RFC 9112, 6.3)")
  func untilClose() {
    let text = "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello"
    #expect(ReceivingEnd.read(text, .replies) == [.needsMore])
    let message = messages(text, closing: true).first
    #expect(message?.text == "hello" && message?.isLast == true && message?.fields == ["a=b"])
    #expect(
      ReceivingEnd.read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", .replies, closing: true) == [.needsMore])
    #expect(ReceivingEnd.read("HTTP/1.1 200 OK\r\nA: b\r\n", .replies, closing: true) == [.needsMore])
  }

  @Test("1xx, 204, 304 and what answers a HEAD have no body, whatever their fields say (RFC 9112, 6.3)")
  func noBody() {
    for status in ["100 Continue", "103 Early Hints", "204 No Content", "304 Not Modified"] {
      let found = messages(
        "HTTP/1.1 \(status)\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
      #expect(found.map(\.text) == ["", "hi"], "\(status)")
    }
    let end = ReceivingEnd(.replies)
    end.reader.awaitNoBody()
    let text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
      + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    end.receive(Array(text.utf8))
    #expect(end.outcomes.count == 3)
    guard case .message(let last) = end.outcomes.last else {
      Issue.record("\(end.outcomes)")
      return
    }
    #expect(last.text == "hi")
  }

  @Test("A status of ours is exact, another is mapped as gRPC maps it")
  func statuses() {
    for code in StatusCode.allCases {
      let status = HTTP1Status.status(of: code)
      let exact = messages("HTTP/1.1 \(status) X\r\nctxchain-status: \(code.rawValue)\r\n\(ReplyTests.empty)")
      #expect(exact.map(\.replyStatus) == [code.rawValue])
    }
    let foreign: [(Int, StatusCode)] = [
      (200, .ok), (204, .ok), (301, .unknown), (400, .internal), (401, .unauthenticated), (403, .permissionDenied),
      (404, .unimplemented), (418, .unknown), (429, .unavailable), (500, .unknown), (502, .unavailable),
      (503, .unavailable), (504, .unavailable),
    ]
    for (status, code) in foreign {
      #expect(
        messages("HTTP/1.1 \(status) X\r\n\(ReplyTests.empty)").map(\.replyStatus) == [code.rawValue], "\(status)")
    }
  }

  @Test("A head that comes again is read as it was, whatever comes in between and however it is split")
  func again() {
    let length = { (size: Int) in "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: \(size)\r\n\r\n" }
    let parts = [
      length(2) + "hi", length(2) + "ho", length(3) + "abc", "HTTP/1.1 100 Continue\r\n\r\n", length(3) + "def",
      "HTTP/1.1 204 No Content\r\nA: b\r\nContent-Length: 3\r\n\r\n", length(0), length(0), length(2) + "hu",
      "HTTP/1.1 200 OK\r\nctxchain-context-bin: AAAA\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nctxchain-context-bin: AAAA\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", length(2) + "he", length(2) + "ha",
    ]
    let alone = parts.flatMap { ReceivingEnd.read($0, .replies) }
    let bytes = Array(parts.joined().utf8)
    #expect(alone.count == parts.count && ReceivingEnd.read([bytes], .replies) == alone)
    #expect(ReceivingEnd.read(bytes.map { [$0] }, .replies) == alone)
    for cut in 1..<bytes.count {
      #expect(ReceivingEnd.read([Array(bytes[..<cut]), Array(bytes[cut...])], .replies) == alone, "split at \(cut)")
    }
    // The same head, but in answer to a HEAD.
    let end = ReceivingEnd(.replies)
    end.receive(Array((length(2) + "hi").utf8))
    end.reader.awaitNoBody()
    end.receive(Array((length(2) + length(2) + "hi").utf8))
    #expect(end.outcomes.count == 3 && end.outcomes[0] == end.outcomes[2] && end.outcomes[0] != end.outcomes[1])
  }

  @Test("A folded line is one with spaces, and what surrounds a value is no part of it (RFC 9112, 5.2)")
  func folded() {
    let found = messages("HTTP/1.1 200 OK\r\nA:\r\n b\r\n\tc \r\n \r\nB: d\r\n\(ReplyTests.empty)")
    #expect(found.map(\.fields) == [["a=b  \tc", "b=d"]])
  }

  @Test("Views lie in front of the payload")
  func views() {
    let message = messages("HTTP/1.1 200 OK\r\nctxchain-views: 3\r\nContent-Length: 5\r\n\r\nabchi").first
    #expect(message?.viewsSize == 3 && message?.payloadSize == 2)
    let short = messages("HTTP/1.1 200 OK\r\nctxchain-views: 9\r\nContent-Length: 5\r\n\r\nabchi").first
    #expect(short?.viewsSize == 5 && short?.payloadSize == 0)
  }
}
