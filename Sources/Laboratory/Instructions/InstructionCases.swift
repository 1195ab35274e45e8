// The table of calls whose instructions are counted. A new one is a line here; `make bench ONLY=context` then shows it.

internal import Context

package enum InstructionCases {
  package static let all: [InstructionCase] = stores + propagators

  private static let stores: [InstructionCase] =
    [InstructionCase("loop-alone") { { StoreCalls.none($0) } }]
    + [1, 5, 64].flatMap { layers in
      [
        packed("newest", layers) { fill, context, count in StoreCalls.text(fill.newest, of: context, count) },
        packed("first", layers) { fill, context, count in StoreCalls.text(fill.first, of: context, count) },
        packed("missing", layers) { _, context, count in StoreCalls.text(.absent, of: context, count) },
        packed("integer", layers) { fill, context, count in
          StoreCalls.integer(fill.newestInteger, of: context, count)
        },
      ]
    }

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
    PropagatorCalls.extract("grpc-trace-bin", into: .packed, .trace, goal: 40),
    PropagatorCalls.inject("grpc-trace-bin", from: .packed, .trace, goal: 40),
    PropagatorCalls.extract("binary25", into: .packed, .trace, goal: 40),
    PropagatorCalls.inject("binary25", from: .packed, .trace, goal: 40),
  ]

  /// A get from a packed image as it was received, with three names of each layer's own.
  private static func packed(
    _ key: String, _ layers: Int,
    _ calls: @escaping @Sendable (ContextFill, RequestContext, _ count: Int) -> UInt64
  ) -> InstructionCase {
    InstructionCase("packed-\(key)-\(layers)", goal: 40) {
      let fill = ContextFill(growth: .distinct, layers: layers)
      let received = ReceivedImage(of: fill)
      return { calls(fill, received.context, $0) }
    }
  }
}
