// Random and mutated frames of HTTP/2 into a session of either side. CTXCHAIN_FUZZ_SEED and CTXCHAIN_FUZZ_FRAMES override seed
// and amount.

import Bytes
import Statistics
import TestSupport
import Testing
import TransportGRPC
import TransportMessages

@Suite("A session among hostile frames")
struct HTTP2FuzzTests {
  typealias Raw = RawFrames

  private static let seed = TestSeed.value("CTXCHAIN_FUZZ_SEED", standard: 20_261_214)
  private static let frameCount = Int(TestSeed.number("CTXCHAIN_FUZZ_FRAMES") ?? 20_000)

  /// Frames that are nearly right, of a connection that has come so far.
  private struct Frames {
    var random: SeededGenerator
    var stream: UInt32 = 1

    mutating func next() -> [UInt8] {
      defer { if random.chance(0.7) { stream += 2 } }
      var bytes: [UInt8]
      switch random.next(below: 12) {
      case 0...5: bytes = call()
      case 6: bytes = Raw.headers(on: stream) + Raw.frame(.reset, 0, on: stream, Raw.number(8))
      case 7:
        bytes = Raw.frame(
          .settings, 0, on: 0, Raw.setting(UInt16(random.next(below: 8)), UInt32(random.next(below: 1 << 20))))
      case 8:
        bytes = Raw.frame(
          .windowUpdate, 0, on: random.chance(0.5) ? 0 : stream, Raw.number(UInt32(random.next(below: 70_000))))
      case 9: bytes = Raw.frame(.ping, 0, on: 0, random.bytes(8))
      case 10:
        bytes = Raw.frame(.unknown, UInt8(random.next(below: 256)), on: stream, random.bytes(random.next(below: 40)))
      default:
        bytes = Raw.frame(
          Raw.Kind(rawValue: UInt8(random.next(below: 10)))!, UInt8(random.next(below: 64)), on: stream,
          random.bytes(random.next(below: 40)))
      }
      return random.chance(0.1) ? mutated(bytes) : bytes
    }

    private mutating func call() -> [UInt8] {
      var fields = Raw.fields
      if random.chance(0.5) {
        fields.append(("ctxchain", random.chance(0.9) ? "hops=3, echo" : "hops=\(random.next(below: 9)),"))
      }
      if random.chance(0.3) {
        fields.append(("grpc-timeout", "\(random.next(below: 1000))\(random.chance(0.8) ? "m" : "x")"))
      }
      if random.chance(0.3) { fields.append(("ctxchain-context-bin", random.chance(0.8) ? "AQID" : "A")) }
      if random.chance(0.3) { fields.append(("ctxchain-propagator", "b3")) }
      let message = random.chance(0.5) ? Raw.message : prefixed(random.bytes(random.next(below: 60)))
      return Raw.headers(on: stream, fields) + Raw.data(on: stream, message)
    }

    private func prefixed(_ message: [UInt8]) -> [UInt8] { [0, 0, 0, 0, UInt8(message.count)] + message }

    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      for _ in 0..<(1 + random.next(below: 3)) where !bytes.isEmpty {
        switch random.next(below: 3) {
        case 0: bytes[random.next(below: bytes.count)] ^= UInt8(1 << random.next(below: 8))
        case 1: bytes.remove(at: random.next(below: bytes.count))
        default: bytes.insert(UInt8(random.next(below: 256)), at: random.next(below: bytes.count))
        }
      }
      return bytes
    }
  }

  @Test("A server answers calls and refuses the rest, in pieces of any size, and keeps little of it")
  func server() {
    var frames = Frames(random: SeededGenerator(seed: Self.seed))
    var pieces = SeededGenerator(seed: Self.seed &+ 1)
    var (sent, calls, faults) = (0, 0, 0)
    while sent < Self.frameCount {
      let server = RawServer()
      server.session.measure(pieces.chance(0.5))
      frames.stream = 1
      var bytes = Raw.begin
      for _ in 0..<(1 + pieces.next(below: 40)) { bytes += frames.next() }
      sent += 40
      server.receive(bytes, pieceSize: pieces.chance(0.3) ? .max : 1 + pieces.next(below: 300))
      #expect(server.session.bufferedSize <= bytes.count, "seed \(Self.seed), behind \(sent) frames")
      #expect(server.callCount + server.refusals.count <= Int(frames.stream / 2) + 1)
      calls += server.callCount
      faults += server.session.fault == nil ? 0 : 1
    }
    #expect(calls > Self.frameCount / 200 && faults > 0, "\(calls) calls, \(faults) faults")
  }

  @Test("A client takes whatever comes, and each of its calls ends at most once")
  func client() {
    var random = SeededGenerator(seed: Self.seed &+ 2)
    for _ in 0..<max(20, Self.frameCount / 100) {
      let pair = SessionPair()
      pair.send(0)
      pair.exchange()
      for tag in 1...5 { pair.send(UInt64(tag)) }
      pair.spoil { bytes in
        for _ in 0..<(1 + random.next(below: 4)) where !bytes.isEmpty {
          let place = random.next(below: bytes.count)
          if random.chance(0.5) { bytes[place] ^= UInt8(1 << random.next(below: 8)) } else { bytes.remove(at: place) }
        }
      }
      pair.exchange(pieceSize: 1 + random.next(below: 200))
      let ended = pair.replies.map(\.tag) + pair.unprocessed + pair.clientResets.keys
      #expect(Set(ended).count == ended.count, "\(ended)")
    }
  }
}
