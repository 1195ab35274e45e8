// What RFC 9113, RFC 7541 and gRPC's protocol document forbid, as bytes: the cases of h2spec's generic and HTTP/2 parts that
// a server without TLS and priorities can be asked, and those of gRPC.

import Testing
import TransportGRPC
import TransportMessages

@Suite("Bytes that break HTTP/2")
struct FaultTests {
  typealias Raw = RawFrames

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Behind the preface and SETTINGS.
    let bytes: [UInt8]
    let fault: TransportFault

    init(_ name: String, _ bytes: [UInt8], _ fault: TransportFault = .protocolError) {
      (testDescription, self.bytes, self.fault) = (name, bytes, fault)
    }
  }

  static let ends: [Case] = [
    Case("DATA on no stream (6.1)", Raw.data(on: 0, Raw.message)),
    Case("DATA on an idle stream (5.1)", Raw.data(on: 5, Raw.message)),
    Case(
      "padding that is longer than its frame (6.1)",
      Raw.headers() + Raw.frame(.data, Raw.padded | Raw.endStream, on: 1, [9, 0, 0])),
    Case("HEADERS on no stream (6.2)", Raw.headers(on: 0)),
    Case("HEADERS on a stream of the server's (5.1.1)", Raw.headers(on: 2)),
    Case(
      "another frame inside a header block (6.2)", Raw.headers(flags: 0) + Raw.frame(.ping, 0, on: 0, Raw.number(0))),
    Case(
      "another stream's CONTINUATION (6.10)", Raw.headers(flags: 0) + Raw.frame(.continuation, Raw.endHeaders, on: 3)),
    Case("CONTINUATION behind no HEADERS (6.10)", Raw.headers() + Raw.frame(.continuation, Raw.endHeaders, on: 1)),
    Case("RST_STREAM on no stream (6.4)", Raw.frame(.reset, 0, on: 0, Raw.number(8))),
    Case("RST_STREAM on an idle stream (6.4)", Raw.frame(.reset, 0, on: 5, Raw.number(8))),
    Case("RST_STREAM of 3 bytes (6.4)", Raw.headers() + Raw.frame(.reset, 0, on: 1, [0, 0, 8]), .frameSize),
    Case("SETTINGS on a stream (6.5)", Raw.frame(.settings, 0, on: 1)),
    Case("SETTINGS of 5 bytes (6.5)", Raw.frame(.settings, 0, on: 0, [0, 1, 0, 0, 0]), .frameSize),
    Case(
      "an acknowledgement of SETTINGS with some (6.5)", Raw.frame(.settings, Raw.ack, on: 0, Raw.setting(1, 0)),
      .frameSize),
    Case("ENABLE_PUSH of 2 (6.5.2)", Raw.frame(.settings, 0, on: 0, Raw.setting(2, 2))),
    Case("INITIAL_WINDOW_SIZE of 2³¹ (6.5.2)", Raw.frame(.settings, 0, on: 0, Raw.setting(4, 1 << 31)), .flowControl),
    Case("MAX_FRAME_SIZE of 16383 (6.5.2)", Raw.frame(.settings, 0, on: 0, Raw.setting(5, 16383))),
    Case("MAX_FRAME_SIZE of 2²⁴ (6.5.2)", Raw.frame(.settings, 0, on: 0, Raw.setting(5, 1 << 24))),
    Case("PUSH_PROMISE of a client (6.6)", Raw.headers() + Raw.frame(.pushPromise, 4, on: 1, Raw.number(2))),
    Case("PING on a stream (6.7)", Raw.frame(.ping, 0, on: 1, [UInt8](repeating: 0, count: 8))),
    Case("PING of 6 bytes (6.7)", Raw.frame(.ping, 0, on: 0, [UInt8](repeating: 0, count: 6)), .frameSize),
    Case("GOAWAY on a stream (6.8)", Raw.frame(.goaway, 0, on: 1, [UInt8](repeating: 0, count: 8))),
    Case("WINDOW_UPDATE by nothing (6.9)", Raw.frame(.windowUpdate, 0, on: 0, Raw.number(0))),
    // Allowed to be its stream's alone; nghttp2 ends the connection.
    Case(
      "WINDOW_UPDATE of a stream by nothing (6.9)", Raw.headers() + Raw.frame(.windowUpdate, 0, on: 1, Raw.number(0))),
    Case("WINDOW_UPDATE of 3 bytes (6.9)", Raw.frame(.windowUpdate, 0, on: 0, [0, 0, 1]), .frameSize),
    Case("WINDOW_UPDATE on an idle stream (5.1)", Raw.frame(.windowUpdate, 0, on: 5, Raw.number(1))),
    Case(
      "a window of more than 2³¹ − 1 (6.9.1)",
      Raw.frame(.windowUpdate, 0, on: 0, Raw.number(0x7fff_ffff)), .flowControl),
    Case("a frame of 16 385 bytes (4.2)", Raw.headers() + Raw.data([UInt8](repeating: 0, count: 16385)), .frameSize),
    Case(
      "a field by an index that is none (RFC 7541, 2.3.3)", Raw.frame(.headers, 5, on: 1, [0xff, 0xff, 0x03]),
      .compression),
    Case(
      "a table that is larger than allowed (RFC 7541, 6.3)", Raw.frame(.headers, 5, on: 1, [0x3f, 0xe2, 0x1f]),
      .compression),
    Case(
      "a table size behind a field (RFC 7541, 4.2)", Raw.frame(.headers, 5, on: 1, [0x82, 0x20]), .compression),
    Case(
      "Huffman padding of zeros (RFC 7541, 5.2)", Raw.frame(.headers, 5, on: 1, [0x00, 0x81, 0x18, 0x81, 0x18]),
      .compression),
    Case("a string that is longer than its block", Raw.frame(.headers, 5, on: 1, [0x00, 0x7e, 0x61]), .compression),
  ]

  @Test("end its connection with a goaway, and are counted", arguments: ends)
  func connectionEnds(foe: Case) {
    for pieceSize in [1, Int.max] {
      let server = RawServer()
      server.receive(Raw.begin + foe.bytes, pieceSize: pieceSize)
      #expect(server.session.fault == foe.fault, "\(server.session.fault.map(String.init(describing:)) ?? "none")")
      #expect((server.goaway ?? 0) != 0 && server.callCount == 0)
      // Nothing is heard of what comes behind it.
      server.receive(Raw.call(on: 101))
      #expect(server.callCount == 0)
    }
  }

  @Test("Another protocol's first line is none of HTTP/2, and neither is another first frame", arguments: [1, Int.max])
  func preface(pieceSize: Int) {
    for bytes in [Array("PRIVATE / HTTP/1.1\r\nhost: a\r\n\r\n".utf8), Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX".utf8)] {
      let server = RawServer()
      server.receive(bytes, pieceSize: pieceSize)
      #expect(server.session.fault == .malformedPreface)
    }
    let server = RawServer()
    server.receive(Raw.preface + Raw.headers(), pieceSize: pieceSize)
    #expect(server.session.fault == .protocolError && server.callCount == 0)
  }

  static let malformed: [(String, [UInt8])] = [
    ("a name in capitals (8.2.1)", Raw.call(Raw.fields + [("Upper", "a")])),
    ("a value with a line end (8.2.1)", Raw.call(Raw.fields + [("a", "b\nc")])),
    ("a pseudo-header field behind others (8.3)", Raw.call(Raw.fields + [(":x", "y")])),
    ("no path (8.3.1)", Raw.call(Raw.fields.filter { $0.0 != ":path" })),
    ("no method (8.3.1)", Raw.call(Raw.fields.filter { $0.0 != ":method" })),
    ("no scheme (8.3.1)", Raw.call(Raw.fields.filter { $0.0 != ":scheme" })),
    ("two paths (8.3.1)", Raw.call([(":path", "/a")] + Raw.fields)),
    ("an empty path (8.3.1)", Raw.call(Raw.fields(with: [(":path", "")]))),
    ("a field of a reply (8.3)", Raw.call([(":status", "200")] + Raw.fields)),
    ("a field of HTTP/1.1's connections (8.2.2)", Raw.call(Raw.fields + [("connection", "keep-alive")])),
    ("te that is not trailers (8.2.2)", Raw.call(Raw.fields(with: [("te", "gzip")]))),
    ("a length that is not the message's (8.1.1)", Raw.call(Raw.fields + [("content-length", "7")])),
    (
      "a window of more than 2³¹ − 1 (6.9.1)",
      Raw.headers() + Raw.frame(.windowUpdate, 0, on: 1, Raw.number(0x7fff_ffff))
    ),
    ("a stream that depends on itself", Raw.frame(.priority, 0, on: 1, Raw.number(1) + [0])),
  ]

  @Test("A malformed message costs its stream alone", arguments: malformed)
  func streamEnds(name: String, bytes: [UInt8]) {
    let server = RawServer()
    server.receive(Raw.begin + bytes + Raw.call(on: 3))
    #expect(server.callCount == 1 && server.session.fault == nil, "\(name)")
    #expect(name.contains("depends") || (server.reset(of: 1) ?? 0) != 0, "\(name)")
  }
}
