// A call between two sessions: what arrives is what was sent, in whatever pieces and however large.

import Bytes
import Statistics
import Testing
import TransportGRPC
import TransportMessages

@Suite("A call of gRPC")
struct CallTests {
  @Test("arrives whole, with deadline, hops, flags and context, and so does its answer", arguments: [1, 7, Int.max])
  func call(pieceSize: Int) throws {
    let pair = SessionPair(RequestTarget(host: "stock", propagator: "b3"))
    #expect(
      pair.send(7, deadline: 25_000, hopsLeft: 3, flags: [.echo, .stages]) {
        $0.field("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        $0.binary([1, 2, 3, 255])
        $0.field("tracestate", " a=1\t")
        $0.field("tracestate", "b=2")
      })
    pair.exchange(pieceSize: pieceSize)
    let heard = try #require(pair.requests.first)
    let request = try #require(heard.request)
    #expect(request.words.deadline == 25_000 && request.words.hopsLeft == 3 && request.words.flags == [.echo, .stages])
    #expect(request.isOurs && heard.binary == [1, 2, 3, 255] && heard.payloadSize == 128)
    #expect(heard.fields.map(\.name) == ["traceparent", "tracestate", "tracestate"])
    #expect(heard.fields.dropFirst().map(\.value) == ["a=1", "b=2"])
    #expect(pair.replies == [HeardReply(tag: 7, status: 0, payloadSize: 24, views: [])])
    #expect(pair.client.openCount == 0 && pair.server.fault == nil && pair.client.fault == nil)
  }

  @Test("has its context in the message where it is to be there, and none in its metadata")
  func contextInMessage() throws {
    let pair = SessionPair(RequestTarget(contextInBody: true))
    pair.send(1) {
      $0.binary([9])
      $0.field("a", "1")
      $0.field("a", "")
    }
    pair.exchange()
    let heard = try #require(pair.requests.first)
    #expect(heard.request != nil && heard.binary == [9] && heard.payloadSize == 128)
    #expect(heard.fields.map { $0.name + "=" + $0.value } == ["a=1", "a="])
  }

