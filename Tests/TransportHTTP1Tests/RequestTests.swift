// What a server takes and what it refuses, however the bytes come.

import Testing
import TransportHTTP1
import TransportMessages

@Suite("HTTP/1.1 requests")
struct RequestTests {
  @Test("Each is taken, or refused as the RFCs say", arguments: RequestVector.all)
  func whole(vector: RequestVector) {
    let outcomes = ReceivingEnd.read([vector.bytes], .requests)
    if let refusal = vector.refusal {
      #expect(outcomes == [.refused(refusal.status, refusal.fault)], "\(outcomes)")
    } else {
      #expect(outcomes.count == 1)
      guard case .message(let message) = outcomes.first else {
        Issue.record("\(outcomes)")
        return
      }
      #expect(message.size == vector.bytes.count)
    }
  }

  @Test("Every reason that a request can be refused for is among these vectors")
  func reasons() {
    let provoked = Set(RequestVector.all.compactMap(\.refusal?.fault))
    #expect(
      provoked == [
        .malformedStartLine, .wrongHost, .ambiguousLength, .malformedChunk, .unsupported, .malformedField,
        .tooManyFields, .tooLarge,
      ])
    let statuses = Set(RequestVector.all.compactMap(\.refusal?.status))
    #expect(statuses == [400, 413, 414, 417, 431, 501, 505])
  }

  @Test("Where it is split makes no difference", arguments: RequestVector.all)
  func split(vector: RequestVector) {
    let whole = ReceivingEnd.read([vector.bytes], .requests)
    let step = max(1, vector.bytes.count / 400)
    for cut in stride(from: 1, to: vector.bytes.count, by: step) {
      let pieces = [Array(vector.bytes[..<cut]), Array(vector.bytes[cut...])]
      #expect(ReceivingEnd.read(pieces, .requests) == whole, "split at \(cut)")
    }
  }

  @Test("Byte by byte it is the same, and each is looked at three times at most", arguments: RequestVector.all)
  func bytewise(vector: RequestVector) {
    let end = ReceivingEnd(.requests)
    for byte in vector.bytes { end.receive([byte]) }
    #expect(end.outcomes == ReceivingEnd.read([vector.bytes], .requests))
    // Twice more where a limit is crossed.
    let limits = vector.bytes.count > HTTP1Limits.startLineSizeMax ? 2 : 0
    #expect(end.reader.lookedAtCount <= (3 + limits) * vector.bytes.count + 8)
  }

  @Test("No part of a message is a message, and none is refused before its fault is there")
  func prefixes() {
    for vector in RequestVector.all where vector.refusal == nil {
      let step = max(1, vector.bytes.count / 200)
      for size in stride(from: 1, to: vector.bytes.count, by: step) {
        #expect(
          ReceivingEnd.read([Array(vector.bytes[..<size])], .requests) == [.needsMore],
          "\(vector.testDescription), \(size) bytes")
      }
    }
  }

  private func message(_ text: String, _ side: HTTP1Side = .requests) throws -> ReadMessage {
    guard case .message(let message) = ReceivingEnd.read(text, side).first else {
      throw NoMessage(text: text)
    }
    return message
  }

  private struct NoMessage: Error { let text: String }

  @Test("A context in the body takes the place of the head's fields, and is no part of the payload")
  func bodyContext() throws {
    let message = try message(
      "POST / HTTP/1.1\r\nHost: a\r\nx-proxy: 1\r\nctxchain-context-body: 0018, 0003\r\nContent-Length: 23\r\n\r\n"
        + "HOST: 1\r\nbb:\t2 \t\r\nxyzhi")
    #expect(message.fields == ["host=1", "bb=2"])
    #expect(String(decoding: message.binary, as: UTF8.self) == "xyz")
    #expect(message.text == "hi" && message.payloadSize == 2 && message.carrierSize == 21)
  }

  @Test("Fields keep order and repeats; names are in lower case, values trimmed, HTTP's own left out")
  func fieldList() throws {
    let message = try message(
      "POST /a?b HTTP/1.1\r\nHOST: a\r\nTraceParent:00-1\r\nA: 1\r\na:\t2 \t\r\nContent-Length: 2\r\n"
        + "connection: keep-alive\r\nExpect: 100-continue\r\nuser-agent: curl/8\r\n\r\nhi")
    #expect(message.fields == ["traceparent=00-1", "a=1", "a=2", "user-agent=curl/8"])
    #expect(message.text == "hi" && !message.isLast && !message.isHead)
    #expect(message.carrierSize == 18 + 6 + 8 + 20)
  }

  @Test("Chunks are put together, and trailers dropped")
  func chunks() throws {
    let message = try message(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
        + "5;x=\"y\"\r\nhello\r\n1\r\n \r\n00A\r\n0123456789\r\n0\r\nA: c\r\n\r\n")
    #expect(message.text == "hello 0123456789" && message.fields == ["a=b"])
  }

  @Test("What a request says in words of our own is read, and what one without them means is known")
  func words() throws {
    let said = try message("GET / HTTP/1.1\r\nHost: a\r\nctxchain: hops=5,deadline=25000 ,\techo, abandoned\r\n\r\n")
    #expect(said.hops == 5 && said.deadline == 25000 && said.flags == 0b101 && said.fields.isEmpty)
    for (hops, deadline) in [(0, 1), (9, 10), (65_535, 4_294_967_295), (12, 100), (345, 99_999), (1, 1_000_000)] {
      let usual = try message("GET / HTTP/1.1\r\nHost: a\r\nctxchain: hops=\(hops), deadline=\(deadline)\r\n\r\n")
      #expect(usual.hops == hops && usual.deadline == deadline)
    }
    let silent = try message("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(silent.hops == HTTP1Limits.hopsByDefault && silent.deadline == 0 && silent.flags == 0)
    let booleans = try message("GET / HTTP/1.1\r\nHost: a\r\nctxchain: echo=?0, stages=?1, hops=0\r\n\r\n")
    #expect(booleans.flags == 0b10 && booleans.hops == 0)
  }

  @Test("Binary is decoded, padded or not")
  func binary() throws {
    for (text, bytes) in [
      ("", []), ("AA==", [0]), ("AA", [0]), ("//79", [255, 254, 253]), ("AAECAwQ", [0, 1, 2, 3, 4]),
    ]
      as [(String, [UInt8])]
    {
      let message = try message("GET / HTTP/1.1\r\nHost: a\r\nctxchain-context-bin: \(text)\r\nA: b\r\n\r\n")
      #expect(message.binary == bytes && message.fields == ["a=b"])
    }
  }

  @Test("Whether more may follow is as RFC 9112, 9.3 says")
  func persistence() throws {
    let cases: [(String, Bool)] = [
      ("GET / HTTP/1.1\r\nHost: a\r\n", false), ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", true),
      ("GET / HTTP/1.1\r\nHost: a\r\nConnection: a, CLOSE\r\n", true),
      ("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n", true),
      ("GET / HTTP/1.0\r\n", true), ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n", false),
      ("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n", true),
    ]
    for (head, isLast) in cases { #expect(try message(head + "\r\n").isLast == isLast, "\(head)") }
  }

  @Test("A sender waits for 100 only before its body, once, and not in HTTP/1.0")
  func continuing() {
    func wishes(_ version: String, _ sent: String) -> [Bool] {
      let end = ReceivingEnd(.requests)
      let head = "POST / HTTP/\(version)\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
      end.receive(Array((head + sent).utf8))
      return (0..<2).map { _ in end.reader.takeWishToContinue(received: head.utf8.count + sent.utf8.count) }
    }
    #expect(wishes("1.1", "") == [true, false])
    #expect(wishes("1.1", "abc") == [false, false])
    #expect(wishes("1.1", "abcde") == [false, false])
    #expect(wishes("1.0", "") == [false, false])
  }

  @Test("Pipelined requests are found one behind the other")
  func pipeline() {
    let one = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
    let two = "\r\nGET /b HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n"
    let bytes = Array((one + two + one + "GET").utf8)
    let whole = ReceivingEnd.read([bytes], .requests)
    #expect(whole.count == 4 && whole.last == .needsMore)
    for cut in 1..<bytes.count {
      #expect(ReceivingEnd.read([Array(bytes[..<cut]), Array(bytes[cut...])], .requests) == whole)
    }
    #expect(ReceivingEnd.read(bytes.map { [$0] }, .requests) == whole)
  }
}
