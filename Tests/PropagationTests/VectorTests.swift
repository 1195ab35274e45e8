// The tables of vectors, over every transport.

import Context
import Propagation
import Testing

@Suite("The vectors of")
struct VectorTests {
  private func receive(
    _ name: String, _ transport: Transport, _ kind: StoreKind, fields: [(String, [UInt8])] = [], binary: [UInt8] = []
  ) throws -> (context: RequestContext, drops: ExtractionDrops, propagator: any Propagator) {
    let propagator = try propagator(name)
    let context = kind.makeContext()
    let carrier = transport.carrier(fields: fields.map { (name: $0.0, value: $0.1) }, binary: binary)
    let drops = propagator.extract(carrier, into: context)
    context.detach()
    return (context, drops, propagator)
  }

  @Test("traceparent", arguments: Transport.allCases)
  func traceparent(transport: Transport) throws {
    for vector in try Vector.load("traceparent", over: transport) {
      let fields =
        Vector.fields(vector.input).map { ("traceparent", $0) } + [("tracestate", Array("a=1".utf8))]
      let (context, drops, propagator) = try receive("tracecontext", transport, .struct, fields: fields)
      let sent = injected(context, by: propagator, over: transport).receivedFields
      if vector.verdict == "valid" {
        #expect(drops == [], "\(vector)")
        #expect(sent.map(\.name) == ["traceparent", "tracestate"], "\(vector)")
        #expect(sent.first.map { String(decoding: $0.value, as: UTF8.self) } == vector.expected, "\(vector)")
      } else {
        #expect(drops == .malformedSpanContext, "\(vector)")
        #expect(sent.isEmpty, "\(vector)")
        #expect(context.snapshot == ContextSnapshot(), "\(vector)")
      }
    }
  }

