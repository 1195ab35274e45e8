// A topology in layers: every service one layer behind its furthest caller, callers and callees close to one another.
// It draws nothing.

package import Topology

package struct LayeredGraph {
  package struct Edge: Hashable {
    package let from: Int
    package let to: Int

    package init(from: Int, to: Int) {
      self.from = from
      self.to = to
    }
  }

  /// Services by layer, in the order in which they are drawn; the entry is alone in the first.
  package private(set) var layers: [[Int]] = []
  /// Every pair of caller and callee once, in the order of the topology.
  package let edges: [Edge]
  /// Edges of `edges` that lead back to an earlier layer or the same one.
  package private(set) var backEdges: Set<Edge> = []

  package init(_ topology: Topology) {
    var edges: [Edge] = []
    var known: Set<Edge> = []
    for (index, service) in topology.services.enumerated() {
      for call in service.script.flatMap(\.calls) where topology.services.indices.contains(call.service) {
        let edge = Edge(from: index, to: call.service)
        if known.insert(edge).inserted { edges.append(edge) }
      }
    }
    self.edges = edges
    guard topology.services.indices.contains(topology.entry) else { return }
    arrange(count: topology.services.count, entry: topology.entry)
  }

  private mutating func arrange(count: Int, entry: Int) {
    var callees: [Int: [Int]] = [:]
    for edge in edges { callees[edge.from, default: []].append(edge.to) }
    // Depth first, without recursion: an edge to a service whose own callees are still being visited leads back.
    var order: [Int] = []
    var isOpen = [Bool](repeating: false, count: count)
    var isSeen = isOpen
    for root in [entry] + (0..<count) where !isSeen[root] {
      var stack = [(node: root, next: 0)]
      isSeen[root] = true
      isOpen[root] = true
      while let top = stack.last {
        let targets = callees[top.node] ?? []
        guard top.next < targets.count else {
          isOpen[top.node] = false
          order.append(top.node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let target = targets[top.next]
        if isOpen[target] { backEdges.insert(Edge(from: top.node, to: target)) }
        guard !isSeen[target] else { continue }
        isSeen[target] = true
        isOpen[target] = true
        stack.append((target, 0))
      }
    }
    var layer = [Int](repeating: 0, count: count)
    for node in order.reversed() {
      for target in callees[node] ?? [] where !backEdges.contains(Edge(from: node, to: target)) {
        layer[target] = max(layer[target], layer[node] + 1)
      }
    }
    layers = (0...(layer.max() ?? 0)).map { number in (0..<count).filter { layer[$0] == number } }
    for _ in 0..<4 { sortByNeighbours() }
  }

  /// Each layer by the mean place of its callers, then each by that of its callees.
  private mutating func sortByNeighbours() {
    func sorted(_ layer: [Int], by neighbours: (Int) -> [Int], in other: [Int]) -> [Int] {
      let keys = layer.enumerated().map { place, node -> (key: Double, place: Int, node: Int) in
        let places = neighbours(node).compactMap { other.firstIndex(of: $0) }
        let mean = places.isEmpty ? Double(place) : Double(places.reduce(0, +)) / Double(places.count)
        return (mean, place, node)
      }
      return keys.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.node)
    }
    let edges = edges
    for number in layers.indices.dropFirst() {
      layers[number] = sorted(
        layers[number], by: { node in edges.filter { $0.to == node }.map(\.from) }, in: layers[number - 1])
    }
    for number in layers.indices.dropLast().reversed() {
      layers[number] = sorted(
        layers[number], by: { node in edges.filter { $0.from == node }.map(\.to) }, in: layers[number + 1])
    }
  }
}
