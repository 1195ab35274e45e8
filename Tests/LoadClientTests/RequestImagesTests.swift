// The ready requests of a trial: right frames, contexts of their own, the same again after a round.

import Bytes
import Context
import EventLoop
import LoadClient
import Propagation
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

@Suite("Request images")
struct RequestImagesTests {
  private func requests(_ images: RequestImages, _ count: Int) throws -> [[UInt8]] {
    let loop = try makeLoop()
    let callee = Callee(.frame, Connection(loop: loop, fd: try makeIdleDescriptor()))
    defer { callee.connection.close() }
    return (0..<count).map { index in
      callee.output.removeAll()
      callee.send(
        image: images.image(at: images.take()), payloadSize: images.payloadSize, tag: 1000 + UInt64(index))
      return Array(callee.output.readable)
    }
  }

  private func decode<Result>(_ bytes: [UInt8], _ body: (Frame) throws -> Result) throws -> Result {
    try bytes.withUnsafeBytes { raw in
      guard case .frame(let frame) = Frame.decode(raw) else { throw NoFrame() }
      #expect(frame.size == raw.count)
      return try body(frame)
    }
  }

  private struct NoFrame: Error {}

  @Test("are frames with the id that was asked for, and repeat after a round with nothing else changed")
  func repeats() throws {
    let count = RequestImages.imageCount
    let images = RequestImages.plain(propagator: "packed", payloadSize: 32)
    let sent = try requests(images, 2 * count + 3)
    for (index, bytes) in sent.enumerated() {
      try decode(bytes) { frame in
        #expect(frame.type == .request)
        #expect(frame.id == 1000 + UInt64(index))
        #expect(frame.payloadSize == 32)
        let snapshot = ContextSnapshot(packedImage: frame.context)
        #expect(snapshot == images.snapshots[index % count])
      }
      guard index >= count else { continue }
      let first = sent[index - count]
      #expect(bytes.count == first.count)
      let differing = bytes.indices.filter { bytes[$0] != first[$0] }
      #expect(differing.allSatisfy { (8..<16).contains($0) }, "more than the id differs")
    }
    #expect(Set(images.snapshots.map { "\($0.traceIDHigh) \($0.traceIDLow)" }).count == count)
  }

