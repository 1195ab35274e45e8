// What HPACK makes of fields, as bytes on the wire: counted by hand, and held against what the library makes.

import Testing
import TransportGRPC
import TransportMessages

@Suite("Compression of header fields")
struct CompressionTests {
  private func sizes(_ block: [UInt8]) -> [String] {
    var found: [String] = []
    block.withUnsafeBytes { HPACKSizes.walk($0) { found.append("\($0.encoded)\($0.isInserted ? "+" : "")") } }
    return found
  }

  @Test("is walked field by field: indexed, taken in, left out, with indices and strings of any length")
  func walk() {
    // RFC 7541, C.3.1: :method GET, :scheme http, :path /, and :authority www.example.com, which the table takes in.
    let request: [UInt8] = [0x82, 0x86, 0x84, 0x41, 0x0f] + Array("www.example.com".utf8)
    #expect(sizes(request) == ["1", "1", "1", "17+"])
    // C.2.1 to C.2.3: a new name, a field that is not taken in, one that never is.
    #expect(sizes([0x40, 0x0a] + Array("custom-key".utf8) + [0x0d] + Array("custom-header".utf8)) == ["26+"])
    #expect(sizes([0x04, 0x0c] + Array("/sample/path".utf8)) == ["14"])
    #expect(sizes([0x10, 0x08] + Array("password".utf8) + [0x06] + Array("secret".utf8)) == ["17"])
    // A new size of the table is no field; 127 + 128 is the index 255, in two more bytes.
    #expect(sizes([0x20, 0x3f, 0xe1, 0x1f, 0xff, 0x80, 0x01, 0x82]) == ["3", "1"])
    #expect(sizes([0x82, 0x40, 0x7e]) == ["1"])
  }

  private func pair(_ neverIndexed: FieldClasses = []) -> SessionPair {
    let pair = SessionPair(RequestTarget(neverIndexed: neverIndexed))
    pair.server.measure(true)
    return pair
  }

  /// The same context in each request, but for the ids of its trace and the binary section.
  private func send(_ count: Int, over pair: SessionPair, pieceSize: Int) {
    for index in 0..<count {
      pair.send(UInt64(index), deadline: UInt32(10_000 + index)) { writer in
        writer.field("traceparent", "00-0af7651916cd43dd8448eb211c803\(100 + index)-b7ad6b7169203\(100 + index)-01")
        writer.field("baggage", "tenant=acme-eu-central,user=1234567")
        writer.binary([UInt8(index), 2, 3])
      }
      pair.exchange(pieceSize: pieceSize)
    }
  }

  static let cases: [(FieldClasses, Int, ClosedRange<Int>)] = [
    // New in each: the timeout, the traceparent, the section.
    ([], 3, 45...70), (.trace, 2, 45...75), ([.trace, .binary], 1, 45...85), ([.trace, .binary, .call], 0, 45...85),
    ([.trace, .baggage, .binary, .call], 0, 90...130),
  ]

  @Test("makes little of what is always the same, and takes in what is new unless it is told not to", arguments: cases)
  func hop(neverIndexed: FieldClasses, insertedCount: Int, sizes: ClosedRange<Int>) throws {
    for pieceSize in [1, 13, Int.max] {
      let pair = pair(neverIndexed)
      send(12, over: pair, pieceSize: pieceSize)
      let last = try #require(pair.requests.last)
      #expect(last.insertedCount == insertedCount, "\(last.insertedCount)")
      #expect(sizes.contains(last.carrierSize), "\(last.carrierSize)")
      // Names and values: 11 + 55, 7 + 35, and 20 + 4 of base64.
      #expect(last.uncompressedCarrierSize == 66 + 42 + 24)
      #expect(pair.requests.allSatisfy { $0.binary.count == 3 && $0.fields.count == 2 })
    }
  }

  @Test("is not told where nobody asks, and then a context has the size that it had before")
  func unmeasured() throws {
    let pair = SessionPair()
    send(2, over: pair, pieceSize: .max)
    #expect(pair.requests.allSatisfy { $0.carrierSize == 132 && $0.insertedCount == 0 })
  }
}
