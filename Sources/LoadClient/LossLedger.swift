// Sums up what contexts lost on their way: per depth, against what a lossless strategy would have delivered, and per
// edge, against what left the caller.

internal import Context
internal import Statistics

struct LossLedger {
  /// One request's views as they are found, callers first.
  struct Request {
    let declared: DeclaredContext
    let lossless: DeclaredContext
    /// What the client put into it.
    let sent: ContextSnapshot
    /// By position among the declared views.
    fileprivate var seen: [Int: ContextSnapshot] = [:]

    init(declared: DeclaredContext, lossless: DeclaredContext, sent: ContextSnapshot) {
      self.declared = declared
      self.lossless = lossless
      self.sent = sent
    }
  }

  private struct Edge: Hashable {
    let caller: String
    let callee: String
    let propagator: String
    let transport: String
  }

  private var depths: [Int: LossCounter] = [:]
  private var edges: [Edge: LossCounter] = [:]
  /// In the order in which they were first passed.
  private var edgeOrder: [Edge] = []

  /// - Parameters:
  ///   - snapshot: what a node saw; nil for bytes that are no context.
  ///   - image: the bytes of it.
  ///   - index: position of the view among the declared ones.
  mutating func add(_ snapshot: ContextSnapshot?, image: [UInt8], at index: Int, of request: inout Request) {
    let view = request.declared.views[index]
    let path = view.path.split(separator: ">")
    let edge = Edge(
      caller: view.callers, callee: view.service, propagator: view.propagator, transport: view.transport)
    if edges[edge] == nil { edgeOrder.append(edge) }
    if let bytes = view.bytes {
      // Bytes of the client's own: every service should see the same.
      depths[path.count, default: LossCounter()].add(sent: bytes, arrived: image)
      edges[edge, default: LossCounter()].add(sent: bytes, arrived: image)
      return
    }
    let arrived = snapshot ?? ContextSnapshot()
    request.seen[index] = arrived
    depths[path.count, default: LossCounter()].add(sent: request.lossless.views[index].snapshot, arrived: arrived)
    // Of a caller that sent no view back nothing is known.
    guard let before = view.caller.map({ request.seen[$0] }) ?? request.sent else { return }
    edges[edge, default: LossCounter()].add(sent: view.departure.applied(to: before), arrived: arrived)
  }

  var losses: FidelityLosses {
    FidelityLosses(
      byDepth: depths.sorted { $0.key < $1.key }.map { DepthLoss(depth: $0.key, loss: $0.value.loss) },
      byEdge: edgeOrder.compactMap { edge in
        edges[edge].map {
          EdgeLoss(
            caller: edge.caller, callee: edge.callee, propagator: edge.propagator, transport: edge.transport,
            loss: $0.loss)
        }
      })
  }
}
