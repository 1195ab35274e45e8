// How much of the work each service did at the largest depth, per arm.

internal import Results
internal import Statistics

struct NodeShares {
  /// What is shared out.
  enum Quantity {
    case cpu, deliveries

    var name: String { self == .cpu ? "CPU time of all nodes" : "deliveries to all nodes" }
    var unit: String { self == .cpu ? "CPU ns" : "deliveries" }
  }

  struct Share: Equatable {
    let amount: Double
    /// 0…1 of the arm's sum.
    let ratio: Double
  }

  let quantity: Quantity
  let depth: Int
  /// Arm → service → share, replicas together.
  private(set) var shares: [String: [String: Share]] = [:]

  /// From the closed-loop trials; nil when there are none with nodes in them.
  init?(_ result: RunResult) {
    let trials = result.headlineTrials.filter { !$0.nodes.isEmpty }
    guard let depth = trials.map(\.depth).max() else { return nil }
    self.depth = depth
    let deepest = trials.filter { $0.depth == depth }
    quantity = deepest.contains { $0.nodes.contains { $0.cpuNanoseconds > 0 } } ? .cpu : .deliveries
    var amounts: [String: [String: Double]] = [:]
    for trial in deepest {
      for node in trial.nodes {
        amounts[trial.arm, default: [:]][node.service, default: 0] +=
          quantity == .cpu ? Double(node.cpuNanoseconds) : Double(node.deliveries)
      }
    }
    for (arm, services) in amounts {
      let sum = services.values.reduce(0, +)
      shares[arm] = services.mapValues { Share(amount: $0, ratio: ratio($0, sum) ?? 0) }
    }
  }

  func share(arm: String, service: String) -> Share? { shares[arm]?[service] }
}
