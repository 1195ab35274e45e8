// What is written is what is read: requests with their context, and replies in the order of requests.

import Bytes
import Statistics
import TestSupport
import Testing
import TransportHTTP1
import TransportMessages

@Suite("HTTP/1.1, written")
struct WriterTests {
  @Test("A target that another server would read as something else has a problem")
  func wrongTargets() {
    let good = RequestTarget(host: "a:80", path: "/x?y=1", method: "GET", fields: [.init(name: "Accept", value: "*/*")])
    #expect(HTTP1Target.problem(good) == nil)
    let wrong: [(RequestTarget, String)] = [
      (RequestTarget(path: "x"), "\"x\" is no path of a request"),
      (RequestTarget(path: "/a b"), "\"/a b\" is no path of a request"),
      (RequestTarget(path: "/a#b"), "\"/a#b\" is no path of a request"),
      (RequestTarget(path: "/" + String(repeating: "a", count: 17 << 10)), " is no path of a request"),
      (RequestTarget(path: "/ HTTP/1.1\r\nx: y"), "a control character in the path or in a header field"),
      (RequestTarget(method: "GRAB"), "expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, got \"GRAB\""),
      (RequestTarget(fields: [.init(name: "a b", value: "c")]), "a header field that is none, or too many of them"),
      (
        RequestTarget(fields: [.init(name: "a", value: "b\nc")]), "a control character in the path or in a header field"
      ),
      (RequestTarget(fields: [.init(name: "Content-Length", value: "3")]), "Content-Length is written by this program"),
    ]
    for (target, problem) in wrong {
      #expect(HTTP1Target.problem(target)?.hasSuffix(problem) == true, "\(HTTP1Target.problem(target) ?? "none")")
    }
  }

  private let target = HTTP1Target(RequestTarget(host: "b:80"))

  private func written(_ body: (ByteBuffer) -> Void) -> [UInt8] {
    let buffer = ByteBuffer(capacity: 64)
    defer { buffer.deallocate() }
    body(buffer)
    return Array(buffer.readable)
  }

  private func text(_ body: (ByteBuffer) -> Void) -> String { String(decoding: written(body), as: UTF8.self) }

  private func append(_ name: String, _ value: String, to writer: HTTP1RequestWriter) {
    Array(name.utf8).withUnsafeBytes { name in Array(value.utf8).withUnsafeBytes { writer.appendField(name, $0) } }
  }

  private func append(binary: [UInt8], to writer: HTTP1RequestWriter) {
    writer.appendBinary(binary.count).copyMemory(from: binary, byteCount: binary.count)
  }

