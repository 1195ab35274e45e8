// Cases of one inject or extract over a carrier in memory, through the calls that a node makes.

internal import Bytes
internal import Context
internal import Propagation

enum PropagatorCalls {
  /// What is carried.
  enum Content: Sendable {
    /// Ids and flags alone.
    case trace
    /// These with a tracestate of so many members.
    case traceState(memberCount: Int)
    /// Ids, flags, and the three declared keys.
    case standard

    var name: String {
      switch self {
      case .trace: "trace"
      case .traceState(let count): "tracestate-\(count)"
      case .standard: "standard"
      }
    }

    func fill(_ context: RequestContext) {
      let fill = ContextFill(growth: .shadow, layers: 1)
      if case .standard = self { return fill.build(context) }
      context.setSpanContext(fill.span)
      if case .traceState(let count) = self {
        let list = (0..<count).map { "vendor\($0)=00f067aa0ba902b7" }.joined(separator: ",")
        context.setTraceState(list.utf8.span.bytes)
      }
    }
  }

  /// One context, written into the same buffer again and again; what stands around it in a request, which is written each
  /// time, is included.
  static func inject(
    _ name: String, from store: StoreKind, _ content: Content, goal: Int? = nil
  ) -> InstructionCase {
    InstructionCase("\(name)-inject-\(content.name)-\(store.rawValue)", goal: goal) {
      let propagator = resolve(name)
      let context = store.makeContext()
      content.fill(context)
      let output = OutputBuffer()
      return { count in
        var sum = 0
        for _ in 0..<count {
          output.inject(context, by: propagator)
          sum &+= output.bytes.count
        }
        return UInt64(truncatingIfNeeded: sum)
      }
    }
  }

  /// One request, read into the same context again and again: each time in place of the same from before.
  static func extract(
    _ name: String, into store: StoreKind, _ content: Content, goal: Int? = nil
  ) -> InstructionCase {
    InstructionCase("\(name)-extract-\(content.name)-\(store.rawValue)", goal: goal) {
      let propagator = resolve(name)
      let sent = PackedContext()
      content.fill(sent)
      let request = CarriedRequest(sent, by: propagator)
      let context = store.makeContext()
      return { count in
        var sum: UInt64 = 0
        for _ in 0..<count {
          sum &+= UInt64(propagator.extract(message: request.message, into: context).rawValue)
        }
        return sum &+ context.spanContext().traceIDLow
      }
    }
  }

  private static func resolve(_ name: String) -> any Propagator {
    guard let propagator = PropagatorRegistry.resolve(name) else {
      preconditionFailure("the registry has no \(name)")
    }
    return propagator
  }
}
