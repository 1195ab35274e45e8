// Made-up stage passes over a chain, with every part told: what a report must find again.

import Report
import Results

extension ExampleRun {
  /// Nanoseconds per delivery of one part in one arm, the same in every round but for `drift`.
  struct StageShape {
    var extract = 80.0
    var inject = 40.0
    var store = 50.0
    /// Of an edge, beside its writes.
    var wait = 7_000.0
  }

  /// - Parameter drift: nanoseconds per hop of everything in one round, on top.
  static func stagePass(
    _ arm: String, depth: Int, round: Int = 0, shape: StageShape = StageShape(), drift: Double = 0,
    throughput: Double = 6_000
  ) -> StagePass {
    let write = 5_000.0
    // From the leaf up: what a node takes holds what its callee and the edge to it take.
    var nodes: [NodeStages] = []
    var residence = 0.0
    for place in stride(from: depth, through: 1, by: -1) {
      let isLeaf = place == depth
      let wait = isLeaf ? 0 : residence + shape.wait + 2 * write
      var node = NodeStages(
        service: "s\(place)", replica: 0, deliveriesPerRequest: 1, write: isLeaf ? write : 2 * write, wait: wait,
        overlap: 0, residence: 0
      ) { stage in
        switch stage {
        case .read: isLeaf ? 900 : 1_800
        case .parse: 200 + drift
        case .decode: 100
        case .extract: shape.extract
        case .store: shape.store
        case .work: 0
        case .inject: isLeaf ? 0 : shape.inject
        case .encode: 100
        case .loop: 700
        case .hpack: 0
        }
      }
      node.residence = node.stages.reduce(wait, +)
      residence = node.residence
      nodes.insert(node, at: 0)
    }
    let wait = residence + shape.wait + 2 * write
    return StagePass(
      arm: arm, depth: depth, round: round, requests: 200, response: wait + 450, throughput: throughput * 0.8,
      throughputWithoutClocks: throughput, client: ClientStages(wait: wait, write: write), nodes: nodes)
  }

  /// Three rounds of the baseline, of `map` with a dear extraction, and of A′.
  static func withStages(depth: Int = 3) -> RunResult {
    var result = typical(rounds: 3, depths: [1, depth], kinds: [kinds[0], kinds[1], kinds[2]])
    result.stages = (0..<3).flatMap { round in
      let drift = Double(round) * 1_000
      return [
        stagePass("baseline", depth: depth, round: round, drift: drift, throughput: 8_000),
        stagePass(
          "baseline′", depth: depth, round: round, shape: StageShape(wait: 7_030), drift: drift, throughput: 8_000),
        stagePass(
          "map", depth: depth, round: round, shape: StageShape(extract: 28_080, inject: 13_040, store: 1_050),
          drift: drift, throughput: 4_000),
      ]
    }
    result.memory = result.arms.map {
      NodeMemory(arm: $0.name, service: "s1", replica: 0, resident: 23_000_000, proportional: 2_500_000)
    }
    return result
  }
}
