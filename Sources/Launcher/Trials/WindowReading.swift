// What the launcher reads of a process set at a trial's edges, and what it makes of two readings.

internal import CLinux
internal import Control
internal import ProcessFigures
internal import Results
internal import Topology

/// Clocks and counters of a set at one moment, or what they moved between two.
struct ClockReading {
  /// By node, as the next.
  private(set) var nodeCPU: [Int64]
  private(set) var deliveries: [UInt64]
  private(set) var clientCPU: Int64
  /// CLOCK_MONOTONIC, nanoseconds: this machine's, or where nodes run elsewhere that of each node, which is compared with
  /// itself alone.
  private(set) var times: [Int64]

  /// Now. Of a process that runs on another CPU meanwhile the kernel knows its clock to within a tick alone; of one at
  /// rest it knows it exactly.
  init(_ set: ProcessSet) {
    nodeCPU = set.nodes.map(\.process.cpuNanoseconds)
    deliveries = set.nodes.map(\.process.deliveries)
    clientCPU = set.client?.cpuNanoseconds ?? 0
    times = set.finder?.nodes.map { $0.window?.time ?? 0 } ?? [ctx_monotonic_nanoseconds()]
  }

  private init(nodeCPU: [Int64], deliveries: [UInt64], clientCPU: Int64, times: [Int64]) {
    self.nodeCPU = nodeCPU
    self.deliveries = deliveries
    self.clientCPU = clientCPU
    self.times = times
  }

  /// A process that is gone has a clock of 0: what it did is not known.
  func since(_ earlier: ClockReading) -> ClockReading {
    ClockReading(
      nodeCPU: zip(nodeCPU, earlier.nodeCPU).map { max(0, $0 - $1) },
      deliveries: zip(deliveries, earlier.deliveries).map { $0 &- $1 },
      clientCPU: max(0, clientCPU - earlier.clientCPU), times: zip(times, earlier.times).map { $0 - $1 })
  }

  mutating func add(_ other: ClockReading) {
    for index in nodeCPU.indices {
      nodeCPU[index] += other.nodeCPU[index]
      deliveries[index] &+= other.deliveries[index]
    }
    clientCPU += other.clientCPU
    for index in times.indices { times[index] += other.times[index] }
  }
}

/// What the machine, and the kernel's books on each node, say at one moment. Reading it takes a while.
struct MachineReading {
  let host: HostReading
  let tasks: [TaskFigures]
  /// Of the machines of nodes elsewhere.
  let ticks: [HostTicks?]
  let deliveries: UInt64

  init(_ set: ProcessSet) {
    host = HostReading()
    tasks = set.nodes.map(\.process.tasks)
    ticks = set.finder?.nodes.map { $0.window?.ticks } ?? []
    deliveries = set.nodes.reduce(0) { $0 &+ $1.process.deliveries }
  }

  /// Of the machine that was stolen from most.
  func stealRatio(since earlier: MachineReading) -> Double {
    zip(ticks, earlier.ticks).reduce(host.stealRatio(since: earlier.host)) { most, ticks in
      guard let now = ticks.0, let before = ticks.1 else { return most }
      return max(most, now.stealRatio(since: before))
    }
  }
}

/// What the nodes of a set, its client and the machine did in a window.
struct WindowReading {
  let nodes: [NodeWork]
  let clientCPU: Int64
  /// Nanoseconds between the readings of the clocks, the least of any node.
  let nanoseconds: Int64
  let stealRatio: Double
  let pressureRatio: Double?
  /// Share of the CPUs in use that others had.
  let foreignRatio: Double

  /// - Parameters:
  ///   - clocks: what moved in the window.
  ///   - opened: read before the window, or at its start.
  ///   - closed: read behind it. Where more than the window lies between the two, the kernel's books on nodes are shared
  ///     out by deliveries.
  init(_ set: ProcessSet, clocks: ClockReading, opened: MachineReading, closed: MachineReading) {
    let deliveries = closed.deliveries &- opened.deliveries
    let share = deliveries == 0 ? 1 : Double(clocks.deliveries.reduce(0, &+)) / Double(deliveries)
    nodes = set.nodes.indices.map { index in
      var work = NodeWork(
        service: set.topology.services[set.nodes[index].service].name, replica: set.nodes[index].replica,
        cpuNanoseconds: clocks.nodeCPU[index], deliveries: clocks.deliveries[index])
      work.add(closed.tasks[index], since: opened.tasks[index], share: min(1, share))
      return work
    }
    clientCPU = clocks.clientCPU
    nanoseconds = clocks.times.min() ?? 0
    stealRatio = closed.stealRatio(since: opened)
    pressureRatio = closed.host.pressureRatio(since: opened.host)
    foreignRatio = closed.host.foreignRatio(
      since: opened.host, on: set.options.placement.cpusInUse,
      own: set.finder == nil ? clocks.nodeCPU.reduce(clocks.clientCPU, +) : clocks.clientCPU)
  }
}
