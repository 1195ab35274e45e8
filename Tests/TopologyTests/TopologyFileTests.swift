import Testing
import Topology

@Suite("The file format")
struct TopologyFileTests {
  @Test("What a file does not say comes from the program")
  func programDefaults() throws {
    let topology = try parse("{version: 1, entry: a, services: [{name: a, script: [call: b]}, {name: b}]}")
    let call = Call(
      service: 1, payloadSize: 128, timeoutNanoseconds: 0, probability: 1, retries: 0,
      propagator: "tracecontext,baggage", transport: "frame", dropsContext: false)
    let service = Service(
      name: "a", replicas: 1, workers: 1, strategy: "value-chain", store: "value-chain", contextWork: true,
      keysPerLayer: 3, growth: "shadow", responseSize: 128, errorRate: 0, script: [.call(call)])
    var leaf = service
    leaf.name = "b"
    leaf.script = []
    let client = ClientSide(propagator: "tracecontext,baggage", payloadSize: 128, set: [], transport: "frame")
    #expect(topology == Topology(entry: 0, maxDepth: 0, client: client, services: [service, leaf]))
  }

  @Test("Defaults reach every service and call, and a service and a call may say otherwise")
  func fileDefaults() throws {
    let topology = try parse(
      """
      version: 1
      entry: a
      max-depth: 7
      client: {size: 3B, set: {tenant: acme, user: 42}}
      defaults:
        strategy: packed
        transport: frame
        response-size: 1KiB
        size: 2KiB
        timeout: 100ms
        retries: 2
        keys-per-layer: 5
        growth: distinct
        context-work: false
        error-rate: 1%
        error-status: UNAVAILABLE
        replicas: 2
        workers: 3
        writes: 1:1000
      services:
        - name: a
          script:
            - call: b
            - call: {service: b, size: 0, timeout: 0, retries: 0, probability: 0.5, propagator: schema,
                     transport: frame, drops-context: true, optional: true}
        - {name: b, replicas: 4, workers: 5, writes: 3:0, strategy: map, context-work: true, keys-per-layer: 0, growth: shadow,
           response-size: 0, error-rate: 0, error-status: INTERNAL}
      """)
    let plain = Call(
      service: 1, payloadSize: 2_048, timeoutNanoseconds: 100_000_000, probability: 1, retries: 2,
      propagator: "packed", transport: "frame", dropsContext: false)
    let special = Call(
      service: 1, payloadSize: 0, timeoutNanoseconds: 0, probability: 0.5, retries: 0, propagator: "schema",
      transport: "frame", dropsContext: true, isOptional: true)
    let first = Service(
      name: "a", replicas: 2, workers: 3, strategy: "packed", store: "packed", contextWork: false, keysPerLayer: 5,
      growth: "distinct", responseSize: 1_024, errorRate: 0.01, script: [.call(plain), .call(special)],
      writes: AccessRatio(writes: 1, reads: 1_000), errorStatus: .unavailable)
    let second = Service(
      name: "b", replicas: 4, workers: 5, strategy: "map", store: "map", contextWork: true, keysPerLayer: 0,
      growth: "shadow", responseSize: 0, errorRate: 0, script: [], writes: AccessRatio(writes: 3, reads: 0))
    let set = [Assignment(key: "tenant", value: .text("acme")), Assignment(key: "user", value: .integer(42))]
    let client = ClientSide(propagator: "packed", payloadSize: 3, set: set, transport: "frame")
    #expect(topology == Topology(entry: 0, maxDepth: 7, client: client, services: [first, second]))
  }

  @Test("Every kind of step is read")
  func steps() throws {
    let topology = try parse(
      script(
        "set: {tenant: acme, user: -7}", "work: 50us", "work: {exponential: 120us}", "work: {iterations: 20000}",
        "sleep: 1.5ms", "call: c"))
    let steps = topology.services[0].script
    #expect(
      Array(steps[..<5]) == [
        .set([.init(key: "tenant", value: .text("acme")), .init(key: "user", value: .integer(-7))]),
        .work(.fixed(nanoseconds: 50_000)), .work(.exponential(meanNanoseconds: 120_000)),
        .countedWork(iterations: 20_000),
        .sleep(.fixed(nanoseconds: 1_500_000)),
      ])
    #expect(steps[5].calls.map(\.service) == [2])
    guard case .parallel(let calls) = steps[6] else {
      Issue.record("expected a parallel step, got \(steps[6])")
      return
    }
    #expect(calls.map(\.service) == [1, 2])
  }

  @Test(
    "A whole number in its usual spelling is an integer, everything else a text",
    arguments: [
      ("42", .integer(42)), ("-1", .integer(-1)), ("0", .integer(0)), ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)), ("\"42\"", .text("42")), ("'42'", .text("42")), ("007", .text("007")),
      ("+1", .text("+1")), ("1.5", .text("1.5")), ("true", .text("true")), ("acme", .text("acme")),
      ("\"\"", .text("")), ("0x10", .text("0x10")), ("\"\\u00e9\\n\"", .text("é\n")), ("\"null\"", .text("null")),
    ] as [(String, AssignedValue)])
  func assignedValues(text: String, value: AssignedValue) throws {
    let topology = try parse(script("set: {key: \(text)}"))
    #expect(topology.services[0].script[0] == .set([Assignment(key: "key", value: value)]))
  }

  @Test("A file may start with a byte order mark and have Windows line ends")
  func foreignText() throws {
    let text = script("work: 1us")
    let foreign = "\u{feff}" + text.replacing("\n", with: "\r\n")
    #expect(try parse(foreign) == parse(text))
  }
}

