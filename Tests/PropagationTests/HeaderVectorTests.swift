// The tables of vectors of formats that are header fields, over every transport: what is taken, and what is sent on.

import Context
import Propagation
import Testing

@Suite("The vectors of headers")
struct HeaderVectorTests {
  static let files = ["jaeger", "xray", "ottrace", "datadog", "raw-headers"]

  @Test("are taken, refused and sent on as they say", arguments: files, Transport.allCases)
  func vectors(file: String, transport: Transport) throws {
    let propagator = try propagator(file)
    for (index, vector) in try Vector.load(file, over: transport).enumerated() {
      let kind = StoreKind.compared[index % StoreKind.compared.count]
      let context = kind.makeContext()
      // Only HTTP/1.1 has names of upper case.
      let fields = try vector.headerFields.map { (transport.isHTTP1 ? $0.name : $0.name.lowercased(), $0.value) }
      let drops = propagator.extract(transport.carrier(fields: fields), into: context)
      #expect(names(drops) == (["valid", "none"].contains(vector.verdict) ? "" : vector.verdict), "\(vector)")
      let sent = injected(context, by: propagator, over: transport)
      let lines = sent.receivedFields.map { Array("\($0.name): ".utf8) + $0.value }
      let expected = vector.expected == "-" ? [] : Vector.fields(vector.expected)
      #expect(lines == expected, "\(vector)")
      if vector.verdict == "none" { #expect(context.snapshot == ContextSnapshot(), "\(vector)") }
      // What is sent is read back, in a message of protobuf too.
      for again in [propagator, try self.propagator("protobuf," + file)] {
        let receiver = StoreKind.packed.makeContext()
        #expect(again.extract(injected(context, by: again, over: transport), into: receiver) == [], "\(vector)")
        #expect(receiver.snapshot == again.delivered(context.snapshot), "\(vector)")
      }
    }
  }

  /// The reasons, in the order of their bits, joined by plus signs.
  private func names(_ drops: ExtractionDrops) -> String {
    ExtractionDrops.reasons.enumerated().filter { drops.rawValue >> UInt32($0.offset) & 1 == 1 }.map(\.element)
      .joined(separator: "+")
  }

  private func propagator(_ name: String) throws -> any Propagator { try PropagationTests.propagator(name) }
}

@Suite("The vectors of messages")
struct MessageVectorTests {
  @Test("protobuf", arguments: Transport.allCases)
  func protobuf(transport: Transport) throws {
    let propagator = try propagator("protobuf")
    for (index, vector) in try Vector.load("protobuf").enumerated() {
      let context = StoreKind.compared[index % StoreKind.compared.count].makeContext()
      let input = Vector.bytes(hex: vector.input)
      let drops = propagator.extract(transport.carrier(binary: input), into: context)
      let bit = ExtractionDrops.reasons.firstIndex(of: vector.verdict)
      #expect(drops.rawValue == bit.map { 1 << UInt32($0) } ?? 0, "\(vector)")
      #expect((bit == nil) == (vector.verdict == "valid"), "\(vector)")
      let sent = Array(injected(context, by: propagator, over: transport).binary)
      switch vector.expected {
      case "-": #expect(sent.isEmpty, "\(vector)")
      case "same": #expect(sent == input, "\(vector)")
      default: #expect(sent == Vector.bytes(hex: vector.expected), "\(vector)")
      }
    }
  }

  @Test("names of carried fields compare by ASCII alone: a Kelvin sign is no letter")
  func names() throws {
    func message(_ name: String) -> [UInt8] {
      let field = [0x0a, UInt8(name.utf8.count)] + Array(name.utf8) + [0x12, 1, UInt8(ascii: "v")]
      return [0x3a, UInt8(field.count)] + field
    }
    let propagator = try propagator("protobuf,jaeger")
    let context = StoreKind.map.makeContext()
    let kelvin = FrameTestCarrier(fields: [], binary: message("UBERCTX-\u{212a}"))
    #expect(propagator.extract(kelvin, into: context) == .malformedMember)
    #expect(context.snapshot == ContextSnapshot())
    #expect(propagator.extract(FrameTestCarrier(fields: [], binary: message("UBERCTX-K")), into: context) == [])
    #expect(context.snapshot.entries == ["k": .text("v")])
  }
}
