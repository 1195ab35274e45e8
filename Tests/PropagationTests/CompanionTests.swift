// What is stored beside a trace or an entry and belongs to it must not outlive it, in any combination and any store.

import Context
import Propagation
import Statistics
import Testing

@Suite("What belongs to a trace or an entry")
struct CompanionTests {
  private static let w3c = [
    "traceparent": "00-11111111111111111111111111111111-aaaaaaaaaaaaaaaa-03", "tracestate": "congo=t61",
  ]
  /// Each format's fields of the trace 2222…, without its own tracestate.
  private static let others: [String: [String: String]] = [
    "b3": ["b3": "22222222222222222222222222222222-bbbbbbbbbbbbbbbb-1"],
    "b3multi": ["x-b3-traceid": "22222222222222222222222222222222", "x-b3-spanid": "bbbbbbbbbbbbbbbb"],
    "jaeger": ["uber-trace-id": "22222222222222222222222222222222:bbbbbbbbbbbbbbbb:0:1"],
    "xray": ["x-amzn-trace-id": "Root=1-22222222-222222222222222222222222;Parent=bbbbbbbbbbbbbbbb;Sampled=1"],
    "ottrace": ["ot-tracer-traceid": "2222222222222222", "ot-tracer-spanid": "bbbbbbbbbbbbbbbb"],
    "datadog": ["x-datadog-trace-id": "2459565876494606882", "x-datadog-parent-id": "3"],
  ]

  private func fields(_ values: [String: String]) -> [(name: String, value: [UInt8])] {
    values.sorted { $0.key < $1.key }.map { (name: $0.key, value: Array($0.value.utf8)) }
  }

