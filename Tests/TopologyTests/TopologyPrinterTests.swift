import Statistics
import Testing
import Topology

@Suite("The checked topology printed")
struct TopologyPrinterTests {
  @Test("Everything is in the print, defaults filled in")
  func golden() throws {
    let topology = try parse(
      """
      version: 1
      entry: gateway
      max-depth: 9
      client: {set: {tenant: "a \\"b\\"\\n", user: 42}}
      services:
        - name: gateway
          strategy: packed
          store: struct
          script:
            - set: {region: eu}
            - work: {exponential: 120us}
            - sleep: 0
            - parallel:
                - call: {service: leaf, propagator: "tracecontext,baggage", probability: 0.1%, optional: true, drops-context: true}
            - call: leaf
        - {name: leaf, response-size: 1536B, error-rate: 1e-7, error-status: UNAVAILABLE}
      """)
    #expect(
      TopologyPrinter.yaml(topology) == #"""
        version: 1
        entry: gateway
        max-depth: 9
        client:
          propagator: packed
          transport: frame
          place: header
          hpack: index
          size: 128B
          set: {tenant: "a \"b\"\U0000000a", user: 42}
        services:
          - name: gateway
            replicas: 1
            workers: 1
            writes: "1:10"
            strategy: custom
            store: struct
            context-work: true
            keys-per-layer: 3
            growth: shadow
            response-size: 128B
            error-rate: 0
            error-status: INTERNAL
            script:
              - set: {region: "eu"}
              - work: {exponential: 120us}
              - sleep: 0
              - parallel:
                  - call: {service: leaf, size: 128B, timeout: 0, deadline: cascade, probability: 0.001, retries: 0, pipeline: 1, place: header, hpack: index, optional: true, propagator: "tracecontext,baggage", transport: frame, drops-context: true}
              - call: {service: leaf, size: 128B, timeout: 0, deadline: cascade, probability: 1, retries: 0, pipeline: 1, place: header, hpack: index, optional: false, propagator: packed, transport: frame, drops-context: false}
          - name: leaf
            replicas: 1
            workers: 1
            writes: "1:10"
            strategy: value-chain
            store: value-chain
            context-work: true
            keys-per-layer: 3
            growth: shadow
            response-size: 1536B
            error-rate: 1e-07
            error-status: UNAVAILABLE
            script: []

        """#)
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
  }

  @Test("A service may have any name that the rule allows, `null` and numbers included")
  func oddNames() throws {
    let topology = try parse(
      "{version: 1, entry: \"null\", services: [{name: \"null\", script: [call: 123, call: true]}, {name: 123}, "
        + "{name: true}]}")
    #expect(topology.services.map(\.name) == ["null", "123", "true"])
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
  }

  @Test("A random topology printed and read again is the same", arguments: UInt64(1)...20)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let topology = RandomTopology.make(using: &random)
      let text = TopologyPrinter.yaml(topology)
      let again = try parse(text)
      #expect(again == topology, "seed \(seed):\n\(text)")
      #expect(TopologyPrinter.yaml(again) == text, "seed \(seed)")
    }
  }
}

/// Topologies that pass every check, with every field anywhere in its range.
enum RandomTopology {
  static func make(using random: inout SeededGenerator) -> Topology {
    let count = Int.random(in: 1...12, using: &random)
    let hasCycles = Bool.random(using: &random)
    var services = (0..<count).map { service(named: "s-\($0)", using: &random) }
    for index in services.indices {
      // The next service is always called, so that all are reached.
      if index + 1 < count { services[index].script.append(.call(call(to: index + 1, using: &random))) }
      let callees = hasCycles ? 0..<count : (index + 1)..<count
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let step = step(callees: callees, using: &random)
        services[index].script.insert(step, at: Int.random(in: 0...services[index].script.count, using: &random))
      }
    }
    let bound = Int.random(in: 1...TopologyLimits.maxDepthMax, using: &random)
    let client = ClientSide(
      propagator: propagator(using: &random), payloadSize: size(using: &random),
      set: Bool.random(using: &random) ? assignments(using: &random) : [], transport: "frame")
    return Topology(
      entry: 0, maxDepth: hasCycles || Bool.random(using: &random) ? bound : 0, client: client, services: services)
  }

  private static func service(named name: String, using random: inout SeededGenerator) -> Service {
    // One with an edge of its own makes the entry a gateway: that comes from no value here.
    let preset = vocabulary.presets.filter { $0.edge == nil }.randomElement(using: &random)!
    let isCustom = Bool.random(using: &random)
    return Service(
      name: name, replicas: .random(in: 1...TopologyLimits.replicasMax, using: &random),
      workers: .random(in: 1...TopologyLimits.workersMax, using: &random),
      strategy: isCustom ? "custom" : preset.name,
      store: isCustom ? vocabulary.stores.randomElement(using: &random)! : preset.store,
      contextWork: .random(using: &random),
      keysPerLayer: .random(in: 0...TopologyLimits.keysPerLayerMax, using: &random),
      growth: Bool.random(using: &random) ? "shadow" : "distinct", responseSize: size(using: &random),
      errorRate: share(using: &random), script: [], writes: ratio(random),
      errorStatus: Bool.random(using: &random) ? .unavailable : nil)
  }

  /// Nil is another word for the standard, which the reader uses. Draws nothing from the caller's numbers.
  private static func ratio(_ generator: SeededGenerator) -> AccessRatio? {
    var random = generator
    let parts = 0...TopologyLimits.ratioPartMax
    let ratio = AccessRatio(writes: .random(in: parts, using: &random), reads: .random(in: 1...1_000, using: &random))
    return ratio == .standard ? nil : ratio
  }

  private static func step(callees: Range<Int>, using random: inout SeededGenerator) -> Step {
    switch Int.random(in: callees.isEmpty ? 2...5 : 0...5, using: &random) {
    case 0: return .call(call(to: callees.randomElement(using: &random)!, using: &random))
    case 1:
      let count = Int.random(in: 1...5, using: &random)
      return .parallel(
        (0..<count).map { _ in call(to: callees.randomElement(using: &random)!, using: &random) })
    case 2: return .set(assignments(using: &random))
    case 3: return .work(.fixed(nanoseconds: duration(using: &random)))
    case 4: return .countedWork(iterations: .random(in: 0...TopologyLimits.iterationsMax, using: &random))
    default: return .sleep(.exponential(meanNanoseconds: duration(using: &random)))
    }
  }

  private static func call(to service: Int, using random: inout SeededGenerator) -> Call {
    Call(
      service: service, payloadSize: size(using: &random), timeoutNanoseconds: duration(using: &random),
      probability: share(using: &random), retries: .random(in: 0...TopologyLimits.retriesMax, using: &random),
      propagator: propagator(using: &random), transport: "frame", dropsContext: .random(using: &random),
      ignoresDeadline: .random(using: &random) ? true : nil, isOptional: .random(using: &random) ? true : nil,
      pipeline: [nil, 2, TopologyLimits.pipelineMax].randomElement(using: &random)!,
      contextInBody: .random(using: &random) ? true : nil)
  }

  private static func propagator(using random: inout SeededGenerator) -> String {
    let joined = ["tracecontext,baggage", "baggage,tracecontext"]
    return (vocabulary.propagators + joined).randomElement(using: &random)!
  }

  private static func assignments(using random: inout SeededGenerator) -> [Assignment] {
    (0..<Int.random(in: 1...5, using: &random)).map { index in
      let isInteger = Bool.random(using: &random)
      let value =
        isInteger ? .integer(.random(in: .min ... .max, using: &random)) : AssignedValue.text(text(using: &random))
      return Assignment(key: "key.\(index)_a", value: value)
    }
  }

  /// Of scalars that YAML treats in ways of their own, and of any others. A leading byte order mark is left out: the
  /// YAML library drops it.
  private static func text(using random: inout SeededGenerator) -> String {
    let odd: [Unicode.Scalar] = [
      "\0", "\t", "\n", "\r", "\"", "\\", "'", "#", ":", ",", "{", "}", "*", "&", " ", "~", "7", "a", "é", "\u{7f}",
      "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{fffe}", "\u{ffff}", "\u{1f600}", "\u{10ffff}", "\u{301}",
    ]
    var result = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) { result.append(odd.randomElement(using: &random)!) }
    return String(String.UnicodeScalarView(result.drop { $0 == "\u{feff}" }))
  }

  private static func size(using random: inout SeededGenerator) -> Int {
    .random(in: 0...TopologyLimits.payloadSizeMax, using: &random) >> Int.random(in: 0...23, using: &random)
  }

  private static func duration(using random: inout SeededGenerator) -> Int64 {
    let power = [1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000].randomElement(using: &random)! as Int64
    return .random(in: 0...(TopologyLimits.durationNanosecondsMax / power), using: &random) * power
  }

  private static func share(using random: inout SeededGenerator) -> Double {
    [0, 1, 0.5, .random(in: 0...1, using: &random), .random(in: 0...1e-12, using: &random), .leastNonzeroMagnitude]
      .randomElement(using: &random)!
  }
}