  @Test("A request is these bytes")
  func request() {
    let request = text { buffer in
      let writer = HTTP1RequestWriter(
        to: buffer, target: target, RequestHead(tag: 1, deadline: 25_000, hopsLeft: 5, flags: [.echo, .stages]))
      append("traceparent", "00-1", to: writer)
      append(binary: [0, 1, 2, 3], to: writer)
      append("baggage", "", to: writer)
      #expect(writer.finish(payloadSize: 10))
    }
    #expect(
      request == "POST / HTTP/1.1\r\nhost: b:80\r\nctxchain: hops=5, deadline=25000, echo, stages\r\n"
        + "traceparent: 00-1\r\nbaggage: \r\nctxchain-context-bin: AAECAw==\r\ncontent-length: 10\r\n\r\nctxchainct")
    let inBody = text { buffer in
      let target = HTTP1Target(RequestTarget(host: "b:80", contextInBody: true))
      let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 5))
      append("traceparent", "00-1", to: writer)
      append(binary: [0x78, 0x79, 0x7a], to: writer)
      append("baggage", "", to: writer)
      #expect(writer.finish(payloadSize: 10))
    }
    #expect(
      inBody == "POST / HTTP/1.1\r\nhost: b:80\r\nctxchain: hops=5\r\nctxchain-context-body: 0000030, 0000003\r\n"
        + "content-length: 00000043\r\n\r\ntraceparent: 00-1\r\nbaggage: \r\nxyzctxchainct")
    let least = text { buffer in
      let target = HTTP1Target(RequestTarget(host: "a/b"))
      let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 12))
      #expect(writer.finish(payloadSize: 0))
    }
    #expect(least == "POST / HTTP/1.1\r\nhost: ctxchain\r\nctxchain: hops=12\r\ncontent-length: 0\r\n\r\n")
  }

  @Test(
    "A field that would be two, or none, leaves the request unwritten",
    arguments: ["a\r\nb: c", "a\nb", "a\rb", "a\u{0}", "\u{7f}", "\u{1}"])
  func wrongFields(text: String) {
    func isWritten(_ append: (HTTP1RequestWriter) -> Void) -> Bool {
      var isWritten = true
      let bytes = written { buffer in
        let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 1))
        append(writer)
        isWritten = writer.finish(payloadSize: 0)
      }
      #expect(bytes.isEmpty != isWritten)
      return isWritten
    }
    #expect(!isWritten { append("baggage", text, to: $0) })
    #expect(isWritten { append("baggage", "a\tb \u{e4}", to: $0) })
    for name in [text, "a b", "a:b", "ä"] {
      #expect(
        !isWritten { writer in
          Array(name.utf8).withUnsafeBytes { name in
            Array("v".utf8).withUnsafeBytes { writer.appendField(checking: name, $0) }
          }
        })
    }
  }

  @Test("A request says where it goes and what every request of its edge says")
  func targets() {
    let target = HTTP1Target(
      RequestTarget(host: "b", path: "/x?y", propagator: "b3", fields: [.init(name: "accept", value: "*/*")]))
    let request = text { buffer in
      #expect(HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 2)).finish(payloadSize: 0))
    }
    #expect(
      request == "POST /x?y HTTP/1.1\r\nhost: b\r\nctxchain-propagator: b3\r\naccept: */*\r\nctxchain: hops=2\r\n"
        + "content-length: 0\r\n\r\n")
  }

  @Test(
    "What a request carries is what its reader finds, behind whatever else is in the buffer", arguments: [false, true])
  func roundTrip(contextInBody: Bool) throws {
    let target = HTTP1Target(RequestTarget(host: "b:80", contextInBody: contextInBody))
    var random = TestSeed.generator("HTTP/1.1 requests", standard: 7)
    for _ in 0..<300 {
      let head = RequestHead(
        tag: 1, deadline: UInt32(truncatingIfNeeded: random.next() >> UInt64(random.next(below: 64))),
        hopsLeft: UInt16(truncatingIfNeeded: random.next()),
        flags: RequestFlags(rawValue: UInt8(random.next(below: 8))))
      var fields: [String] = []
      var binary: [UInt8] = []
      let payloadSize = random.next(below: 300)
      let bytes = written { buffer in
        Array("before".utf8).withUnsafeBytes { buffer.append($0) }
        let writer = HTTP1RequestWriter(to: buffer, target: target, head)
        for index in 0..<random.next(below: 6) {
          if random.chance(0.3) {
            let part = random.bytes(random.next(below: 200))
            append(binary: part, to: writer)
            binary += part
          } else {
            let value = String(repeating: "v", count: random.next(below: 200))
            append("name-\(index)", value, to: writer)
            fields.append("name-\(index)=\(value)")
          }
        }
        #expect(writer.finish(payloadSize: payloadSize))
      }
      let outcomes = ReceivingEnd.read([Array(bytes[6...])], .requests)
      guard case .message(let message) = try #require(outcomes.first) else {
        Issue.record("\(outcomes)")
        return
      }
      #expect(message.fields == fields && message.binary == binary && message.payloadSize == payloadSize)
      #expect(message.hops == head.hopsLeft && message.deadline == head.deadline)
      #expect(message.flags == head.flags.rawValue && message.size == bytes.count - 6)
    }
  }

  @Test("A field that is filled in place takes what was filled, and nothing where nothing was")
  func filled() {
    let request = text { buffer in
      let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 1))
      Array("a".utf8).withUnsafeBytes { name in
        writer.appendField(name, sizeMax: 100) { room in
          room.storeBytes(of: UInt8(ascii: "x"), as: UInt8.self)
          return 1
        }
        writer.appendField(name, sizeMax: 100) { _ in 0 }
      }
      #expect(writer.finish(payloadSize: 0))
    }
    #expect(request.hasSuffix("hops=1\r\na: x\r\ncontent-length: 0\r\n\r\n"))
  }

  @Test("What has no room is refused, and nothing of it is left", arguments: 0..<4)
  func overflow(kind: Int) {
    let bytes = written { buffer in
      let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 1))
      switch kind {
      case 0: for index in 0...256 { append("n\(index)", "v", to: writer) }
      case 1: append("n", String(repeating: "v", count: 65_536), to: writer)
      case 2: append(binary: [UInt8](repeating: 0, count: 49_200), to: writer)
      default: append(binary: [UInt8](repeating: 0, count: 70_000), to: writer)
      }
      #expect(!writer.finish(payloadSize: 8))
    }
    #expect(bytes.isEmpty)
  }

  @Test("A body takes what a head has no room for, up to its own limit")
  func bodyLimits() {
    func isWritten(_ append: (HTTP1RequestWriter) -> Void) -> Bool {
      var isWritten = false
      let bytes = written { buffer in
        let target = HTTP1Target(RequestTarget(host: "b", contextInBody: true))
        let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 1))
        append(writer)
        isWritten = writer.finish(payloadSize: 8)
      }
      guard isWritten else {
        #expect(bytes.isEmpty)
        return false
      }
      guard case .message = ReceivingEnd.read([bytes], .requests).first else {
        Issue.record("what was written cannot be read")
        return false
      }
      return true
    }
    let long = String(repeating: "v", count: 65_000)
    #expect(isWritten { writer in (0..<16).forEach { append("n\($0)", long, to: writer) } })
    #expect(!isWritten { writer in (0..<17).forEach { append("n\($0)", long, to: writer) } })
    #expect(isWritten { append(binary: [UInt8](repeating: 0, count: 1 << 20), to: $0) })
    #expect(!isWritten { append(binary: [UInt8](repeating: 0, count: 1 << 20 + 1), to: $0) })
    #expect(!isWritten { append("n", String(repeating: "v", count: 65_536), to: $0) })
    #expect(!isWritten { writer in (0...256).forEach { append("n\($0)", "v", to: writer) } })
  }

  @Test("Whatever is written is within the limits of a reader")
  func limits() {
    for (count, size) in [(256, 200), (1, 65_000), (0, 0)] {
      let bytes = written { buffer in
        let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, deadline: 1, hopsLeft: 1))
        for index in 0..<count { append("n\(index)", String(repeating: "v", count: size), to: writer) }
        if count == 0 { append(binary: [UInt8](repeating: 7, count: 48_900), to: writer) }
        #expect(writer.finish(payloadSize: 8))
      }
      guard case .message = ReceivingEnd.read([bytes], .requests).first else {
        Issue.record("\(count) fields of \(size)")
        return
      }
    }
  }

  @Test("Every length is written in its digits")
  func lengths() {
    let sizes = Array(0...1100) + [9_999, 10_000, 99_999, 123_456, 1_000_000, HTTP1Limits.bodySizeMax]
    for size in sizes {
      let head = text { buffer in
        let writer = HTTP1RequestWriter(to: buffer, target: target, RequestHead(tag: 1, hopsLeft: 1))
        #expect(writer.finishHead(payloadSize: size))
      }
      #expect(head.hasSuffix("\r\ncontent-length: \(size)\r\n\r\n"))
    }
  }

  @Test("Dates are written as RFC 9110, 5.6.7 has them")
  func dates() {
    let cases = [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ]
    for (seconds, date) in cases {
      let written = [UInt8](unsafeUninitializedCapacity: HTTP1Date.size) { buffer, count in
        HTTP1Date.write(seconds, to: UnsafeMutableRawPointer(buffer.baseAddress!))
        count = HTTP1Date.size
      }
      #expect(String(decoding: written, as: UTF8.self) == date)
    }
  }
}