  @Test("the tracestate of one trace never stands beside the ids of another", arguments: StoreKind.compared)
  func tracestate(kind: StoreKind) throws {
    for (name, values) in CompanionTests.others {
      let both = CompanionTests.w3c.merging(values) { $1 }
      let context = kind.makeContext()
      let combination = try propagator("tracecontext,\(name)")
      #expect(combination.extract(FrameTestCarrier(fields: fields(both), binary: []), into: context) == [])
      #expect(context.snapshot.traceIDLow == 0x2222_2222_2222_2222, "\(name)")
      #expect(context.snapshot.traceState == nil, "\(name)")
      #expect(context.snapshot.flags & SpanContext.random == 0, "\(name)")
      let sent = injected(context, by: combination, over: .frame).receivedFields
      #expect(!sent.contains { $0.name == "tracestate" }, "\(name)")
      // The other way round the traceparent counts, and has its own.
      let later = kind.makeContext()
      #expect(
        try propagator("\(name),tracecontext").extract(
          FrameTestCarrier(fields: fields(both), binary: []), into: later) == [])
      #expect(later.snapshot.traceIDLow == 0x1111_1111_1111_1111, "\(name)")
      #expect(later.snapshot.traceState == "congo=t61", "\(name)")
    }
  }

  @Test(
    "a tracestate from bytes goes with its trace, too", arguments: StoreKind.compared,
    ["packed", "json-map", "json-simdjson"])
  func bytes(kind: StoreKind, binary: String) throws {
    let sender = StoreKind.map.makeContext()
    let span = SpanContext(traceIDHigh: 1, traceIDLow: 1, spanID: 1, flags: 3)
    sender.setSpanContext(span)
    sender.setTraceState("congo=t61")
    let section = Array(injected(sender, by: try propagator(binary), over: .frame).binary)
    for (name, values) in CompanionTests.others {
      let context = kind.makeContext()
      let carrier = FrameTestCarrier(fields: fields(values), binary: section)
      _ = try propagator("\(binary),\(name)").extract(carrier, into: context)
      #expect(context.snapshot.traceState == nil && context.snapshot.flags & 2 == 0, "\(name)")
    }
    let parent = fields(["traceparent": "00-22222222222222222222222222222222-bbbbbbbbbbbbbbbb-01"])
    let context = kind.makeContext()
    _ = try propagator("\(binary),tracecontext").extract(
      FrameTestCarrier(fields: parent, binary: section), into: context)
    #expect(context.snapshot.traceState == nil && context.snapshot.flags == 1)
  }

  @Test(
    "the same trace in two formats keeps its tracestate and the flag that its id is random",
    arguments: StoreKind.compared)
  func sameTrace(kind: StoreKind) throws {
    let sender = kind.makeContext()
    sender.setSpanContext(SpanContext(traceIDHigh: 0, traceIDLow: 7, spanID: 5, flags: 0x03))
    sender.setTraceState("congo=t61")
    for name in CompanionTests.others.keys {
      let combination = try propagator("tracecontext,\(name)")
      let context = kind.makeContext()
      #expect(combination.extract(injected(sender, by: combination, over: .frame), into: context) == [])
      #expect(context.snapshot == combination.delivered(sender.snapshot), "\(name)")
      #expect(context.snapshot.traceState == "congo=t61" && context.snapshot.flags == 3, "\(name)")
    }
  }

  @Test("what arrives is what is declared, in every pair of propagators")
  func pairs() throws {
    // What `opaque` holds is not what a context holds.
    let names = PropagatorRegistry.names.filter { $0 != "opaque" }
    for first in names {
      for second in names where first != second {
        guard let pair = PropagatorRegistry.resolve("\(first),\(second)") else { continue }
        for seed in 1...6 as ClosedRange<UInt64> {
          let sender = StoreKind.compared[Int(seed) % StoreKind.compared.count].makeContext()
          sender.fill(seed: seed &* 31)
          let receiver = StoreKind.compared[Int(seed &+ 3) % StoreKind.compared.count].makeContext()
          #expect(pair.extract(injected(sender, by: pair, over: .frame), into: receiver) == [], "\(pair.name)")
          #expect(receiver.snapshot == pair.delivered(sender.snapshot), "\(pair.name), seed \(seed)")
        }
      }
    }
  }

  @Test("the declared loss drops the tracestate where half of the trace id is lost")
  func declared() throws {
    var sent = ContextSnapshot()
    (sent.traceIDHigh, sent.traceIDLow, sent.hasSpan, sent.flags) = (1, 2, true, 3)
    sent.traceState = "a=1"
    #expect(try propagator("tracecontext,ottrace").delivered(sent).traceState == nil)
    #expect(try propagator("ottrace,tracecontext").delivered(sent).traceState == "a=1")
    sent.traceIDHigh = 0
    let same = try propagator("tracecontext,ottrace").delivered(sent)
    #expect(same.traceState == "a=1" && same.flags == 3)
  }

  @Test("a trace that is malformed in a message takes its tracestate with it")
  func malformed() throws {
    let object = #"{"trace id":"00","span id":"01","trace flags":"01","trace state":"a=1","k":"v"}"#
    for name in JSONTests.names {
      let context = StoreKind.map.makeContext()
      let drops = try propagator(name).extract(
        FrameTestCarrier(fields: [], binary: Array(object.utf8)), into: context)
      #expect(drops == .malformedSpanContext)
      #expect(context.snapshot.traceState == nil)
      #expect(context.snapshot.entries == ["k": .text("v")])
    }
    // Field 1 alone: a trace without a span; field 5 is the tracestate.
    let message = [0x09] + [UInt8](repeating: 1, count: 8) + [0x2a, 3] + Array("a=1".utf8)
    let other = StoreKind.map.makeContext()
    #expect(
      try propagator("protobuf").extract(FrameTestCarrier(fields: [], binary: message), into: other)
        == .malformedSpanContext)
    #expect(other.snapshot == ContextSnapshot())
  }

  @Test("the properties of a member go when another format brings the member anew", arguments: StoreKind.compared)
  func properties(kind: StoreKind) throws {
    let baggage = "a=1;p=1,tenant=x;q,x-trace-id=t;r"
    for (name, values, expected) in [
      (
        "baggage,jaeger", ["uberctx-a": "2"],
        ["a": "2", "tenant": "x", "tenant;": "q", "x-trace-id": "t", "x-trace-id;": "r"]
      ),
      (
        "baggage,ottrace", ["ot-baggage-a": "1"],
        ["a": "1", "tenant": "x", "tenant;": "q", "x-trace-id": "t", "x-trace-id;": "r"]
      ),
      (
        "baggage,raw-headers", ["x-tenant-code": "y", "x-trace-id": "u"],
        ["a": "1", "a;": "p=1", "tenant": "y", "x-trace-id": "u"]
      ),
    ] {
      let context = kind.makeContext()
      let carrier = FrameTestCarrier(fields: fields(values.merging(["baggage": baggage]) { $1 }), binary: [])
      #expect(try propagator(name).extract(carrier, into: context) == [])
      #expect(context.snapshot.entries == expected.mapValues { .text($0) }, "\(name)")
      // The next request of the same context knows nothing of it.
      context.reset()
      #expect(!context.mayHoldProperties)
    }
    let sender = StoreKind.map.makeContext()
    sender.set("a", "1")
    sender.set("a;", "p=1")
    let image = Array(injected(sender, by: try propagator("packed"), over: .frame).binary)
    let context = kind.makeContext()
    let carrier = FrameTestCarrier(fields: fields(["baggage": "a=2"]), binary: image)
    #expect(try propagator("packed,baggage").extract(carrier, into: context) == [])
    #expect(context.snapshot.entries == ["a": .text("2")])
  }
}

