// The one budget of all baggage fields together, on the way in and on the way out.

import Context
import Propagation
import Testing

@Suite("The baggage budget")
struct BaggageLimitTests {
  @Test("is not exceeded by a flood of lines")
  func flood() {
    let context = StoreKind.struct.makeContext()
    var parser = BaggageParser()
    for line in 0..<1_000 {
      let field = Array("key\(line)=\(String(repeating: "v", count: 4_000))".utf8)
      field.withUnsafeBytes { parser.parse($0, into: context) }
    }
    #expect(parser.parsedSize <= BaggageParser.sizeMax)
    #expect(parser.memberCount == 2)
    #expect(context.snapshot.entries.keys.sorted() == ["key0", "key1"])
    #expect(parser.drops == .overSize)
  }

  @Test("is not exceeded by a flood of members, malformed ones or empty lines")
  func floodOfMembers() {
    for line in ["a=1,", "%,", ",", "", "a=%zz", "a=1;" + String(repeating: "p;", count: 50)] {
      let context = StoreKind.map.makeContext()
      var parser = BaggageParser()
      let field = Array(String(repeating: line, count: 100).utf8)
      for _ in 0..<1_000 { field.withUnsafeBytes { parser.parse($0, into: context) } }
      #expect(parser.parsedSize <= BaggageParser.sizeMax, "\(line)")
      #expect(parser.memberCount <= BaggageParser.memberCountMax, "\(line)")
      #expect(context.snapshot.entries.count <= 2, "\(line)")
    }
  }

  @Test("admits 64 members and drops the last names beyond", arguments: StoreKind.compared)
  func members(kind: StoreKind) throws {
    let baggage = try propagator("baggage")
    for count in [63, 64, 65, 200] {
      let context = kind.makeContext()
      for index in 0..<count { context.set("n\(index + 100)", "v") }
      let carrier = injected(context, by: baggage, over: .frame)
      let receiver = kind.makeContext()
      #expect(baggage.extract(carrier, into: receiver) == [])
      let kept = receiver.snapshot.entries.keys.sorted()
      #expect(kept == (0..<min(count, 64)).map { "n\($0 + 100)" })
      #expect(receiver.snapshot == baggage.delivered(context.snapshot))
    }
  }

  @Test("admits 8192 bytes and drops whole members beyond", arguments: StoreKind.compared)
  func bytes(kind: StoreKind) throws {
    let baggage = try propagator("baggage")
    // "tenant=" + text + ",z=1": the declared key comes first, a smaller member gets the place that is left.
    for (textSize, kept) in [(8_181, ["tenant", "z"]), (8_182, ["tenant"]), (8_185, ["tenant"]), (8_186, ["z"])] {
      let context = kind.makeContext()
      context.set("z", "1")
      context.set(.tenant, String(repeating: "t", count: textSize))
      let carrier = injected(context, by: baggage, over: .frame)
      #expect(carrier.receivedFields.allSatisfy { $0.value.count <= BaggageParser.sizeMax })
      let receiver = kind.makeContext()
      #expect(baggage.extract(carrier, into: receiver) == [])
      #expect(receiver.snapshot.entries.keys.sorted() == kept, "\(textSize)")
      #expect(receiver.snapshot == baggage.delivered(context.snapshot))
    }
  }

  @Test("is spent on encoded bytes")
  func encoded() throws {
    let baggage = try propagator("baggage")
    let context = StoreKind.map.makeContext()
    context.set("k", String(repeating: " ", count: 2_730))
    #expect(baggage.delivered(context.snapshot) == context.snapshot)
    context.set("k", String(repeating: " ", count: 2_731))
    #expect(baggage.delivered(context.snapshot).entries.isEmpty)
    #expect(injected(context, by: baggage, over: .frame).receivedFields.isEmpty)
  }

  @Test("keeps the types of declared keys only")
  func types() throws {
    let baggage = try propagator("baggage")
    let context = StoreKind.map.makeContext()
    context.setInteger(.user, -5)
    context.set("count", 5)
    #expect(baggage.delivered(context.snapshot).entries == ["user": .integer(-5), "count": .text("5")])
    let carrier = injected(context, by: baggage, over: .http1)
    #expect(carrier.receivedFields.map { String(decoding: $0.value, as: UTF8.self) } == ["user=-5,count=5"])
  }
}
