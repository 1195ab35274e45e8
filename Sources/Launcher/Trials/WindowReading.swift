// What the launcher reads of a process set at a trial's edges, and what it makes of two readings.

internal import CLinux
internal import Control
internal import Results
internal import Topology

/// Clocks and counters of a set at one moment, or what they moved between two.
struct ClockReading {
  /// By node, as the next.
  private(set) var nodeCPU: [Int64]
  private(set) var deliveries: [UInt64]
  private(set) var clientCPU: Int64
  /// CLOCK_MONOTONIC, nanoseconds.
  private(set) var time: Int64

  /// Now. Of a process that runs on another CPU meanwhile the kernel knows its clock to within a tick alone; of one at
  /// rest it knows it exactly.
  init(_ set: ProcessSet) {
    nodeCPU = set.nodes.map(\.process.cpuNanoseconds)
    deliveries = set.nodes.map(\.process.deliveries)
    clientCPU = set.client?.cpuNanoseconds ?? 0
    time = ctx_monotonic_nanoseconds()
  }

  private init(nodeCPU: [Int64], deliveries: [UInt64], clientCPU: Int64, time: Int64) {
    self.nodeCPU = nodeCPU
    self.deliveries = deliveries
    self.clientCPU = clientCPU
    self.time = time
  }

  /// A process that is gone has a clock of 0: what it did is not known.
  func since(_ earlier: ClockReading) -> ClockReading {
    ClockReading(
      nodeCPU: zip(nodeCPU, earlier.nodeCPU).map { max(0, $0 - $1) },
      deliveries: zip(deliveries, earlier.deliveries).map { $0 &- $1 },
      clientCPU: max(0, clientCPU - earlier.clientCPU), time: time - earlier.time)
  }

  mutating func add(_ other: ClockReading) {
    for index in nodeCPU.indices {
      nodeCPU[index] += other.nodeCPU[index]
      deliveries[index] &+= other.deliveries[index]
    }
    clientCPU += other.clientCPU
    time += other.time
  }
}

/// What the machine, and the kernel's books on each node, say at one moment. Reading it takes a while.
struct MachineReading {
  let host: HostReading
  let tasks: [TaskFigures]
  let deliveries: UInt64

  init(_ set: ProcessSet) {
    host = HostReading()
    tasks = set.nodes.map { TaskFigures(pid: $0.process.pid, workers: $0.process.pages.count) }
    deliveries = set.nodes.reduce(0) { $0 &+ $1.process.deliveries }
  }
}

/// What the nodes of a set, its client and the machine did in a window.
struct WindowReading {
  let nodes: [NodeWork]
  let clientCPU: Int64
  /// Nanoseconds between the readings of the clocks.
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
      closed.tasks[index].add(to: &work, since: opened.tasks[index], share: min(1, share))
      return work
    }
    clientCPU = clocks.clientCPU
    nanoseconds = clocks.time
    stealRatio = closed.host.stealRatio(since: opened.host)
    pressureRatio = closed.host.pressureRatio(since: opened.host)
    foreignRatio = closed.host.foreignRatio(
      since: opened.host, on: set.options.placement.cpusInUse,
      own: clocks.nodeCPU.reduce(clocks.clientCPU, +))
  }
}
