// Calls that are none: what gRPC's protocol document says of each, while the others on the connection go on.

import Testing
import TransportGRPC
import TransportMessages

@Suite("Calls that are refused")
struct CallFaultTests {
  typealias Raw = RawFrames

  private static func call(_ others: [(String, String)] = [], message: [UInt8] = Raw.message) -> [UInt8] {
    Raw.headers(Raw.fields(with: others)) + Raw.data(message)
  }

  static let failures: [(String, [UInt8], StatusCode, TransportFault?)] = [
    ("a method that is not there", call([(":path", "/a.B/C")]), .unimplemented, nil),
    ("no message", Raw.headers(flags: Raw.endHeaders | Raw.endStream), .internal, .malformedMessage),
    ("half a prefix", call(message: [0, 0]), .internal, .malformedMessage),
    ("less than the prefix says", call(message: [0, 0, 0, 0, 9, 1]), .internal, .malformedMessage),
    ("two messages", call(message: Raw.message + Raw.message), .internal, .malformedMessage),
    ("a prefix with another flag", call(message: [2, 0, 0, 0, 0]), .internal, .malformedMessage),
    ("compressed, and nothing says how", call(message: [1, 0, 0, 0, 0]), .internal, .unsupported),
    (
      "compressed in a way that is not known", call([("grpc-encoding", "gzip")], message: [1, 0, 0, 0, 0]),
      .unimplemented, .unsupported
    ),
    ("no CallRequest", call(message: [0, 0, 0, 0, 2, 0x0a, 0x05]), .internal, .malformedMessage),
    ("a timeout without a unit", call([("grpc-timeout", "100")]), .internal, .malformedField),
    ("a timeout of nine digits", call([("grpc-timeout", "123456789m")]), .internal, .malformedField),
    ("words of ours that are none", call([("ctxchain", "hops=x")]), .internal, .malformedField),
    ("no hops left", call([("ctxchain", "hops=0")]), .internal, .malformedField),
    ("a binary section that is no base64", call([("ctxchain-context-bin", "a?")]), .internal, .malformedMessage),
  ]

  @Test("are answered with a status, counted, and cost no other", arguments: failures)
  func failure(name: String, bytes: [UInt8], status: StatusCode, fault: TransportFault?) {
    let server = RawServer()
    server.receive(Raw.begin + bytes + Raw.call(on: 3))
    guard case .failed(status, fault)? = server.heard.first else {
      Issue.record("\(name): \(server.heard)")
      return
    }
    #expect(server.callCount == 1 && server.session.fault == nil)
    #expect(server.refusals == (fault.map { [$0] } ?? []))
  }

  @Test("What is no gRPC is answered in terms of HTTP")
  func foreign() {
    let server = RawServer()
    server.receive(
      Raw.begin + Self.call([("content-type", "text/plain")]) + Raw.call(on: 3, Raw.fields(with: [(":method", "GET")])))
    guard case .foreign(isMethodWrong: false)? = server.heard.first,
      case .foreign(isMethodWrong: true)? = server.heard.last
    else {
      Issue.record("\(server.heard)")
      return
    }
    for type in ["application/grpc+proto", "application/grpc;charset=utf-8", "application/grpc"] {
      let server = RawServer()
      server.receive(Raw.begin + Self.call([("content-type", type)]))
      #expect(server.callCount == 1, "\(type)")
    }
  }

  @Test("Every unit of a timeout is read, and what is over is not none")
  func timeouts() {
    let texts = [
      ("1H", 3_600_000_000), ("2M", 120_000_000), ("3S", 3_000_000), ("1990m", 1_990_000), ("25000u", 25_000),
      ("2000000n", 2000), ("0n", 1), ("999n", 1), ("99999999H", 0xffff_ffff),
    ]
    for (text, microseconds) in texts {
      let server = RawServer()
      server.receive(Raw.begin + Self.call([("grpc-timeout", text)]))
      guard case .call(let request)? = server.heard.first else {
        Issue.record("\(text)")
        continue
      }
      #expect(request.words.deadline == UInt32(microseconds), "\(text)")
    }
  }