@Suite("Strategy, store and propagator")
struct CarrierChoiceTests {
  private struct Outcome: Equatable {
    var strategy: String
    var store: String
    var propagator: String
  }

  private func outcome(defaults: String, service: String, call: String = "b") throws -> Outcome {
    let topology = try parse(
      """
      version: 1
      entry: a
      defaults: {\(defaults)}
      services:
        - {name: a, \(service.isEmpty ? "" : service + ", ")script: [call: \(call)]}
        - {name: b}
      """)
    let caller = topology.services[0]
    let propagator = try #require(caller.script[0].calls.first?.propagator)
    if call == "b" { #expect(topology.client.propagator == propagator) }
    return Outcome(strategy: caller.strategy, store: caller.store, propagator: propagator)
  }

  @Test(
    "The nearest word wins: call, service, defaults, program",
    arguments: [
      ("", "", "value-chain", "value-chain", "tracecontext,baggage"),
      ("strategy: packed", "", "packed", "packed", "packed"),
      ("strategy: packed", "strategy: map", "map", "map", "json-map"),
      ("store: map", "", "custom", "map", "tracecontext,baggage"),
      ("propagator: packed", "", "custom", "value-chain", "packed"),
      ("store: map", "strategy: struct", "struct", "struct", "schema"),
      ("strategy: packed", "store: struct", "custom", "struct", "packed"),
      ("strategy: packed", "propagator: schema", "custom", "packed", "schema"),
      ("strategy: packed", "strategy: map, propagator: schema", "custom", "map", "schema"),
      ("strategy: packed", "store: packed, propagator: packed", "packed", "packed", "packed"),
      ("store: map, propagator: json-map", "", "custom", "map", "json-map"),
      ("strategy: custom, store: map", "", "custom", "map", "tracecontext,baggage"),
      ("strategy: map", "strategy: custom, store: map", "custom", "map", "json-map"),
      ("strategy: custom, store: map", "strategy: packed", "packed", "packed", "packed"),
    ])
  func precedence(defaults: String, service: String, strategy: String, store: String, propagator: String) throws {
    let expected = Outcome(strategy: strategy, store: store, propagator: propagator)
    #expect(try outcome(defaults: defaults, service: service) == expected)
  }

  @Test("A call's own propagator leaves the service's strategy alone")
  func callPropagator() throws {
    let call = "{service: b, propagator: packed}"
    let expected = Outcome(strategy: "map", store: "map", propagator: "packed")
    #expect(try outcome(defaults: "strategy: map", service: "", call: call) == expected)
  }

  @Test("The client writes as the entry does, unless it says otherwise")
  func client() throws {
    let services = "services: [{name: a, strategy: packed}]"
    #expect(try parse("{version: 1, entry: a, \(services)}").client.propagator == "packed")
    #expect(
      try parse("{version: 1, entry: a, client: {propagator: binary25}, \(services)}").client.propagator == "binary25")
  }

  @Test(
    "Propagators are joined by commas in any order, or listed",
    arguments: [
      ("tracecontext,baggage", "tracecontext,baggage"), ("baggage,tracecontext", "baggage,tracecontext"),
      ("baggage , tracecontext", "baggage,tracecontext"), ("[tracecontext, baggage]", "tracecontext,baggage"),
      ("tracecontext", "tracecontext"), ("\"packed\"", "packed"),
    ])
  func lists(text: String, propagator: String) throws {
    let topology = try parse("version: 1\nentry: a\nclient:\n  propagator: \(text)\nservices: [{name: a}]")
    #expect(topology.client.propagator == propagator)
  }
}
