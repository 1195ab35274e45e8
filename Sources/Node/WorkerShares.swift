// Which worker serves a connection. The kernel spreads connections by a hash of their addresses: of 16 connections one of
// four workers gets none in one start of twenty-five. Then two runs of the same would differ by that.

internal import Synchronization

/// How many connections each worker serves.
package final class WorkerShares: Sendable {
  private let counts: Mutex<[Int]>

  package init(workerCount: Int) { counts = Mutex(Array(repeating: 0, count: workerCount)) }

  /// The one that serves the fewest: `worker`, which accepted the connection, if it does, else the first.
  package func choose(arrivedAt worker: Int) -> Int {
    counts.withLock { counts in
      var chosen = worker
      for index in counts.indices where counts[index] < counts[chosen] { chosen = index }
      counts[chosen] += 1
      return chosen
    }
  }

  package func didLose(worker: Int) { counts.withLock { $0[worker] -= 1 } }
}
