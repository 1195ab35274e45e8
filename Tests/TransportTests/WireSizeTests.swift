// Every byte of a message is the carrier's, the protocol's or payload: raw numbers, counted by hand.

import Bytes
import Testing
import TransportCore
import TransportFrame
import TransportGRPC
import TransportHTTP1

@Suite("Bytes on the wire")
struct WireSizeTests {
  private static let name = "traceparent"
  private static let value = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  /// What a receiver sees of a request with one header field, a binary section of 25 bytes and a payload of 128.
  private func sizes(_ transport: Transport, deadline: UInt32, contextInBody: Bool = false) -> (
    whole: Int, carrier: Int, own: Int, payload: Int
  ) {
    let buffer = ByteBuffer(capacity: 4096)
    defer { buffer.deallocate() }
    let encoder = transport.makeEncoder(RequestTarget(host: "stock", contextInBody: contextInBody))
    let message = encoder.begin(RequestHead(tag: 1, deadline: deadline, hopsLeft: 5), to: buffer)
    var (name, value) = (Self.name, Self.value)
    name.withUTF8 { name in
      value.withUTF8 { value in
        switch message.kind {
        case .frame: FrameWriter(message).appendField(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value))
        case .http1:
          HTTP1RequestWriter(message).appendField(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value))
        case .grpc:
          GRPCRequestWriter(message).appendField(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value))
        case .foreign: break
        }
      }
    }
    switch message.kind {
    case .frame: _ = FrameWriter(message).appendContext(25)
    case .http1: HTTP1RequestWriter(message).appendBinary(25).initializeMemory(as: UInt8.self, repeating: 7, count: 25)
    case .grpc: GRPCRequestWriter(message).appendBinary(25).initializeMemory(as: UInt8.self, repeating: 7, count: 25)
    case .foreign: break
    }
    #expect(encoder.finishImage(message, payloadSize: 128))
    return encoder.withImage(buffer.readable) {
      (buffer.readable.count + 128, $0.carrierSize, $0.protocolSize, $0.payloadSize)
    }
  }

  @Test("of a frame: a header of 32, fields with two sizes of 2 each, the section as it is")
  func frame() {
    let sizes = sizes(.frame, deadline: 25_000)
    // 4 + 11 + 55, and 25.
    #expect(sizes == (255, 95, 32, 128))
    #expect(sizes.whole == sizes.carrier + sizes.own + sizes.payload)
  }

  @Test("of HTTP/1.1: start line, host, our words, length and the empty line; fields as lines, the section in base64")
  func http1() {
    // POST / HTTP/1.1 (17), host: stock (13), ctxchain: hops=5, deadline=25000 (34), content-length: 128 (21), the end (2).
    let sizes = sizes(.http1, deadline: 25_000)
    #expect(sizes.own == 17 + 13 + 34 + 21 + 2 && sizes.payload == 128)
    // traceparent: … (11 + 2 + 55 + 2), ctxchain-context-bin: … (20 + 2 + 36 + 2).
    #expect(sizes.carrier == 70 + 60)
    #expect(sizes.whole == 345 && sizes.whole == sizes.carrier + sizes.own + sizes.payload)
    #expect(self.sizes(.http1, deadline: 0).own == 71)
  }

  @Test("of HTTP/1.1 with the context in the body: two numbers more in the head, the section as it is")
  func http1Body() {
    let sizes = sizes(.http1, deadline: 25_000, contextInBody: true)
    // As above, ctxchain-context-body: 0000070, 0000025 (41), content-length: 00000223 (26).
    #expect(sizes.own == 17 + 13 + 34 + 41 + 26 + 2 && sizes.payload == 128)
    #expect(sizes.carrier == 70 + 25)
    #expect(sizes.whole == sizes.carrier + sizes.own + sizes.payload)
  }

  @Test("of an answer: a header of 32, or status line, date, length and the empty line, as they are written")
  func answers() {
    #expect(HTTP1ReplyWriter.answerHeadSize(payloadSize: 128) == 17 + 37 + 21 + 2)
    #expect(HTTP1ReplyWriter.answerHeadSize(payloadSize: 0) == 75)
    let buffer = ByteBuffer(capacity: 4096)
    defer { buffer.deallocate() }
    var bytes = Array("POST / HTTP/1.1\r\nhost: a\r\n\r\n".utf8)
    let reader = HTTP1Reader(.requests)
    defer { reader.deallocate() }
    let replies = HTTP1Replies()
    bytes.withUnsafeMutableBytes { bytes in
      guard case .message = reader.read(UnsafeRawBufferPointer(bytes)) else { return }
      #expect(replies.answer(replies.add(reader.head), .ok, payloadSize: 300, date: 784_111_777, to: buffer))
    }
    #expect(buffer.count == HTTP1ReplyWriter.answerHeadSize(payloadSize: 300) + 300)
  }
}