  @Test("of another service's method has its whole context as metadata, and its answer is payload")
  func otherMethod() throws {
    let pair = SessionPair(RequestTarget(path: "/shop.v1.Cart/Get", contextInBody: true, message: [10, 1, 97]))
    for tag in 1...2 {
      pair.send(UInt64(tag), payloadSize: 128) {
        $0.field("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        $0.binary([9, 8])
      }
    }
    pair.exchange()
    #expect(pair.requests.count == 2)
    for heard in pair.requests {
      guard case .failed(.unimplemented, nil) = heard.reading else {
        Issue.record("\(heard.reading)")
        continue
      }
      #expect(
        heard.fields.map { $0.name + "=" + $0.value }.suffix(2) == [
          "traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "ctxchain-context-bin=CQg",
        ])
    }
    #expect(
      pair.replies.map(\.payloadSize) == [24 + 2, 24 + 2], "the message of the answer is payload, whatever is in it")
  }

  @Test("is answered with every status, and with views", arguments: StatusCode.allCases)
  func status(code: StatusCode) {
    let pair = SessionPair()
    pair.answer = { session, stream in
      guard code == .ok else { return session.fail(stream, code) }
      [7, 8, 9].withUnsafeBytes { views in
        GRPCReplyWriter.write(views: views, payloadSize: 5, to: stream.pointee.sent)
      }
      session.answer(stream, generatedSize: 5)
    }
    pair.send(1)
    pair.exchange()
    let views: [UInt8] = code == .ok ? [UInt8](repeating: 0, count: 0) : []
    #expect(pair.replies.count == 1 && pair.replies[0].status == code.rawValue)
    #expect(pair.replies[0].payloadSize == (code == .ok ? 5 : 0) && views.isEmpty)
    #expect(pair.replies[0].views.isEmpty == (code != .ok))
  }

  @Test("may be as large as all windows together, and larger")
  func large() {
    let pair = SessionPair()
    pair.answer = { session, stream in
      GRPCReplyWriter.write(views: nil, payloadSize: 13 << 20, to: stream.pointee.sent)
      session.answer(stream, generatedSize: 13 << 20)
    }
    for tag in 1...3 { pair.send(UInt64(tag), payloadSize: 13 << 20) }
    pair.exchange(pieceSize: 1 << 16)
    #expect(pair.requests.map(\.payloadSize) == [13 << 20, 13 << 20, 13 << 20])
    #expect(pair.replies.map(\.payloadSize) == [13 << 20, 13 << 20, 13 << 20])
  }

  @Test("of a thousand goes out with its own context, also beyond what the peer lets be open at once")
  func many() {
    let pair = SessionPair()
    for tag in 1...1000 { pair.send(UInt64(tag)) { $0.field("id", "\(tag)") } }
    pair.exchange(pieceSize: 1 << 14)
    #expect(pair.requests.map { $0.fields.first?.value ?? "" } == (1...1000).map(String.init))
    #expect(pair.replies.map(\.tag) == (1...1000).map(UInt64.init) && pair.replies.allSatisfy { $0.status == 0 })
  }

  @Test("that is given up is reset, and the server hears of it; one whose answer is there is not")
  func giveUp() {
    let pair = SessionPair()
    var kept: [HTTP2StreamSlot] = []
    pair.answer = { _, stream in kept.append(stream) }
    for tag in 1...3 { pair.send(UInt64(tag)) }
    pair.exchange()
    pair.client.giveUp(2, resets: true)
    pair.exchange()
    #expect(pair.serverResets == [3: 8] && pair.client.openCount == 2)
    for stream in [kept[0], kept[2]] {
      GRPCReplyWriter.write(views: nil, payloadSize: 0, to: stream.pointee.sent)
      pair.server.answer(stream, generatedSize: 0)
    }
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [1, 3] && pair.client.openCount == 0)
    pair.client.giveUp(1, resets: true)
    pair.exchange()
    #expect(pair.serverResets == [3: 8])
  }

  @Test("that is given up before it has been sent ends once, and its stream's memory serves the next")
  func giveUpUnsent() {
    let pair = SessionPair()
    var kept: [HTTP2StreamSlot] = []
    pair.answer = { _, stream in kept.append(stream) }
    // While something is being received nothing is sent: a request and its end may meet there.
    let nothing: [UInt8] = []
    nothing.withUnsafeBytes { pair.client.receive($0) }
    for tag in 1...3 { pair.send(UInt64(tag)) { $0.field("id", "\(tag)") } }
    pair.client.giveUp(2, resets: true)
    pair.client.endReceiving()
    #expect(pair.client.openCount == 2)
    for tag in 4...6 { pair.send(UInt64(tag)) { $0.field("id", "\(tag)") } }
    pair.exchange()
    #expect(pair.requests.map { $0.fields[0].value } == ["1", "3", "4", "5", "6"])
    for stream in kept {
      GRPCReplyWriter.write(views: nil, payloadSize: 1, to: stream.pointee.sent)
      pair.server.answer(stream, generatedSize: 1)
    }
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [1, 3, 4, 5, 6] && pair.client.openCount == 0)
    #expect(pair.unprocessed.isEmpty && pair.clientResets.isEmpty)
  }

  @Test("says how it carries its context, also where a large context moves what was read")
  func propagator() throws {
    let pair = SessionPair(RequestTarget(propagator: "tracecontext,baggage", contextInBody: true))
    let long = String(repeating: "x", count: 3000)
    var heard: [String] = []
    pair.answer = { session, stream in session.fail(stream, .ok) }
    pair.send(1) { writer in for index in 0..<20 { writer.field("n\(index)", long) } }
    pair.onCall = { heard.append(String(decoding: $0.propagator, as: UTF8.self)) }
    pair.exchange()
    #expect(heard == ["tracecontext,baggage"] && pair.requests.first?.fields.count == 20)
  }

  @Test("that its peer may not be told of is dropped when its answer comes")
  func giveUpSilently() {
    let pair = SessionPair()
    var kept: [HTTP2StreamSlot] = []
    pair.answer = { _, stream in kept.append(stream) }
    pair.send(1)
    pair.exchange()
    pair.client.giveUp(1, resets: false)
    pair.exchange()
    #expect(pair.serverResets.isEmpty && pair.client.openCount == 1)
    pair.server.fail(kept[0], .ok)
    pair.exchange()
    #expect(pair.replies.isEmpty && pair.client.openCount == 0)
  }

  @Test("does not fit with too many fields, too many bytes, or a field that is none")
  func limits() {
    let pair = SessionPair()
    let long = String(repeating: "x", count: 1000)
    #expect(!pair.send(1) { writer in for index in 0...256 { writer.field("n\(index)", "") } })
    #expect(pair.send(2) { writer in for index in 0..<256 { writer.field("n\(index)", "") } })
    #expect(!pair.send(3) { writer in for _ in 0..<66 { writer.field("n", long) } })
    #expect(pair.send(4) { writer in for _ in 0..<64 { writer.field("n", long) } })
    #expect(!pair.send(5) { $0.field("n", "a\nb") })
    #expect(!pair.send(6) { $0.field("a b", "c") })
    #expect(pair.send(7) { $0.binary([UInt8](repeating: 7, count: 48_000)) })
    #expect(!pair.send(8) { $0.binary([UInt8](repeating: 7, count: 50_000)) })
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [2, 4, 7] && pair.replies.allSatisfy { $0.status == 0 })
    #expect(pair.requests.last?.binary == [UInt8](repeating: 7, count: 48_000))
  }
}
