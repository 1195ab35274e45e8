// The instrument as a server uses it: headers in, a service context, headers out.

import ContextPropagators
import Instrumentation
import Propagation
import Synchronization
import Testing

/// Header fields of an HTTP request, names in lower case.
private struct Headers: Extractor, Injector {
  func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
  func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}

@Suite("The instrument of swift-distributed-tracing")
struct InstrumentTests {
  private static let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  private func extracted(
    _ headers: [String: String], by names: String = "tracecontext,baggage"
  ) throws -> PropagatedContext? {
    var context = ServiceContext.topLevel
    try ContextPropagationInstrument(names).extract(headers, into: &context, using: Headers())
    return context.propagated
  }

  private func injected(
    _ propagated: PropagatedContext?, by names: String = "tracecontext,baggage"
  ) throws -> [String: String] {
    var context = ServiceContext.topLevel
    context.propagated = propagated
    var headers: [String: String] = [:]
    try ContextPropagationInstrument(names).inject(context, into: &headers, using: Headers())
    return headers
  }

  @Test("Trace, tracestate and baggage of W3C headers come out, and go on as they came")
  func roundTrip() throws {
    let headers = [
      "traceparent": InstrumentTests.traceparent, "tracestate": "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
      "baggage": "serverNode=DF%2028;hop=1,user=42",
    ]
    let propagated = try #require(try extracted(headers))
    let span = try #require(propagated.span)
    #expect(span.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(span.spanIDText == "00f067aa0ba902b7")
    #expect(span.isSampled)
    #expect(propagated.traceState == headers["tracestate"])
    #expect(propagated.entries["serverNode"] == .text("DF 28"))
    #expect(propagated.entries["user"] == .integer(42))
    var sent = try injected(propagated)
    let members = (sent.removeValue(forKey: "baggage") ?? "").split(separator: ",")
    #expect(Set(members) == ["serverNode=DF%2028;hop=1", "user=42"])
    #expect(sent == headers.filter { $0.key != "baggage" })
  }

  @Test("A child has the trace of its parent, and a span id of its own that is not 0")
  func child() throws {
    let parent = try #require(try extracted(["traceparent": InstrumentTests.traceparent])?.span)
    let received = PropagatedContext(span: parent, traceState: "a=1", entries: ["k": .text("v")])
    #expect(received.child().traceState == "a=1" && received.child().entries == received.entries)
    #expect(PropagatedContext(entries: received.entries).child() == PropagatedContext(entries: received.entries))
    var seen: Set<UInt64> = [parent.spanID]
    for _ in 0..<100 {
      let child = try #require(received.child().span)
      #expect((child.traceIDHigh, child.traceIDLow, child.flags) == (parent.traceIDHigh, parent.traceIDLow, 1))
      #expect(child.spanID != 0)
      seen.insert(child.spanID)
    }
    #expect(seen.count == 101)
  }

  @Test("What is malformed is left out, its reason is told, and what a context held before stays")
  func malformed() throws {
    let reasons = Mutex<[String]>([])
    let instrument = try ContextPropagationInstrument("tracecontext,baggage") { reason in
      reasons.withLock { $0.append(reason) }
    }
    var context = ServiceContext.topLevel
    context.propagated = PropagatedContext(entries: ["kept": .text("1")])
    instrument.extract(
      ["traceparent": InstrumentTests.traceparent + "-", "tracestate": "a=1", "baggage": "no member"], into: &context,
      using: Headers())
    #expect(context.propagated == PropagatedContext(entries: ["kept": .text("1")]))
    #expect(reasons.withLock { $0 } == ["malformed-span-context", "malformed-member"])
  }

  @Test("Two traceparents that an extractor has joined are no trace")
  func twoFields() throws {
    #expect(try extracted(["traceparent": "\(InstrumentTests.traceparent), \(InstrumentTests.traceparent)"]) == nil)
  }

