// How connections of gRPC end: in good order, and without loss of what was accepted.

import Testing
import TransportGRPC
import TransportMessages

@Suite("A connection of gRPC")
struct EndingTests {
  @Test("that is shut down answers what was sent before its peer knew, and then both sides are done")
  func shutdown() {
    let pair = SessionPair()
    var kept: [HTTP2StreamSlot] = []
    pair.answer = { _, stream in kept.append(stream) }
    pair.send(1)
    pair.exchange()
    pair.server.beginShutdown()
    // Sent before the client hears.
    pair.send(2)
    pair.exchange()
    #expect(pair.client.goawayCode == 0 && pair.requests.count == 2 && !pair.server.isOver)
    for stream in kept {
      GRPCReplyWriter.write(views: nil, payloadSize: 1, to: stream.pointee.sent)
      pair.server.answer(stream, generatedSize: 1)
    }
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [1, 2] && pair.unprocessed.isEmpty && pair.server.isOver)
  }

  @Test("tells its requests that the peer has not looked at")
  func unprocessed() {
    let pair = SessionPair()
    pair.send(1)
    pair.exchange()
    pair.server.beginShutdown()
    pair.server.beginShutdown()
    pair.send(2)
    pair.send(3)
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [1] && pair.unprocessed == [2, 3] && pair.client.openCount == 0)
  }

  @Test("has ids for a billion requests, and says when they are used up")
  func exhaustion() {
    let pair = SessionPair()
    pair.client.setNextStreamID(Int32.max - 4 * 1024)
    pair.send(1)
    pair.exchange()
    #expect(pair.replies.map(\.tag) == [1] && !pair.client.isExhausted)
    for tag in 2...1200 { pair.send(UInt64(tag)) }
    pair.exchange()
    #expect(pair.client.isExhausted && pair.replies.count == 1200)
  }
}
