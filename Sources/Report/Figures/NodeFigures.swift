// What each node of each arm did at the largest depth: CPU and scheduling from the closed-loop trials, counts from the
// counting pass, memory after the rounds. It computes; it never formats.

package import Results
internal import Statistics

package struct NodeFigures: Equatable, Sendable {
  /// Per delivery to the node unless the name says otherwise; nil where it was not measured.
  package struct Row: Equatable, Sendable {
    package let arm: String
    package let service: String
    package let replica: Int
    package var deliveriesPerRequest: Double?
    /// Nanoseconds, of all closed-loop trials together, as the next four.
    package var cpu: Double?
    /// Nanoseconds in which it could have run and had no CPU.
    package var runQueueWait: Double?
    package var voluntarySwitches: Double?
    package var involuntarySwitches: Double?
    package var systemCalls: Double?
    package var allocations: Double?
    package var allocatedBytes: Double?
    package var retains: Double?
    package var releases: Double?
    package var contextBytes: Double?
    package var payloadBytes: Double?
    /// Bytes.
    package var resident: UInt64?
    package var proportional: UInt64?
    /// Of the whole run; nil where it did not happen.
    package var events: [NodeCounter: UInt64] = [:]
    package var refused: UInt64?
  }

  package let depth: Int
  package private(set) var rows: [Row] = []

  /// Nil when no node was measured.
  package init?(_ result: RunResult) {
    let trials = result.headlineTrials.filter { !$0.nodes.isEmpty }
    guard let depth = (trials.map(\.depth) + result.counts.map(\.depth)).max() else { return nil }
    self.depth = depth
    for arm in result.arms {
      let works = trials.filter { $0.arm == arm.name && $0.depth == depth }.flatMap(\.nodes)
      let counts = result.counts.first { $0.arm == arm.name && $0.depth == depth }?.nodes ?? []
      var places: [(service: String, replica: Int)] = counts.map { ($0.service, $0.replica) }
      if places.isEmpty {
        for work in works where !places.contains(where: { $0 == (work.service, work.replica) }) {
          places.append((work.service, work.replica))
        }
      }
      for place in places {
        var row = Row(arm: arm.name, service: place.service, replica: place.replica)
        row.add(works.filter { ($0.service, $0.replica) == place })
        if let node = counts.first(where: { ($0.service, $0.replica) == place }) { row.add(node) }
        let memory = result.memory?.first {
          ($0.service, $0.replica) == place && ($0.arm == nil || $0.arm == arm.name)
        }
        row.resident = memory?.resident
        row.proportional = memory?.proportional
        for events in NodeCounter.Group.allCases.compactMap({ result[$0] }).joined()
        where events.isAt(place, of: arm.name) {
          row.events.merge(events.counts) { first, _ in first }
        }
        row.refused = result.refused?.filter { $0.isAt(place, of: arm.name) }.map(\.requests).reduce(0, &+)
        rows.append(row)
      }
    }
  }

  /// The columns of a table of numbers, and how a row fills them.
  package static let columns: [NumberColumn] = measured + counted + [refused]

  package typealias NumberColumn = (name: String, title: String, value: @Sendable (Row) -> Double?)

  private static func column(_ counter: NodeCounter) -> NumberColumn {
    (counter.facts.column, counter.facts.title, { number($0.events[counter]) })
  }

  private static let counted: [NumberColumn] = NodeCounter.allCases.map { column($0) }
  private static let refused: NumberColumn = ("refused", "refused", { number($0.refused) })

  private static let measured: [NumberColumn] = [
    ("deliveries_per_request", "deliveries /request", { $0.deliveriesPerRequest }),
    ("cpu_ns", "CPU, ns", { $0.cpu }),
    ("run_queue_wait_ns", "run-queue wait, ns", { $0.runQueueWait }),
    ("voluntary_switches", "voluntary switches", { $0.voluntarySwitches }),
    ("involuntary_switches", "involuntary switches", { $0.involuntarySwitches }),
    ("system_calls", "system calls", { $0.systemCalls }),
    ("allocations", "allocations", { $0.allocations }),
    ("allocated_bytes", "allocated bytes", { $0.allocatedBytes }),
    ("retains", "retains", { $0.retains }),
    ("releases", "releases", { $0.releases }),
    ("context_bytes", "context bytes", { $0.contextBytes }),
    ("payload_bytes", "payload bytes", { $0.payloadBytes }),
    ("resident_bytes", "RSS, bytes", { number($0.resident) }),
    ("proportional_bytes", "PSS, bytes", { number($0.proportional) }),
  ]

  /// Not `map(Double.init)`, which takes an unsigned integer for the bits of a number.
  private static func number(_ count: UInt64?) -> Double? { count.map { Double($0) } }
}

extension NodeEntry {
  fileprivate func isAt(_ place: (service: String, replica: Int), of arm: String) -> Bool {
    (service, replica) == place && (self.arm == nil || self.arm == arm)
  }
}

extension NodeFigures.Row {
  /// Of a node whose deliveries are known.
  fileprivate mutating func add(_ works: [NodeWork]) {
    let deliveries = Double(works.reduce(0) { $0 + $1.deliveries })
    func perDelivery(_ value: (NodeWork) -> Int64?) -> Double? {
      let values = works.compactMap(value)
      return values.isEmpty ? nil : ratio(Double(values.reduce(0, +)), deliveries)
    }
    cpu = perDelivery(\.cpuNanoseconds)
    runQueueWait = perDelivery(\.runQueueWaitNanoseconds)
    voluntarySwitches = perDelivery(\.voluntarySwitches)
    involuntarySwitches = perDelivery(\.involuntarySwitches)
  }

  fileprivate mutating func add(_ counts: NodeCounts) {
    let deliveries = counts.deliveriesPerRequest
    func perDelivery(_ value: Double?) -> Double? { value.flatMap { ratio($0, deliveries) } }
    deliveriesPerRequest = deliveries
    systemCalls = perDelivery(counts.systemCallsPerRequest)
    allocations = perDelivery(counts.allocationsPerRequest)
    allocatedBytes = perDelivery(counts.allocatedBytesPerRequest)
    retains = perDelivery(counts.retainsPerRequest)
    releases = perDelivery(counts.releasesPerRequest)
    contextBytes = counts.contextBytesInPerDelivery
    payloadBytes = counts.payloadBytesInPerDelivery
  }
}