  @Test("Nothing is written when there is nothing to carry, and no entry that no format can say")
  func nothing() throws {
    #expect(try injected(nil).isEmpty)
    #expect(try injected(PropagatedContext()).isEmpty)
    let odd: [String: PropagatedContext.Value] = [
      "": .text("a"), "two words": .text("a"), "long": .text(String(repeating: "x", count: 9000)), "ok": .text("a b"),
    ]
    #expect(try injected(PropagatedContext(traceState: "a=1", entries: odd)) == ["baggage": "ok=a%20b"])
    let span = PropagatedSpan(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1)
    #expect(try injected(PropagatedContext(span: span, traceState: "no list")).keys.sorted() == ["traceparent"])
    #expect(PropagatedSpan(traceIDHigh: 0, traceIDLow: 0, spanID: 3, flags: 1) == nil)
    #expect(PropagatedSpan(traceIDHigh: 1, traceIDLow: 0, spanID: 0, flags: 1) == nil)
  }

  @Test("Every propagator of fields carries a trace or entries from one instrument to the next, alone and combined")
  func everyName() throws {
    let sent = PropagatedContext(
      span: PropagatedSpan(traceIDHigh: 0, traceIDLow: 0xa3ce_929d_0e0e_4736, spanID: 0xf067_aa0b_a902_b7, flags: 1),
      entries: ["user": .integer(42), "tenant": .text("acme"), "request-id": .text("r-1")])
    for name in ContextPropagationInstrument.knownNames where name != "none" {
      let received = try #require(try extracted(try injected(sent, by: name), by: name), "\(name)")
      if let span = received.span { #expect(span.traceIDLow == sent.span?.traceIDLow, "\(name)") }
      // Raw headers hand on the id of a trace as text.
      let entries = received.entries.filter { $0.key != "x-trace-id" }
      #expect(entries.allSatisfy { sent.entries[$0.key] == $0.value }, "\(name)")
      #expect(received.span != nil || !received.entries.isEmpty, "\(name)")
    }
    let all = ContextPropagationInstrument.knownNames.filter { $0 != "none" }.joined(separator: ",")
    let arrived = try extracted(try injected(sent, by: all), by: all)?.entries.filter { $0.key != "x-trace-id" }
    #expect(arrived == sent.entries)
    #expect(try injected(sent, by: "none").isEmpty)
  }

  @Test("A list with a name that is unknown, or that writes bytes, is refused with the names that there are")
  func unknown() {
    for list in ["tracecontext,", ",", "w3c", "packed", "tracecontext,binary25", "none,b3"] {
      let error = #expect(throws: ContextPropagationInstrument.UnknownPropagator.self, "\(list)") {
        try ContextPropagationInstrument(list)
      }
      #expect(error?.list == list)
      #expect(error?.description.contains("tracecontext, baggage, b3") == true)
    }
  }

  @Test("A list is read as OTEL_PROPAGATORS is: trimmed, each name once, and the default when it is empty")
  func lists() throws {
    let sent = PropagatedContext(
      span: PropagatedSpan(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1), entries: ["k": .text("v")])
    let expected = try injected(sent, by: "tracecontext,baggage")
    #expect(expected.keys.sorted() == ["baggage", "traceparent"])
    for list in [
      "", " ", "\t", "tracecontext, baggage", " tracecontext\t,baggage ", "tracecontext,baggage,tracecontext",
    ] {
      #expect(try injected(sent, by: list) == expected, "\(list)")
    }
  }

  private func merged(_ held: PropagatedContext, _ headers: [String: String]) throws -> PropagatedContext? {
    var context = ServiceContext.topLevel
    context.propagated = held
    try ContextPropagationInstrument("tracecontext,baggage").extract(headers, into: &context, using: Headers())
    return context.propagated
  }

  @Test("What is absent or cannot be parsed leaves the span, the tracestate and the entries that a context holds")
  func held() throws {
    let span = PropagatedSpan(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1)
    let held = PropagatedContext(span: span, traceState: "a=1", entries: ["kept": .text("1")])
    #expect(try merged(held, [:]) == held)
    #expect(try merged(held, ["traceparent": "00-", "tracestate": "b=2", "baggage": "no member"]) == held)
    var expected = held
    expected.entries = ["new": .text("2")]
    #expect(try merged(held, ["traceparent": "00-", "baggage": "new=2"]) == expected)
    // Another trace comes without the tracestate of the one before.
    let found = try merged(held, ["traceparent": InstrumentTests.traceparent, "tracestate": "=", "baggage": "%"])
    #expect(found?.span?.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(found?.traceState == nil)
    #expect(found?.entries == held.entries)
  }