  @Test("Too much metadata, and too large a message, are answered before they have all come")
  func limits() {
    let long = String(repeating: "x", count: 120)
    let many = (0..<300).map { ("n\($0)", "") }
    for fields in [many, (0..<600).map { ("n\($0)", long) }] {
      let server = RawServer()
      var block = Raw.block(Raw.fields + fields)
      var bytes = Raw.frame(.headers, 0, on: 1, Array(block.prefix(16384)))
      block.removeFirst(min(16384, block.count))
      repeat {
        bytes += Raw.frame(.continuation, block.count > 16384 ? 0 : Raw.endHeaders, on: 1, Array(block.prefix(16384)))
        block.removeFirst(min(16384, block.count))
      } while !block.isEmpty
      server.receive(Raw.begin + bytes + Raw.call(on: 3))
      #expect(server.refusals == [.tooManyFields] && server.callCount == 1 && server.session.fault == nil)
      #expect(server.reset(of: 1) == 0 && server.statusCount(of: 1) == 1)
    }
    let server = RawServer()
    let piece = Raw.data([UInt8](repeating: 0, count: 16384), flags: 0)
    server.receive(Raw.begin + Raw.headers())
    for _ in 0..<1100 { server.receive(piece) }
    server.receive(Raw.call(on: 3))
    #expect(server.statusCount(of: 1) == 1)
    #expect(server.refusals == [.tooLarge] && server.callCount == 1 && server.session.bufferedSize == 0)
  }

  @Test("Messages that never end are kept up to 64 MiB for all of a connection")
  func bounded() {
    let server = RawServer()
    let piece = [UInt8](repeating: 0, count: 16384)
    server.receive(Raw.begin)
    var largest = 0
    for stream in 0..<40 {
      server.receive(Raw.headers(on: UInt32(stream * 2 + 1)))
      for _ in 0..<200 { server.receive(Raw.data(on: UInt32(stream * 2 + 1), piece, flags: 0)) }
      largest = max(largest, server.session.bufferedSize)
    }
    #expect(largest > 60 << 20 && largest <= 64 << 20 && server.refusals.allSatisfy { $0 == .tooLarge })
    #expect(!server.refusals.isEmpty && server.session.fault == nil)
    server.receive(Raw.call(on: 101))
    #expect(server.callCount == 1)
  }

  @Test("What is said before an answer leaves nothing behind")
  func interim() {
    let pair = SessionPair()
    pair.send(0)
    pair.exchange()
    pair.send(1)
    var bytes: [UInt8] = []
    for _ in 0..<5 { bytes += Raw.headers(on: 3, [(":status", "103"), ("link", "<a>")]) }
    bytes += Raw.headers(on: 3, [(":status", "200"), ("content-type", "application/grpc")])
    bytes += Raw.data(on: 3, Raw.message, flags: 0)
    bytes += Raw.headers(on: 3, [("grpc-status", "0")], flags: Raw.endHeaders | Raw.endStream)
    bytes.withUnsafeBytes { pair.client.receive($0) }
    #expect(pair.client.bufferedSize > 0)
    guard let stream = pair.client.takeReady() else {
      Issue.record("no answer")
      return
    }
    #expect(GRPCReplyReading.read(stream.pointee.incoming!, isRaw: false) == 0)
    pair.client.didTake(stream)
    pair.client.endReceiving()
    #expect(pair.client.bufferedSize == 0)
  }

  @Test("The health of the server and of its service is told, that of others is not known")
  func health() {
    func ask(_ service: String) -> [UInt8] {
      let request = service.isEmpty ? [] : [0x0a, UInt8(service.utf8.count)] + Array(service.utf8)
      return Self.call(
        [(":path", "/grpc.health.v1.Health/Check")], message: [0, 0, 0, 0, UInt8(request.count)] + request)
    }
    for (service, isKnown) in [("", true), ("ctxchain.v1.Chain", true), ("other", false)] {
      let server = RawServer()
      server.receive(Raw.begin + ask(service))
      guard case .health(isKnown)? = server.heard.first else {
        Issue.record("\(service): \(server.heard)")
        continue
      }
    }
  }
}