  @Test("tracestate", arguments: Transport.allCases)
  func tracestate(transport: Transport) throws {
    let parent = Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8)
    for vector in try Vector.load("tracestate", over: transport) {
      let fields = [("traceparent", parent)] + Vector.fields(vector.input).map { ("tracestate", $0) }
      let (context, drops, propagator) = try receive("tracecontext", transport, .packed, fields: fields)
      #expect(context.snapshot.hasSpan, "\(vector)")
      #expect(drops.isEmpty == (vector.verdict != "invalid"), "\(vector)")
      let expected = vector.expected == "-" ? nil : Vector.fields(vector.expected)[0]
      #expect(context.snapshot.traceState.map { Array($0.utf8) } == expected, "\(vector)")
      let sent = injected(context, by: propagator, over: transport).receivedFields.filter { $0.name == "tracestate" }
      // A carrier trims what a list may begin or end with: white space.
      #expect(sent.map(\.value) == (expected.map { [$0] } ?? []), "\(vector)")
    }
  }

  @Test("baggage", arguments: Transport.allCases)
  func baggage(transport: Transport) throws {
    for vector in try Vector.load("baggage", over: transport) {
      let fields = Vector.fields(vector.input).map { ("baggage", $0) }
      let (context, drops, propagator) = try receive("baggage", transport, .map, fields: fields)
      #expect(drops.isEmpty == (vector.verdict == "kept"), "\(vector)")
      var expected: [String: ContextValue] = [:]
      for entry in Vector.repeated(vector.expected).split(separator: "&") where entry != "-" {
        // The name of an entry of properties ends in a semicolon; a key may hold neither that nor an equals sign.
        let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = String(decoding: Vector.unescaped(String(parts[1])), as: UTF8.self)
        expected[String(parts[0])] =
          value.hasPrefix("#") ? .integer(try #require(Int64(value.dropFirst()))) : .text(value)
      }
      #expect(context.snapshot.entries == expected, "\(vector)")
      let again = StoreKind.packed.makeContext()
      #expect(propagator.extract(injected(context, by: propagator, over: transport), into: again) == [], "\(vector)")
      #expect(again.snapshot == context.snapshot, "\(vector)")
    }
  }

  @Test("binary25", arguments: Transport.allCases)
  func binary25(transport: Transport) throws {
    for vector in try Vector.load("binary25") {
      let input = Vector.bytes(hex: vector.input)
      let (context, drops, propagator) = try receive("binary25", transport, .valueChain, binary: input)
      #expect(drops.isEmpty == (vector.verdict != "invalid"), "\(vector)")
      let sent = Array(injected(context, by: propagator, over: transport).binary)
      #expect(sent == (vector.verdict == "valid" ? Vector.bytes(hex: vector.expected) : []), "\(vector)")
    }
  }

  @Test("b3 and b3multi", arguments: Transport.allCases, ["b3", "b3multi"])
  func b3(transport: Transport, name: String) throws {
    let (single, multiple) = (try propagator("b3"), try propagator("b3multi"))
    for vector in try Vector.load("b3", over: transport) {
      let fields = try vector.headerFields.map { ($0.name, $0.value) }
      let (context, drops, propagator) = try receive(name, transport, .struct, fields: fields)
      let isMalformed = vector.verdict == "invalid" || vector.verdict == "fallback"
      #expect(drops == (isMalformed ? .malformedSpanContext : []), "\(vector)")
      #expect(context.snapshot.hasSpan == (vector.verdict == "valid" || vector.verdict == "fallback"), "\(vector)")
      let sent = injected(context, by: single, over: transport).receivedFields
      let expected = vector.expected == "-" ? [] : ["b3: " + vector.expected]
      #expect(sent.map { "\($0.name): \(String(decoding: $0.value, as: UTF8.self))" } == expected, "\(vector)")
      // What one form sends the other reads.
      let again = StoreKind.packed.makeContext()
      #expect(propagator.extract(injected(context, by: multiple, over: transport), into: again) == [], "\(vector)")
      #expect(again.snapshot == context.snapshot, "\(vector)")
    }
  }

  @Test("grpc-trace-bin", arguments: Transport.allCases)
  func grpcTraceBin(transport: Transport) throws {
    for vector in try Vector.load("grpc-trace-bin") {
      let input = Vector.bytes(hex: vector.input)
      let (context, drops, propagator) = try receive("grpc-trace-bin", transport, .map, binary: input)
      let expected: ExtractionDrops =
        switch vector.verdict {
        case "invalid": .malformedBinary
        case "no-trace": .malformedSpanContext
        default: []
        }
      #expect(drops == expected, "\(vector)")
      let sent = Array(injected(context, by: propagator, over: transport).binary)
      #expect(sent == (vector.verdict == "valid" ? Vector.bytes(hex: vector.expected) : []), "\(vector)")
    }
  }

  @Test("packed, in every store", arguments: StoreKind.compared)
  func packed(kind: StoreKind) throws {
    for vector in try Vector.load("packed") {
      let input = Vector.bytes(hex: vector.input)
      let (context, drops, propagator) = try receive("packed", .frame, kind, binary: input)
      #expect(drops == (vector.verdict == "valid" ? [] : .malformedBinary), "\(vector)")
      let sent = Array(injected(context, by: propagator, over: .frame).binary)
      if vector.verdict == "invalid" {
        #expect(context.snapshot == ContextSnapshot(), "\(vector)")
      } else if kind == .packed {
        #expect(sent == input, "\(vector)")
      } else {
        let view = input.withUnsafeBytes { ContextSnapshot(packedImage: $0) }
        #expect(sent.withUnsafeBytes { ContextSnapshot(packedImage: $0) } == view, "\(vector)")
        #expect(view != nil, "\(vector)")
      }
    }
  }

  @Test("schema, in every store", arguments: StoreKind.compared)
  func schema(kind: StoreKind) throws {
    for vector in try Vector.load("schema") {
      let input = Vector.bytes(hex: vector.input)
      let (context, drops, propagator) = try receive("schema", .grpc, kind, binary: input)
      if vector.verdict == "valid" {
        #expect(drops == [], "\(vector)")
        #expect(Array(injected(context, by: propagator, over: .grpc).binary) == input, "\(vector)")
      } else {
        let bit = try #require(ExtractionDrops.reasons.firstIndex(of: vector.verdict))
        #expect(drops.rawValue == 1 << UInt32(bit), "\(vector)")
        #expect(!context.snapshot.hasSpan, "\(vector)")
      }
    }
  }

  @Test("all formats are many and differ")
  func many() throws {
    let files = ["traceparent", "tracestate", "baggage", "binary25", "packed", "schema", "b3", "grpc-trace-bin"]
    let all = files + ["protobuf"] + HeaderVectorTests.files
    let vectors = try all.flatMap { try Vector.load($0) }
    #expect(vectors.count >= 750)
    #expect(Set(vectors.map { "\($0.file) \($0.input)" }).count == vectors.count)
  }
}
