// What there is to tell to a scraper: pages of counters that are mapped here, and sums that the launcher adds now and then.
// A scrape reads the pages; nothing is done for it where requests are served.

package import Control
internal import Statistics
internal import Synchronization

/// Pages of one node, as they are mapped here.
///
/// Sendable although it has pointers: they are read only, under the registry's lock, and whoever has mapped the memory takes
/// the node out of the registry before it goes.
private struct SharedPages: @unchecked Sendable {
  let pages: [UnsafePointer<CounterPage>]

  var sum: CounterPage { CounterPage.sum(pages.lazy.map(\.pointee)) }
}

/// Any thread may call.
///
/// Counters never go back: what a process has counted is added to a sum when it is taken out, and the next process of the
/// same labels counts on from there.
package final class MetricsRegistry: Sendable {
  /// Nodes, and kinds of trials: what comes beyond is counted and left out.
  package static let nodeCountMax = 4096
  package static let loadCountMax = 256

  fileprivate struct LiveNode {
    let labels: NodeLabels
    let callees: [String]
    let pages: SharedPages
    /// Counted under other labels.
    var base = CounterPage()
    var isUp = true

    var counts: CounterPage {
      let now = pages.sum
      var counts = now.since(base)
      // The longest of all that the process has had under any labels; it is nobody's before it grows.
      counts.stopDurationMax = now.stopDurationMax > base.stopDurationMax ? now.stopDurationMax : 0
      return counts
    }
  }

  fileprivate struct State {
    var nextID = 1
    var live: [Int: LiveNode] = [:]
    var ended: [NodeLabels: CounterPage] = [:]
    /// In the order in which they came.
    var order: [NodeLabels] = []
    var callees: [NodeLabels: [String]] = [:]
    var costs: [CostLabels: CostTotals] = [:]
    var costOrder: [CostLabels] = []
    var loads: [LoadLabels: TrialProgress] = [:]
    var running: [LoadLabels: TrialProgress] = [:]
    var loadOrder: [LoadLabels] = []
    var droppedSeriesCount: UInt64 = 0
  }

  private let state = Mutex(State())
  private let command: String
  private let version: String

  /// - Parameter command: what runs, such as `up`.
  package init(command: String, version: String) {
    self.command = command
    self.version = version
  }

  // MARK: Nodes

  /// Returns a number for the calls below.
  ///
  /// - Parameter pages: one for each worker, all zero at first; mapped until `remove`.
  package func add(_ labels: NodeLabels, callees: [String], pages: [UnsafeMutablePointer<CounterPage>]) -> Int {
    let shared = SharedPages(pages: pages.map { UnsafePointer($0) })
    return state.withLock { state in
      let id = state.nextID
      state.nextID += 1
      guard state.admit(labels, callees) else { return id }
      state.live[id] = LiveNode(labels: labels, callees: callees, pages: shared)
      return id
    }
  }

  /// Its process has ended; its counts stay.
  package func didEnd(_ id: Int) { state.withLock { $0.live[id]?.isUp = false } }

  /// The same process goes on under other labels.
  package func change(_ id: Int, to labels: NodeLabels, callees: [String]) {
    state.withLock { state in
      guard let node = state.live[id], node.labels != labels else { return }
      state.retire(node)
      state.live[id] = nil
      guard state.admit(labels, callees) else { return }
      state.live[id] = LiveNode(
        labels: labels, callees: callees, pages: node.pages, base: node.pages.sum, isUp: node.isUp)
    }
  }

  /// Its pages are not read any more when this returns.
  package func remove(_ id: Int) {
    state.withLock { state in
      if let node = state.live.removeValue(forKey: id) { state.retire(node) }
    }
  }

  // MARK: Sums

  /// Adds to what was counted.
  package func add(_ totals: CostTotals, _ labels: CostLabels) {
    state.withLock { state in
      guard let old = state.cost(labels) else { return }
      state.costs[labels] = CostTotals(
        deliveries: old.deliveries &+ totals.deliveries, allocations: old.allocations &+ totals.allocations,
        allocatedSize: old.allocatedSize &+ totals.allocatedSize, systemCalls: old.systemCalls &+ totals.systemCalls)
    }
  }

  /// Of a node that counts from its start.
  package func set(_ totals: CostTotals, _ labels: CostLabels) {
    state.withLock { state in
      if state.cost(labels) != nil { state.costs[labels] = totals }
    }
  }

  /// A trial under way, to the moment.
  package func set(running progress: TrialProgress, _ labels: LoadLabels) {
    state.withLock { state in
      if state.admit(labels) { state.running[labels] = progress }
    }
  }

  /// A trial that has ended.
  package func add(_ progress: TrialProgress, _ labels: LoadLabels) {
    state.withLock { state in
      guard state.admit(labels) else { return }
      state.running[labels] = nil
      state.loads[labels, default: TrialProgress()].add(progress)
    }
  }

  // MARK: Scrapes

  /// What a scrape gets now.
  ///
  /// - Parameter constants: labels of every series, in place of those of the same name.
  package func text(constants: [MetricLabel]) -> [UInt8] { MetricsText.bytes(snapshot(), constants: constants) }

  /// Whether every node that there is serves now, and in a line why not.
  func readiness() -> (isReady: Bool, text: String) {
    // Pages are there under the lock alone.
    let (areUp, pages) = state.withLock { state in
      (state.live.values.map(\.isUp), state.live.values.flatMap { $0.pages.pages.map(\.pointee) })
    }
    if areUp.isEmpty { return (false, "no node runs") }
    if areUp.contains(false) { return (false, "a node has ended") }
    if pages.allSatisfy({ $0.isServing == 1 }) { return (true, "ready") }
    let sum = CounterPage.sum(pages)
    if sum.connectedEdges < sum.edges { return (false, "\(sum.connectedEdges) of \(sum.edges) edges are connected") }
    return (false, "it has not been told its callees yet, or it ends")
  }

  private func snapshot() -> MetricsSnapshot {
    state.withLock { state in
      var snapshot = MetricsSnapshot()
      let live = Dictionary(grouping: state.live.values, by: \.labels)
      for labels in state.order {
        let own = live[labels] ?? []
        let counts = own.map(\.counts) + (state.ended[labels].map { [$0] } ?? [])
        snapshot.nodes.append(
          MetricsSnapshot.Node(
            labels: labels, callees: state.callees[labels] ?? [], isUp: own.isEmpty ? nil : own.contains(where: \.isUp),
            counts: CounterPage.sum(counts), now: CounterPage.sum(own.map(\.pages.sum))))
      }
      snapshot.costs = state.costOrder.map { ($0, state.costs[$0]!) }
      snapshot.loads = state.loadOrder.map { labels in
        var totals = state.loads[labels] ?? TrialProgress()
        if let running = state.running[labels] { totals.add(running) }
        return (labels, totals)
      }
      snapshot.droppedSeriesCount = state.droppedSeriesCount
      snapshot.command = command
      snapshot.version = version
      return snapshot
    }
  }
}