  @Test("A tracestate goes with its trace, and properties with their member")
  func companions() throws {
    let span = PropagatedSpan(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1)
    var context = PropagatedContext()
    context.traceState = "a=1"
    context.span = span
    context.span = span?.child()
    #expect(context.traceState == "a=1")
    context.span = PropagatedSpan(traceIDHigh: 1, traceIDLow: 3, spanID: 3, flags: 1)
    #expect(context.traceState == nil)
    context.traceState = "a=1"
    context.span = nil
    #expect(context.traceState == nil)
    context.entries = ["k": .text("1"), "k;": .text("p"), "l": .text("2"), "l;": .text("q")]
    context.setEntry("k", .text("2"))
    context.setEntry("l", nil)
    #expect(context.entries == ["k": .text("2")])
    let sent = try extracted(
      [
        "traceparent": InstrumentTests.traceparent, "tracestate": "congo=t61",
        "b3": "2222222222222222-bbbbbbbbbbbbbbbb-1",
      ],
      by: "tracecontext,b3")
    #expect(sent?.span?.traceIDLow == 0x2222_2222_2222_2222 && sent?.traceState == nil)
  }

  @Test("Of too many entries the first names are sent, the same each time, and the rest is told")
  func tooMany() throws {
    let reasons = Mutex<[String]>([])
    let instrument = try ContextPropagationInstrument("baggage") { reason in reasons.withLock { $0.append(reason) } }
    func sent(_ entries: [String: PropagatedContext.Value]) -> String {
      var context = ServiceContext.topLevel
      context.propagated = PropagatedContext(entries: entries)
      var headers: [String: String] = [:]
      instrument.inject(context, into: &headers, using: Headers())
      return headers["baggage"] ?? ""
    }
    var entries: [String: PropagatedContext.Value] = [:]
    for index in 0..<300 { entries["n\(1_000 + index)"] = .integer(Int64(index)) }
    let expected = (0..<64).map { "n\(1_000 + $0)=\($0)" }.joined(separator: ",")
    for _ in 0..<5 {
      // Another dictionary each time, in another order.
      #expect(sent(Dictionary(uniqueKeysWithValues: entries.shuffled())) == expected)
    }
    #expect(Set(reasons.withLock { $0 }) == ["too-many-members"])
    reasons.withLock { $0 = [] }
    #expect(sent(entries.filter { $0.key < "n1064" }) == expected)
    #expect(reasons.withLock { $0 } == [])
    #expect(sent(["a": .text("1"), "b/c": .text("2"), "two words": .text("3")]) == "a=1")
    #expect(reasons.withLock { $0 } == ["malformed-member"])
    reasons.withLock { $0 = [] }
    #expect(sent(["a": .text("1"), "b": .text(String(repeating: "x", count: 9_000))]) == "a=1")
    #expect(reasons.withLock { $0 } == ["over-size"])
  }

  @Test("Every propagator that writes fields names them", arguments: PropagatorRegistry.names)
  func fieldNames(name: String) throws {
    let propagator = try #require(PropagatorRegistry.resolve(name))
    for field in propagator.fieldNames { #expect("\(field)" == "\(field)".lowercased()) }
    // A message can be joined with fields, and has none of its own.
    guard !PropagatorRegistry.exclusiveNames.contains(name), name != "protobuf" else { return }
    #expect(!propagator.fieldNames.isEmpty)
  }

  @Test("It works as the instrument of the process")
  func bootstrapped() throws {
    InstrumentationSystem.bootstrap(try ContextPropagationInstrument("tracecontext,b3"))
    var context = ServiceContext.topLevel
    InstrumentationSystem.instrument.extract(
      ["b3": "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d"], into: &context, using: Headers())
    var headers: [String: String] = [:]
    InstrumentationSystem.instrument.inject(context, into: &headers, using: Headers())
    #expect(headers["b3"] == "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d")
    #expect(headers["traceparent"] == "00-80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-01")
  }
}