@Suite("A context that holds something")
struct HeldContextTests {
  private static let names = PropagatorRegistry.names.filter { name in
    PropagatorRegistry.resolve(name)?.replacesContext(withEntries: true) == false && name != "opaque"
  }

  private func held(_ kind: StoreKind) -> RequestContext {
    let context = kind.makeContext()
    context.setSpanContext(SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 3))
    context.setTraceState("a=1")
    context.set(.tenant, "acme")
    context.setInteger(.user, 7)
    context.set("k", "v")
    context.set("k;", "p")
    return context
  }

  @Test("is not changed by what is absent or cannot be parsed", arguments: names, StoreKind.compared)
  func unchanged(name: String, kind: StoreKind) throws {
    let propagator = try propagator(name)
    let context = held(kind)
    let before = context.snapshot
    let nothing = FrameTestCarrier(fields: [], binary: [])
    #expect(propagator.extract(nothing, into: context) == [])
    #expect(context.snapshot == before)
    var fields = propagator.fieldNames.map { (name: "\($0)", value: Array("\u{1}".utf8)) }
    fields += ["uberctx-k", "ot-baggage-k"].map { (name: $0, value: Array("\u{1}".utf8)) }
    let malformed = FrameTestCarrier(fields: fields, binary: [0xff, 0xff, 0xff])
    let drops = propagator.extract(malformed, into: context)
    #expect(drops.isEmpty == (name == "none"))
    #expect(context.snapshot == before)
    #expect(context.spanContext().spanID == 3)
  }

  @Test(
    "is not changed by the vectors of headers that continue no trace and carry nothing", arguments: StoreKind.compared)
  func vectors(kind: StoreKind) throws {
    for file in ["jaeger", "xray", "ottrace", "datadog", "raw-headers"] {
      let propagator = try propagator(file)
      for vector in try Vector.load(file) where vector.expected == "-" && vector.verdict != "valid" {
        let context = held(kind)
        let before = context.snapshot
        let fields = try vector.headerFields.map { (name: $0.name.lowercased(), value: $0.value) }
        _ = propagator.extract(FrameTestCarrier(fields: fields, binary: []), into: context)
        #expect(context.snapshot == before, "\(vector)")
      }
    }
  }
}
