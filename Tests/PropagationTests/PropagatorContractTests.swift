// What every propagator promises, over every store and every transport.

import Context
import Propagation
import Testing

@Suite("Every propagator")
struct PropagatorContractTests {
  static let names =
    PropagatorRegistry.names.filter { $0 != "opaque" } + [
      "tracecontext,baggage", "tracecontext,baggage,b3", "b3,b3multi", "packed,baggage", "tracecontext,json-map",
      "json-simdjson,baggage",
      "binary25,baggage,tracecontext", "jaeger,b3", "xray,ottrace", "datadog,baggage", "raw-headers,tracecontext",
      "jaeger,ottrace,baggage,raw-headers", "protobuf,tracecontext", "protobuf,tracecontext,baggage,b3",
      "protobuf,jaeger,ottrace,datadog,xray,raw-headers",
    ]

  @Test("delivers what it declares", arguments: names, Transport.allCases)
  func delivered(name: String, transport: Transport) throws {
    let propagator = try propagator(name)
    for seed in 1...30 as ClosedRange<UInt64> {
      // What is sent is the same under every store, and so is what is declared to arrive.
      let sent = filledSnapshot(seed: seed)
      let declared = propagator.delivered(sent)
      for (index, from) in StoreKind.compared.enumerated() {
        let to = StoreKind.compared[(index + Int(seed)) % StoreKind.compared.count]
        let sender = from.makeContext()
        sender.fill(seed: seed)
        let carrier = injected(sender, by: propagator, over: transport)
        let receiver = to.makeContext()
        let drops = propagator.extract(carrier, into: receiver)
        #expect(drops == [], "seed \(seed), \(from) to \(to)")
        let arrived = receiver.snapshot
        #expect(arrived == declared, "seed \(seed), \(from) to \(to)")
        #expect(sender.snapshot == sent, "\(from) holds what was set, and injecting changes nothing")
        if arrived.hasSpan { #expect(receiver.spanContext().spanID == sender.spanContext().spanID) }
      }
    }
  }

  @Test("delivers the same a second time", arguments: names)
  func idempotent(name: String) throws {
    let propagator = try propagator(name)
    for seed in 1...60 as ClosedRange<UInt64> {
      let once = propagator.delivered(filledSnapshot(seed: seed))
      #expect(propagator.delivered(once) == once, "seed \(seed)")
    }
  }

  @Test("takes a message without a context for an empty one", arguments: names, Transport.allCases)
  func nothing(name: String, transport: Transport) throws {
    let propagator = try propagator(name)
    for kind in StoreKind.compared {
      let context = kind.makeContext()
      #expect(propagator.extract(transport.carrier(), into: context) == [])
      #expect(context.snapshot == ContextSnapshot())
    }
  }

  @Test("carries an empty context", arguments: names)
  func empty(name: String) throws {
    let propagator = try propagator(name)
    for kind in StoreKind.allCases {
      let carrier = injected(kind.makeContext(), by: propagator, over: .frame)
      let receiver = kind.makeContext()
      #expect(propagator.extract(carrier, into: receiver) == [])
      #expect(receiver.snapshot == ContextSnapshot())
    }
  }

  @Test("agrees with the standard work over a chain of services", arguments: names, ContextGrowth.allCases)
  func chain(name: String, growth: ContextGrowth) throws {
    let propagator = try propagator(name)
    var contexts = StoreKind.compared.map { $0.makeContext() }
    for context in contexts {
      context.setSpanContext(SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, flags: 1))
      context.set(.tenant, "acme")
      context.setInteger(.user, 42)
    }
    var expected = contexts[0].snapshot
    for layer in 1...30 {
      let work = StandardWork(layer: layer, growth: growth, keysPerLayer: 3)
      expected = work.applied(to: propagator.delivered(expected))
      var checksums: Set<UInt64> = []
      contexts = zip(contexts, StoreKind.compared).map { sender, kind in
        let carrier = injected(sender, by: propagator, over: .frame)
        let receiver = kind.makeContext()
        #expect(propagator.extract(carrier, into: receiver) == [])
        checksums.insert(work.perform(on: receiver, spanID: UInt64(layer)))
        receiver.detach()
        #expect(receiver.snapshot == expected, "layer \(layer), \(kind)")
        return receiver
      }
      #expect(checksums.count == 1, "layer \(layer)")
    }
  }

  @Test("has a carrier's fields in lower case and without control characters", arguments: names)
  func fields(name: String) throws {
    let propagator = try propagator(name)
    for seed in 1...60 as ClosedRange<UInt64> {
      let context = StoreKind.struct.makeContext()
      context.fill(seed: seed)
      for field in injected(context, by: propagator, over: .frame).receivedFields {
        #expect(field.name == field.name.lowercased())
        #expect(
          propagator.fieldNames.contains { "\($0)" == field.name } || field.name.hasPrefix("uberctx-")
            || field.name.hasPrefix("ot-baggage-"))
        #expect(isPrintable(field.value), "seed \(seed)")
      }
    }
  }

  @Test("opaque forwards unread exactly what packed sends", arguments: Transport.allCases)
  func opaque(transport: Transport) throws {
    let opaque = try propagator("opaque")
    for seed in 1...20 as ClosedRange<UInt64> {
      let client = StoreKind.packed.makeContext()
      client.fill(seed: seed)
      let image = client.image()
      var carrier = transport.carrier(binary: image)
      for _ in 0..<3 {
        let context = StoreKind.none.makeContext()
        #expect(opaque.extract(carrier, into: context) == [])
        #expect(context.image() == image)
        carrier = injected(context, by: opaque, over: transport)
      }
      let leaf = StoreKind.none.makeContext()
      _ = opaque.extract(carrier, into: leaf)
      let view = leaf.image().withUnsafeBytes { ContextSnapshot(packedImage: $0) }
      #expect(view == opaque.delivered(client.snapshot), "seed \(seed)")
    }
  }
}

@Suite("The registry of propagators")
struct PropagatorRegistryTests {
  @Test("resolves every name, every preset and combinations")
  func resolves() throws {
    for name in PropagatorRegistry.names { #expect(PropagatorRegistry.resolve(name)?.name == name) }
    for preset in Strategy.presets { #expect(PropagatorRegistry.resolve(preset.propagator) != nil) }
    #expect(PropagatorRegistry.resolve("tracecontext,baggage")?.name == "tracecontext,baggage")
    #expect(PropagatorRegistry.resolve("baggage,baggage")?.name == "baggage")
    #expect(PropagatorRegistry.resolve(" tracecontext,\tbaggage , baggage")?.name == "tracecontext,baggage")
    #expect(PropagatorRegistry.resolve("baggage,packed")?.name == "packed,baggage")
    #expect(PropagatorRegistry.resolve("tracecontext,protobuf,b3")?.name == "protobuf,tracecontext,b3")
    #expect(PropagatorRegistry.resolve("protobuf,protobuf")?.name == "protobuf")
  }

  @Test(
    "refuses what it does not know and what cannot be",
    arguments: [
      "", " ", "w3c", "Baggage", "baggage,", ",baggage", "none,baggage", "packed,binary25", "trace context",
      "protobuf,packed", "protobuf,none", "protobuf,grpc-trace-bin,baggage",
    ])
  func refuses(name: String) {
    #expect(PropagatorRegistry.resolve(name) == nil)
  }

  @Test("names every reason for a drop")
  func reasons() {
    let last: ExtractionDrops = .unknownSchema
    #expect(ExtractionDrops.reasons.count == last.rawValue.trailingZeroBitCount + 1)
  }
}
