// Frames that bring nothing, as many as a peer can send.

import Testing
import TransportGRPC
import TransportMessages

@Suite("A flood")
struct FloodTests {
  typealias Raw = RawFrames

  /// Of each so many, some hundred in each read.
  private func flood(_ count: Int, _ frames: (Int) -> [UInt8]) -> RawServer {
    let server = RawServer()
    server.receive(Raw.begin + Raw.headers())
    for start in stride(from: 0, to: count, by: 300) {
      server.receive((start..<min(count, start + 300)).flatMap(frames))
    }
    return server
  }

  static let kinds: [(String, @Sendable (Int) -> [UInt8])] = [
    ("PING", { _ in Raw.frame(.ping, 0, on: 0, [UInt8](repeating: 0, count: 8)) }),
    ("SETTINGS", { _ in Raw.frame(.settings) }),
    ("empty DATA", { _ in Raw.data([], flags: 0) }),
    (
      "calls that are reset at once",
      { Raw.call(on: UInt32($0 * 2 + 3)) + Raw.frame(.reset, 0, on: UInt32($0 * 2 + 3), Raw.number(8)) }
    ),
  ]

  @Test("is cut off behind so many, and less is not", arguments: kinds)
  func flood(name: String, frames: @Sendable (Int) -> [UInt8]) {
    let few = flood(9_000, frames)
    #expect(few.session.fault == nil, "\(name)")
    let many = flood(12_000, frames)
    #expect(many.session.fault == .flood && many.goaway == 11, "\(name)")
  }

  @Test("of resets is none where the caller is of this program")
  func ours() {
    let server = RawServer()
    server.session.trust()
    server.receive(Raw.begin)
    for stream in 0..<12_000 {
      let id = UInt32(stream * 2 + 1)
      server.receive(Raw.call(on: id) + Raw.frame(.reset, 0, on: id, Raw.number(8)))
    }
    #expect(server.session.fault == nil)
    server.receive(Raw.call(on: 100_001))
    #expect(server.callCount > 0 && server.session.openCount == 0)
  }

  @Test("of pings in one read is cut off as well, and so is one of CONTINUATION")
  func atOnce() {
    let server = RawServer()
    let ping = Raw.frame(.ping, 0, on: 0, [UInt8](repeating: 0, count: 8))
    server.receive(Raw.begin + (0..<3000).flatMap { _ in ping })
    #expect(server.session.fault == .flood && server.goaway == 11)
    let other = RawServer()
    other.receive(Raw.begin + Raw.headers(flags: 0) + (0..<200).flatMap { _ in Raw.frame(.continuation, 0, on: 1) })
    #expect(other.session.fault == .flood && other.goaway == 11)
  }

  @Test("lets tokens come back with time")
  func tokens() {
    var bucket = TokenBucket(burst: 3, rate: 10)
    let taken = [0, 0, 0, 0, 99_999_999, 100_000_000, 100_000_000, 300_000_000, 300_000_000, 300_000_000].map {
      bucket.take(at: $0)
    }
    #expect(taken == [true, true, true, false, false, true, false, true, true, false])
  }
}
