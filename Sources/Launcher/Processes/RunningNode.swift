// One replica of a service as whoever measures sees it: a child of this launcher, or a process that somebody else started.

internal import Control
internal import ProcessFigures

/// Of a child every figure is read where it lies, at the moment of asking. Of a node elsewhere it is what the node said
/// at the last `ProcessSet.refresh`.
protocol RunningNode: AnyObject {
  var name: String { get }
  /// One for each worker.
  var pages: [UnsafeMutablePointer<CounterPage>] { get }
  var isAlive: Bool { get }
  /// CPU of all its threads in nanoseconds; 0 where it is not known.
  var cpuNanoseconds: Int64 { get }
  var tasks: TaskFigures { get }
  /// Bytes: all of it, and with what it shares divided among those who share it.
  var memory: (resident: UInt64?, proportional: UInt64?) { get }
  /// Somebody has stopped it: it is alive, but answers nobody. False where that cannot be seen.
  var isStopped: Bool { get }
  func send(_ message: some Encodable)
}

extension RunningNode {
  /// What all workers of a node have counted; nil for what is no node.
  var counters: CounterPage? {
    pages.count == 1 ? pages[0].pointee : pages.isEmpty ? nil : CounterPage.sum(pages.map(\.pointee))
  }

  /// Requests that arrived at any of its workers: its hops.
  var deliveries: UInt64 { pages.reduce(0) { $0 &+ $1.pointee.deliveries } }
}

extension ChildProcess: RunningNode {
  var tasks: TaskFigures { TaskFigures(pid: pid, workers: pages.count) }
  var memory: (resident: UInt64?, proportional: UInt64?) { TaskFigures.memory(pid: pid) }
  var isStopped: Bool { HostFacts.processState(pid) == "T" }
}