  @Test("carry the client's fields in place of the propagator's, and in their shares the bad ones, the same for a seed")
  func fields() throws {
    func field(_ name: String, _ value: String?) -> ClientField { ClientField(name: name, value: value) }
    let client = ClientSide(
      propagator: "tracecontext,baggage", payloadSize: 0, set: [],
      fields: [field("x-tenant-code", "acme"), field("baggage", "k=v"), field("traceparent", nil)],
      bad: [
        BadRequests(share: 0.25, fields: [field("x-tenant-code", nil)]),
        BadRequests(share: 0.001, fields: [field("x-tenant-code", "!"), field("x-more", "")]),
        BadRequests(share: 0, fields: [field("x-tenant-code", "never")]),
      ])
    func sent(_ seed: UInt64) throws -> [[String]] {
      let images = try RequestImages(
        client: client, propagator: PropagatorRegistry.resolve(client.propagator)!, deadline: 0, hopsLeft: 1, flags: [],
        seed: seed)
      return try requests(images, RequestImages.imageCount).map { bytes in
        try decode(bytes) { frame in
          var list: [String] = []
          frame.forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
            list.append(String(decoding: name, as: UTF8.self) + "=" + String(decoding: value, as: UTF8.self))
          }
          return list
        }
      }
    }
    let lists = try sent(1)
    let counts = Dictionary(grouping: lists) { $0 }.mapValues(\.count)
    #expect(
      counts == [
        ["x-tenant-code=acme", "baggage=k=v"]: 191, ["baggage=k=v"]: 64,
        ["baggage=k=v", "x-tenant-code=!", "x-more="]: 1,
      ])
    #expect(try sent(1) == lists && sent(2) != lists)
    // Spread, and not one behind the other.
    #expect(lists.prefix(128).count { $0.count == 1 } > 16 && lists.suffix(128).count { $0.count == 1 } > 16)
  }

  @Test("carry deadline, hops left, flags, the standard keys and what the topology's client sets")
  func content() throws {
    let client = ClientSide(
      propagator: "json-map", payloadSize: 0,
      set: [
        Assignment(key: "region", value: .text("eu")), Assignment(key: "user", value: .integer(7)),
        Assignment(key: "shard", value: .integer(-3)),
      ])
    let images = try RequestImages(
      client: client, propagator: PropagatorRegistry.resolve("packed")!, deadline: 12_345, hopsLeft: 9,
      flags: .echo, seed: 4)
    try decode(try #require(requests(images, 1).first)) { frame in
      #expect(frame.deadline == 12_345)
      #expect(frame.hopsLeft == 9)
      #expect(frame.flags == FrameFlags.echo)
      let snapshot = try #require(ContextSnapshot(packedImage: frame.context))
      #expect(snapshot.hasSpan && snapshot.flags == 1)
      #expect(snapshot.entries["tenant"] == .text(RequestImages.tenants[0]))
      #expect(snapshot.entries["user"] == .integer(7))
      #expect(snapshot.entries["region"] == .text("eu"))
      #expect(snapshot.entries["shard"] == .integer(-3))
    }
  }

  @Test(
    "are the same for one seed, others for another, and of one size for one propagator",
    arguments: ["none", "opaque", "packed", "tracecontext,baggage"])
  func seeds(propagator: String) throws {
    let count = RequestImages.imageCount
    let first = try requests(.plain(propagator: propagator, seed: 3), count)
    #expect(try first == requests(.plain(propagator: propagator, seed: 3), count))
    if propagator != "none" { #expect(try first != requests(.plain(propagator: propagator, seed: 4), count)) }
    #expect(Set(first.map(\.count)).count == 1)
  }

  @Test("carry texts of 15 and of 16 bytes, as reports say and services set, both together in each")
  func textSizes() throws {
    for (index, snapshot) in RequestImages.plain(propagator: "packed").snapshots.enumerated() {
      let sizes = ["request-id", "tenant"].map { key in
        if case .text(let text)? = snapshot.entries[key] { text.utf8.count } else { 0 }
      }
      #expect(sizes == (index % 2 == 0 ? [16, 15] : [15, 16]))
    }
    #expect(Set((1...9).map { StandardWork.requestID(layer: $0).count }).sorted() == ClientSide.textSizes)
  }

  @Test(
    "under opaque carry as many random bytes as asked for; under others the size means nothing",
    arguments: [0, 1, 13, 4096])
  func opaqueSize(size: Int) throws {
    func images(_ propagator: String, _ size: Int?) throws -> RequestImages {
      try RequestImages(
        client: ClientSide(propagator: propagator, payloadSize: 5, set: []),
        propagator: PropagatorRegistry.resolve(propagator)!, deadline: 0, hopsLeft: 1, flags: [], seed: 1,
        opaqueSize: size)
    }
    var seen: Set<[UInt8]> = []
    for bytes in try requests(images("opaque", size), 20) {
      try decode(bytes) { frame in
        #expect(frame.contextSize == size && frame.payloadSize == 5)
        seen.insert(Array(frame.context))
      }
    }
    #expect(seen.count == (size < 8 ? seen.count : 20))
    #expect(try requests(images("packed", size), 3) == requests(images("packed", nil), 3))
    #expect(try images("opaque", size).snapshots == images("opaque", nil).snapshots)
  }

  @Test("under opaque carry exactly what they carry under packed")
  func opaque() throws {
    let packed = try requests(.plain(propagator: "packed"), 5)
    let opaque = try requests(.plain(propagator: "opaque"), 5)
    #expect(packed == opaque)
  }

  @Test("keep no payload, however large: it is written when a request is sent")
  func payload() throws {
    let size = 8 << 20
    let bytes = try #require(requests(.plain(propagator: "packed", payloadSize: size), 1).first)
    try decode(bytes) { frame in
      #expect(frame.payloadSize == size)
      #expect(Array(frame.payload.prefix(10)) == Array("ctxchainct".utf8))
      #expect(frame.payload.last == UInt8(ascii: "n"))
    }
    #expect(RequestImages.plain(propagator: "packed", payloadSize: size).imagesSize < 1 << 20)
  }

  @Test("that are more than a frame are refused, and not cut", arguments: [(16 << 20, false), (1 << 20, true)])
  func tooLarge(payloadSize: Int, fits: Bool) {
    let images = try? RequestImages(
      client: ClientSide(propagator: "packed", payloadSize: payloadSize, set: []),
      propagator: PropagatorRegistry.resolve("packed")!, deadline: 0, hopsLeft: 1, flags: [], seed: 1)
    #expect((images != nil) == fits)
  }
}
