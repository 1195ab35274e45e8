// What the tests of metrics share: pages in memory of the test's own, and text taken apart.

import Control
import Metrics
import Statistics

extension NodeLabels {
  static func of(_ service: String, strategy: String = "packed") -> NodeLabels {
    NodeLabels(service: service, replica: 0, strategy: strategy, transport: "frame")
  }
}

extension LoadLabels {
  static let closed = LoadLabels(
    strategy: "packed", transport: "frame", depth: 3, phase: "closed", inFlight: 64, connections: 1)
}

/// A page as a node has it. Never freed: a registry may read it as long as a test runs.
struct OwnPage {
  let pointer: UnsafeMutablePointer<CounterPage>

  init() {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: CounterPage())
  }
}

extension MetricsRegistry {
  func text(_ constants: [MetricLabel] = []) -> String {
    String(decoding: text(constants: constants), as: UTF8.self)
  }

  /// Values by series.
  var series: [String: Double] {
    let lines = text().split(separator: "\n").filter { !$0.hasPrefix("#") }
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let space = line.lastIndex(of: " ")!
        return (String(line[..<space]), Double(line[line.index(after: space)...])!)
      })
  }

  func value(_ name: String) -> Double? { series.first { $0.key.hasPrefix(name + "{") || $0.key == name }?.value }
}
