// What each propagator says that it loses, spelled out for one context.

import Context
import Propagation
import Testing

@Suite("The declared loss of")
struct DeclaredLossTests {
  private var sent: ContextSnapshot {
    var sent = ContextSnapshot()
    (sent.traceIDHigh, sent.traceIDLow, sent.hasSpan, sent.flags) = (1, 2, true, 0x81)
    sent.traceState = "a=1"
    sent.entries = [
      "request-id": .text("longer than sixteen bytes"), "user": .integer(7), "tenant": .text("acme"),
      "n": .integer(1), "a/b": .text("x"),
    ]
    return sent
  }

  @Test("none is everything")
  func none() throws { #expect(try propagator("none").delivered(sent) == ContextSnapshot()) }

  @Test("opaque, packed and JSON is nothing", arguments: ["opaque", "packed", "json-map", "json-simdjson"])
  func lossless(name: String) throws { #expect(try propagator(name).delivered(sent) == sent) }

  @Test("tracecontext is the entries and the unknown flags")
  func tracecontext() throws {
    var expected = sent
    expected.entries = [:]
    expected.flags = 1
    #expect(try propagator("tracecontext").delivered(sent) == expected)
  }

  @Test("baggage is the trace, unknown types and names that are no tokens")
  func baggage() throws {
    var expected = ContextSnapshot()
    expected.entries = sent.entries
    expected.entries["n"] = .text("1")
    expected.entries["a/b"] = nil
    #expect(try propagator("baggage").delivered(sent) == expected)
  }

  @Test("binary25 is all but ids and flags")
  func binary25() throws {
    var expected = sent
    expected.entries = [:]
    expected.traceState = nil
    #expect(try propagator("binary25").delivered(sent) == expected)
  }

  @Test("b3 is all but ids and the states of B3, of which debug is sampled too", arguments: ["b3", "b3multi"])
  func b3(name: String) throws {
    var expected = sent
    expected.entries = [:]
    expected.traceState = nil
    for (flags, arriving) in [
      (0x00, 0x00), (0x01, 0x01), (0x80, 0x81), (0x81, 0x81), (0x40, 0x40), (0x41, 0x01), (0xc0, 0x81), (0x3e, 0x00),
      (0xff, 0x81),
    ] as [(UInt8, UInt8)] {
      var sent = sent
      sent.flags = flags
      expected.flags = arriving
      #expect(try propagator(name).delivered(sent) == expected, "\(flags)")
    }
  }

  @Test("grpc-trace-bin is all but ids and whether the trace is sampled")
  func grpcTraceBin() throws {
    var expected = sent
    expected.entries = [:]
    expected.traceState = nil
    expected.flags = 1
    #expect(try propagator("grpc-trace-bin").delivered(sent) == expected)
  }

  @Test("schema is the tracestate, undeclared keys and long texts")
  func schema() throws {
    var expected = sent
    expected.entries = ["user": .integer(7), "tenant": .text("acme")]
    expected.traceState = nil
    #expect(try propagator("schema").delivered(sent) == expected)
  }

  @Test("a combination is what no part carries")
  func combination() throws {
    var expected = try propagator("baggage").delivered(sent)
    (expected.traceIDHigh, expected.traceIDLow, expected.hasSpan, expected.flags) = (1, 2, true, 1)
    expected.traceState = "a=1"
    #expect(try propagator("tracecontext,baggage").delivered(sent) == expected)
  }
}

@Suite("The declared loss of headers of vendors:")
struct VendorLossTests {
  private func sent(flags: UInt8 = 0x01, low: UInt64 = 2) -> ContextSnapshot {
    var sent = ContextSnapshot()
    (sent.traceIDHigh, sent.traceIDLow, sent.hasSpan, sent.flags) = (1, low, true, flags)
    sent.traceState = "a=1"
    sent.entries = [
      "request-id": .text("größe"), "user": .integer(7), "tenant": .text("acme"), "n": .integer(1), "a/b": .text("x"),
      "Upper": .text("x"), "spaced": .text(" x"),
    ]
    return sent
  }

  /// Flags as sent → as they arrive, by propagator.
  @Test(
    "flags are those that a format has a word for",
    arguments: [
      ("jaeger", [0x00: 0x00, 0x01: 0x01, 0x02: 0x00, 0x40: 0x00, 0x80: 0x81, 0x81: 0x81, 0xff: 0x81]),
      ("xray", [0x00: 0x00, 0x01: 0x01, 0x02: 0x00, 0x40: 0x40, 0x80: 0x01, 0x41: 0x01, 0xff: 0x01]),
      ("ottrace", [0x00: 0x00, 0x01: 0x01, 0x02: 0x00, 0x40: 0x40, 0x80: 0x01, 0x41: 0x01, 0xff: 0x01]),
      ("datadog", [0x00: 0x00, 0x01: 0x01, 0x02: 0x00, 0x40: 0x40, 0x80: 0x81, 0x41: 0x01, 0xff: 0x81]),
    ] as [(String, [UInt8: UInt8])])
  func flags(name: String, arriving: [UInt8: UInt8]) throws {
    for (flags, expected) in arriving {
      let delivered = try propagator(name).delivered(sent(flags: flags))
      #expect(delivered.flags == expected, "\(flags)")
      #expect(delivered.traceState == nil && delivered.hasSpan && delivered.traceIDLow == 2)
      #expect(delivered.traceIDHigh == (name == "ottrace" ? 0 : 1))
    }
  }

  @Test("a trace without a lower half is lost where that is all there is, or says that there is none")
  func lowerHalf() throws {
    for (name, isLost) in [("jaeger", false), ("xray", false), ("ottrace", true), ("datadog", true)] {
      let delivered = try propagator(name).delivered(sent(low: 0))
      #expect(delivered.hasSpan != isLost && (delivered.flags == 0) == isLost, "\(name)")
    }
  }

  @Test("entries are those that a header can hold")
  func entries() throws {
    var expected: [String: ContextValue] = [
      "request-id": .text("größe"), "user": .integer(7), "tenant": .text("acme"), "n": .text("1"),
      "spaced": .text(" x"),
    ]
    #expect(try propagator("jaeger").delivered(sent()).entries == expected)
    (expected["request-id"], expected["spaced"]) = (nil, nil)
    #expect(try propagator("ottrace").delivered(sent()).entries == expected)
    for name in ["xray", "datadog"] { #expect(try propagator(name).delivered(sent()).entries.isEmpty, "\(name)") }
  }

  @Test("raw headers keep user, tenant and the trace id as text")
  func rawHeaders() throws {
    let raw = try propagator("raw-headers")
    var expected = ContextSnapshot()
    expected.entries = [
      "user": .integer(7), "tenant": .text("acme"), "x-trace-id": .text("00000000000000010000000000000002"),
    ]
    #expect(raw.delivered(sent()) == expected)
    #expect(raw.delivered(expected) == expected)
  }

  @Test("a message of protobuf loses nothing, or what those lose whose fields it has")
  func protobuf() throws {
    #expect(try propagator("protobuf").delivered(sent(flags: 0xff)) == sent(flags: 0xff))
    let carried = try propagator("tracecontext,baggage,b3")
    #expect(try propagator("protobuf,tracecontext,baggage,b3").delivered(sent()) == carried.delivered(sent()))
  }
}