extension MetricsRegistry.State {
  fileprivate mutating func admit(_ labels: NodeLabels, _ list: [String]) -> Bool {
    if callees[labels] == nil {
      guard order.count < MetricsRegistry.nodeCountMax else { return drop() }
      order.append(labels)
    }
    callees[labels] = list
    return true
  }

  fileprivate mutating func admit(_ labels: LoadLabels) -> Bool {
    if loads[labels] != nil || running[labels] != nil { return true }
    guard loadOrder.count < MetricsRegistry.loadCountMax else { return drop() }
    loadOrder.append(labels)
    return true
  }

  /// Nil when there is no room.
  fileprivate mutating func cost(_ labels: CostLabels) -> CostTotals? {
    if let known = costs[labels] { return known }
    guard costOrder.count < MetricsRegistry.nodeCountMax else {
      _ = drop()
      return nil
    }
    costOrder.append(labels)
    let none = CostTotals(deliveries: 0, allocations: 0, allocatedSize: 0, systemCalls: 0)
    costs[labels] = none
    return none
  }

  private mutating func drop() -> Bool {
    droppedSeriesCount &+= 1
    return false
  }

  fileprivate mutating func retire(_ node: MetricsRegistry.LiveNode) {
    ended[node.labels] = CounterPage.sum([node.counts] + (ended[node.labels].map { [$0] } ?? []))
  }
}
