// The propagators of JSON: what they read, what they write, byte by byte, and where the two libraries differ.

import Context
import Foundation
import Propagation
import Testing

@Suite("JSON")
struct JSONTests {
  static let names = ["json-map", "json-simdjson"]

  private func extract(
    _ text: String, by name: String, into context: RequestContext = StoreKind.map.makeContext()
  ) throws -> (drops: ExtractionDrops, snapshot: ContextSnapshot) {
    let carrier = FrameTestCarrier(fields: [], binary: Array(text.utf8))
    return (try propagator(name).extract(carrier, into: context), context.snapshot)
  }

  @Test(
    "drops what a context cannot hold and keeps the rest", arguments: names,
    [
      (#"{"a":"1","b":1.5}"#, ExtractionDrops.malformedMember), (#"{"a":"1","b":true}"#, .malformedMember),
      (#"{"a":"1","b":null}"#, .malformedMember), (#"{"a":"1","b":["x"]}"#, .malformedMember),
      (#"{"a":"1","b":{"c":1}}"#, .malformedMember), (#"{"a":"1","user":"seven"}"#, .malformedMember),
      (#"{"a":"1","tenant":7}"#, .malformedMember), (#"{"a":"1","":"x"}"#, .malformedMember),
      (#"{"a":"1","ü":"x"}"#, .malformedMember), (#"{"a":"1","trace id":"00"}"#, .malformedSpanContext),
      (#"{"a":"1","trace flags":1}"#, .malformedSpanContext), (#"{"a":"1","trace state":7}"#, .malformedTraceState),
      (#"{"a":"1","trace state":""}"#, .malformedTraceState), (#"{"a":"1","b":1e300}"#, .malformedMember),
      (#"{"a":"1","b":9223372036854775808}"#, .malformedMember),
      (#"{"a":"1","trace state":"a=1\r\nx: y"}"#, .malformedTraceState),
      (#"{"a":"1"}"#, [] as ExtractionDrops), (#" { "a" : "1" } "#, [] as ExtractionDrops),
      (#"{"\u0061":"\u0031"}"#, [] as ExtractionDrops),
    ])
  func drops(name: String, example: (text: String, drops: ExtractionDrops)) throws {
    let (drops, snapshot) = try extract(example.text, by: name)
    #expect(drops == example.drops)
    var expected = ContextSnapshot()
    expected.entries = ["a": .text("1")]
    #expect(snapshot == expected)
  }

  @Test("reads integers of 64 bits, and what equals one", arguments: names)
  func integers(name: String) throws {
    let (drops, snapshot) = try extract(
      #"{"a":9223372036854775807,"b":-9223372036854775808,"c":1.0,"d":1e2,"user":-0}"#, by: name)
    #expect(drops == [])
    #expect(
      snapshot.entries == [
        "a": .integer(.max), "b": .integer(.min), "c": .integer(1), "d": .integer(100), "user": .integer(0),
      ])
  }

  @Test("takes a text of 8192 bytes and none of more, of a declared name or another", arguments: names)
  func longText(name: String) throws {
    for key in ["tenant", "a"] {
      for (size, expected) in [(8_192, [] as ExtractionDrops), (8_193, .overSize)] {
        let (drops, snapshot) = try extract("{\"\(key)\":\"\(String(repeating: "v", count: size))\"}", by: name)
        #expect(drops == expected, "\(key), \(size)")
        #expect(snapshot.entries.count == (expected.isEmpty ? 1 : 0), "\(key), \(size)")
      }
    }
  }

  @Test(
    "is dropped whole when it is no JSON object", arguments: names,
    ["{", "[]", "7", "\"a\"", "{\"a\":}", "\u{0}", "nul"])
  func malformed(name: String, text: String) throws {
    let (drops, snapshot) = try extract(text, by: name)
    #expect(drops == .malformedJSON)
    #expect(snapshot == ContextSnapshot())
  }

  @Test("keeps the first names in order when there are too many, under every store", arguments: names)
  func tooMany(name: String) throws {
    for count in [256, 257, 300] {
      let members = (0..<count).map { "\"n\($0 + 1_000)\":\($0)" }.joined(separator: ",")
      for kind in StoreKind.compared {
        let (drops, snapshot) = try extract("{\(members)}", by: name, into: kind.makeContext())
        #expect(drops == (count > 256 ? .tooManyMembers : []))
        #expect(snapshot.entries.keys.sorted() == (0..<256).map { "n\($0 + 1_000)" })
      }
    }
  }

  @Test("survives an object nested too deeply", arguments: names)
  func nested(name: String) throws {
    #expect(try extract("{\"a\":" + String(repeating: "[", count: 100_000), by: name).drops == .malformedJSON)
  }

  @Test("is what the other library reads, under every store", arguments: names, names)
  func exchanged(sender: String, receiver: String) throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      for (index, from) in StoreKind.compared.enumerated() {
        let to = StoreKind.compared[(index + Int(seed)) % StoreKind.compared.count].makeContext()
        let context = from.makeContext()
        context.fill(seed: seed)
        let carrier = injected(context, by: try propagator(sender), over: .frame)
        #expect(try propagator(receiver).extract(carrier, into: to) == [], "seed \(seed), \(from)")
        #expect(to.snapshot == context.snapshot, "seed \(seed), \(from)")
      }
    }
  }
}

@Suite("JSON of simdjson")
struct SimdjsonTests {
  private func written(_ context: RequestContext) throws -> String {
    String(decoding: injected(context, by: try propagator("json-simdjson"), over: .frame).binary, as: UTF8.self)
  }

  @Test("is written in these bytes, under every store", arguments: StoreKind.compared)
  func bytes(kind: StoreKind) throws {
    let context = kind.makeContext()
    #expect(try written(context) == "{}")
    context.set("plan", "g\u{f6}ld \"\\/\u{8}\u{9}\u{a}\u{c}\u{d}\u{0}\u{1f}\u{7f}")
    #expect(
      try written(context) == "{\"plan\":\"g\u{f6}ld \\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\"}")
    context.setSpanContext(
      SpanContext(
        traceIDHigh: 0x4bf9_2f35_77b3_4da6, traceIDLow: 0xa3ce_929d_0e0e_4736, spanID: 0x00f0_67aa_0ba9_02b7,
        flags: 0xa3))
    context.setTraceState("a=1,b=2".utf8.span.bytes)
    context.removeEntry(name: "plan".utf8.span.bytes)
    context.set(.tenant, "acme")
    context.setInteger(.user, -7)
    #expect(
      try written(context)
        == #"{"trace id":"4bf92f3577b34da6a3ce929d0e0e4736","span id":"00f067aa0ba902b7","trace flags":"a3","#
        + #""trace state":"a=1,b=2","user":-7,"tenant":"acme"}"#)
  }

  @Test("escapes each byte that must not stand as it is, wherever it stands in a text")
  func escapes() throws {
    for byte in [0x00, 0x1f, 0x20, 0x22, 0x5c, 0x7f] as [UInt8] {
      for before in 0...34 {
        let context = StoreKind.packed.makeContext()
        let text =
          String(repeating: "x", count: before) + String(UnicodeScalar(byte))
          + String(repeating: "y", count: 34 - before)
        context.set("k", text)
        let read = try JSONSerialization.jsonObject(with: Data(written(context).utf8)) as? [String: String]
        #expect(read == ["k": text], "\(byte) at \(before)")
      }
    }
  }

  @Test("is whole around the size that is written in one go")
  func sizes() throws {
    for size in [4_086, 4_087, 4_088, 4_089, 4_090, 8_192] {
      let context = StoreKind.map.makeContext()
      let text = String(repeating: "v", count: size)
      context.set("k", text)
      #expect(try written(context) == "{\"k\":\"\(text)\"}")
      context.setInteger(.user, .min)
      #expect(try written(context) == "{\"user\":-9223372036854775808,\"k\":\"\(text)\"}")
    }
  }

  @Test("is malformed with an integer beyond 64 bits, bytes that are no UTF-8, or half of a surrogate pair")
  func stricter() throws {
    let texts = [
      Array(#"{"a":"1","b":99999999999999999999}"#.utf8), Array("{\"a\":\"".utf8) + [0xff] + Array("\"}".utf8),
      Array(#"{"a":"\ud800"}"#.utf8), Array(#"{"a":1,}"#.utf8), Array(#"{"a":01}"#.utf8),
    ]
    for bytes in texts {
      let context = StoreKind.map.makeContext()
      let carrier = FrameTestCarrier(fields: [], binary: bytes)
      #expect(try propagator("json-simdjson").extract(carrier, into: context) == .malformedJSON)
      #expect(context.snapshot == ContextSnapshot())
    }
  }

  @Test("takes the last of a name that stands twice", arguments: StoreKind.compared)
  func repeated(kind: StoreKind) throws {
    let context = kind.makeContext()
    let text =
      #"{"a":"1","tenant":"x","a":2,"tenant":"y","trace id":"0","trace id":"00000000000000010000000000000002","#
      + #""span id":"0000000000000003","trace flags":"01"}"#
    let carrier = FrameTestCarrier(fields: [], binary: Array(text.utf8))
    #expect(try propagator("json-simdjson").extract(carrier, into: context) == [])
    #expect(context.snapshot.entries == ["a": .integer(2), "tenant": .text("y")])
    #expect(context.spanContext() == SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1))
  }

  @Test("reads messages of all sizes one after the other, and on several threads at once")
  func reader() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for size in [1, 7_000, 3, 1_000_000, 2, 300_000, 4] {
            let context = StoreKind.map.makeContext()
            let padding = String(repeating: " ", count: size)
            let carrier = FrameTestCarrier(fields: [], binary: Array("{\"k\":\(padding)\"v\(worker) \(size)\"}".utf8))
            let drops = try propagator("json-simdjson").extract(carrier, into: context)
            #expect(drops == [])
            #expect(context.snapshot.entries == ["k": .text("v\(worker) \(size)")])
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
