// Everything that a scrape tells, as values.

internal import Control

/// A node, whichever process runs it.
package struct NodeLabels: Hashable, Sendable {
  package var service: String
  package var replica: Int
  package var strategy: String
  package var transport: String

  package init(service: String, replica: Int, strategy: String, transport: String) {
    self.service = service
    self.replica = replica
    self.strategy = strategy
    self.transport = transport
  }
}

/// What a client's trials have in common.
package struct LoadLabels: Hashable, Sendable {
  package var strategy: String
  package var transport: String
  /// 0: not known.
  package var depth: Int
  /// As trials call it: closed, open, single, pilot.
  package var phase: String
  /// 0 of an open loop.
  package var inFlight: Int
  package var connections: Int

  package init(
    strategy: String, transport: String, depth: Int, phase: String, inFlight: Int, connections: Int
  ) {
    self.strategy = strategy
    self.transport = transport
    self.depth = depth
    self.phase = phase
    self.inFlight = inFlight
    self.connections = connections
  }
}

/// What nodes asked of the allocator and the kernel, at one depth.
package struct CostLabels: Hashable, Sendable {
  package var node: NodeLabels
  package var depth: Int

  package init(node: NodeLabels, depth: Int) {
    self.node = node
    self.depth = depth
  }
}

package struct CostTotals: Equatable, Sendable {
  /// Deliveries that the others belong to.
  package var deliveries: UInt64
  package var allocations: UInt64
  package var allocatedSize: UInt64
  package var systemCalls: UInt64

  package init(deliveries: UInt64, allocations: UInt64, allocatedSize: UInt64, systemCalls: UInt64) {
    self.deliveries = deliveries
    self.allocations = allocations
    self.allocatedSize = allocatedSize
    self.systemCalls = systemCalls
  }

  package func since(_ earlier: CostTotals) -> CostTotals {
    CostTotals(
      deliveries: deliveries &- earlier.deliveries, allocations: allocations &- earlier.allocations,
      allocatedSize: allocatedSize &- earlier.allocatedSize, systemCalls: systemCalls &- earlier.systemCalls)
  }
}

struct MetricsSnapshot: Sendable {
  struct Node: Sendable {
    let labels: NodeLabels
    /// Of services that it calls, in the order of its page; the last stands for all beyond as well.
    let callees: [String]
    /// Nil where no process has these labels now.
    let isUp: Bool?
    /// Of all processes that there have been.
    var counts: CounterPage
    /// Of the one that runs, or ran last.
    var now: CounterPage
  }

  var nodes: [Node] = []
  var costs: [(labels: CostLabels, totals: CostTotals)] = []
  var loads: [(labels: LoadLabels, totals: TrialProgress)] = []
  /// Those that there was no room for.
  var droppedSeriesCount: UInt64 = 0
  /// What runs: `ctxchain up`.
  var command = ""
  var version = ""
}
