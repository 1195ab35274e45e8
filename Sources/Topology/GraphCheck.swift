// The checks that need the whole graph: cycles, and services that no request reaches.

struct GraphCheck {
  let names: [String]
  let nameFields: [Field]
  private let edgesByCaller: [[EdgeInFile]]

  init(names: [String], nameFields: [Field], edges: [EdgeInFile]) {
    self.names = names
    self.nameFields = nameFields
    var edgesByCaller = [[EdgeInFile]](repeating: [], count: names.count)
    for edge in edges { edgesByCaller[edge.caller].append(edge) }
    self.edgesByCaller = edgesByCaller
  }

  /// Throws at the call that closes a cycle, and names the services on it.
  func refuseCycles() throws(TopologyError) {
    enum State { case unseen, onPath, done }
    var states = [State](repeating: .unseen, count: names.count)
    for start in names.indices where states[start] == .unseen {
      // An explicit stack: a file may hold a chain as long as the limit allows.
      var path: [(service: Int, nextEdge: Int)] = [(start, 0)]
      states[start] = .onPath
      while let top = path.last {
        guard top.nextEdge < edgesByCaller[top.service].count else {
          states[top.service] = .done
          path.removeLast()
          continue
        }
        path[path.count - 1].nextEdge += 1
        let edge = edgesByCaller[top.service][top.nextEdge]
        switch states[edge.callee] {
        case .done: continue
        case .unseen:
          states[edge.callee] = .onPath
          path.append((edge.callee, 0))
        case .onPath:
          let first = path.firstIndex { $0.service == edge.callee } ?? 0
          throw cycle(path[first...].map(\.service), closedBy: edge)
        }
      }
    }
  }

  /// Throws at the first call of that service.
  func refuseCalls(of service: Int, because reason: String) throws(TopologyError) {
    for edge in edgesByCaller.joined() where edge.callee == service {
      throw edge.field.error("no service can call \(quoted(names[service])): \(reason)")
    }
  }

  private func cycle(_ services: [Int], closedBy edge: EdgeInFile) -> TopologyError {
    var shown = services.map { names[$0] }
    if shown.count > 8 { shown.replaceSubrange(4..<(shown.count - 3), with: ["… (\(shown.count - 7) more)"]) }
    shown.append(names[edge.callee])
    let path = shown.joined(separator: " → ")
    return edge.field.error("the calls form a cycle: \(path); bound it with \(quoted("max-depth"))")
  }

  func refuseUnreachable(from entry: Int) throws(TopologyError) {
    var isReached = [Bool](repeating: false, count: names.count)
    isReached[entry] = true
    var queue = [entry]
    while let service = queue.popLast() {
      for edge in edgesByCaller[service] where !isReached[edge.callee] {
        isReached[edge.callee] = true
        queue.append(edge.callee)
      }
    }
    guard let first = isReached.firstIndex(of: false) else { return }
    let others = isReached.count { !$0 } - 1
    let more = others == 0 ? "" : " (and \(others) more)"
    let problem = "no call leads from the entry \(quoted(names[entry])) to service \(quoted(names[first]))\(more)"
    throw nameFields[first].error(problem)
  }
}
