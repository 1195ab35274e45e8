// The table of what `make bench ONLY=context` counts: single calls, and the whole hop of every preset. A new one is a line.

internal import Context
internal import Propagation

package enum InstructionCases {
  package static let all: [InstructionCase] = stores + propagators + combinations + hops + hopParts

  private static let stores: [InstructionCase] =
    [InstructionCase("loop-alone") { { StoreCalls.none($0) } }]
    + [1, 5, 64].flatMap { layers in
      [
        packed("newest", layers) { StoreCalls.packedText($0.newest, of: $1, $2) },
        packed("first", layers) { StoreCalls.packedText($0.first, of: $1, $2) },
        packed("missing", layers) { StoreCalls.packedText(.absent, of: $1, $2) },
        packed("integer", layers) { StoreCalls.packedInteger($0.newestInteger, of: $1, $2) },
      ]
    } + [
      packed("declared", 1) { StoreCalls.packedText(.tenant, of: $1, $2) },
      packed("interface-text", 1, goal: nil) { StoreCalls.text($0.newest, of: $1, $2) },
      packed("interface-integer", 1, goal: nil) { StoreCalls.integer($0.newestInteger, of: $1, $2) },
      InstructionCase("struct-field", goal: 10, deducting: "loop-alone") {
        let context = StandardContext().withUser(1_000_001)
        return { StoreCalls.userField(of: context, $0) }
      },
      structInterface("text") { StoreCalls.text(.requestID, of: $0, $1) },
      structInterface("integer") { StoreCalls.integer(.user, of: $0, $1) },
    ]

  private static let propagators: [InstructionCase] = [
    PropagatorCalls.extract("tracecontext", into: .struct, .trace, goal: 400),
    PropagatorCalls.inject("tracecontext", from: .struct, .trace, goal: 300),
    PropagatorCalls.extract("tracecontext", into: .struct, .traceState(memberCount: 2), goal: 1_200),
    PropagatorCalls.extract("tracecontext", into: .packed, .traceState(memberCount: 2), goal: 1_200),
    PropagatorCalls.extract("tracecontext", into: .struct, .traceState(memberCount: 32), goal: 10_000),
    PropagatorCalls.extract("baggage", into: .struct, .standard, goal: 1_800),
    PropagatorCalls.extract("baggage", into: .packed, .standard, goal: 1_800),
    PropagatorCalls.inject("baggage", from: .struct, .standard, goal: 900),
    PropagatorCalls.inject("baggage", from: .packed, .standard, goal: 900),
    PropagatorCalls.extract("b3", into: .struct, .trace, goal: 350),
    PropagatorCalls.inject("b3", from: .struct, .trace),
    CodecCalls.write("grpc-trace-bin", GRPCTraceBin.size, goal: 40) { GRPCTraceBin.write($0, to: $1) },
    CodecCalls.read("grpc-trace-bin", GRPCTraceBin.size, goal: 40, { GRPCTraceBin.write($0, to: $1) }) {
      GRPCTraceBin.read($0)
    },
    CodecCalls.write("binary25", SpanContext.binarySize, goal: 40) { $0.writeBinary(to: $1) },
    CodecCalls.read("binary25", SpanContext.binarySize, goal: 40, { $0.writeBinary(to: $1) }) { bytes in
      bytes.baseAddress.map { SpanContext(binary: $0) }
    },
    // With all that stands around the bytes: a propagator, a frame and a store.
    PropagatorCalls.inject("none", from: .struct, .trace),
    PropagatorCalls.inject("grpc-trace-bin", from: .struct, .trace),
    PropagatorCalls.extract("grpc-trace-bin", into: .struct, .trace),
    PropagatorCalls.inject("binary25", from: .struct, .trace),
    PropagatorCalls.extract("binary25", into: .struct, .trace),
  ]

  /// What `value-chain` and `swift` send, and what a service sends in both formats of tracing.
  private static let combinations: [InstructionCase] = [StoreKind.struct, .packed].flatMap { store in
    [
      PropagatorCalls.extract("tracecontext,baggage", into: store, .standard, goal: 2_200),
      PropagatorCalls.inject("tracecontext,baggage", from: store, .standard, goal: 1_400),
      PropagatorCalls.extract("tracecontext,baggage,b3", into: store, .standard, goal: 2_700),
      PropagatorCalls.inject("tracecontext,baggage,b3", from: store, .standard, goal: 1_700),
    ]
  }

  /// What a node does with the context of one request: reset, unless the propagator replaces all of it; extract, the
  /// standard work, inject.
  private static let hops: [InstructionCase] = Strategy.presets.map { preset in
    hop(preset, "", goal: hopGoals[preset.name]) { HopCases.hop($0) }
  }

  /// Of what: reset and extract; the standard work; inject.
  private static let hopParts: [InstructionCase] = Strategy.presets.filter { $0.store != .none }.flatMap { preset in
    [
      hop(preset, "-arrive") { HopCases.reception($0) },
      hop(preset, "-work", deducting: "-arrive") { HopCases.arrival($0) },
      hop(preset, "-inject", deducting: "-work") { HopCases.hop($0) },
    ]
  }

  private static func hop(
    _ preset: Strategy, _ part: String, goal: Int? = nil, deducting deducted: String? = nil,
    _ make: @escaping @Sendable (HopSetting) -> BenchCase?
  ) -> InstructionCase {
    let name = "hop-\(preset.name)"
    return InstructionCase(
      name + part, goal: goal, allocates: hopGoals[preset.name] == nil, deducting: deducted.map { name + $0 }
    ) {
      let setting = HopSetting(
        store: preset.store, propagator: preset.propagator, keysPerLayer: ContextFill.keysPerLayer)
      guard let work = make(setting) else { preconditionFailure("the registry has no \(preset.propagator)") }
      return work.run
    }
  }

  /// Of the presets that ask the allocator for nothing.
  private static let hopGoals = [
    "baseline": 100, "opaque": 150, "struct": 1_100, "packed": 450, "binary25": 650, "gateway": 1_100,
  ]

  /// What the interface that all stores share adds to the read of a field.
  private static func structInterface(
    _ key: String, _ calls: @escaping @Sendable (RequestContext, _ count: Int) -> UInt64
  ) -> InstructionCase {
    InstructionCase("struct-interface-\(key)", deducting: "loop-alone") {
      let context = StoreKind.struct.makeContext()
      ContextFill(growth: .shadow, layers: 1).build(context)
      return { calls(context, $0) }
    }
  }

  /// A get from a packed image as it was received, with three names of each layer's own.
  private static func packed(
    _ key: String, _ layers: Int, goal: Int? = 40,
    _ calls: @escaping @Sendable (ContextFill, PackedContext, _ count: Int) -> UInt64
  ) -> InstructionCase {
    InstructionCase("packed-\(key)-\(layers)", goal: goal, deducting: "loop-alone") {
      let fill = ContextFill(growth: .distinct, layers: layers)
      let received = ReceivedImage(of: fill)
      return { calls(fill, received.context, $0) }
    }
  }
}
