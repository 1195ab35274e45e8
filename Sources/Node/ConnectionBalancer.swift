// Which worker serves a connection. The kernel spreads connections by a hash of their addresses: of 16 connections one of
// four workers gets none in one start of twenty-five. Then two runs of the same would differ by that.

internal import Synchronization

/// How many connections each worker serves.
package final class ConnectionBalancer: Sendable {
  private let counts: Mutex<[Int]>

  package init(workerCount: Int) { counts = Mutex(Array(repeating: 0, count: workerCount)) }

  /// The first of those that serve the fewest, whoever accepted the connection: so that the first worker, which a
  /// profile samples, serves the only connection of a client.
  package func choose() -> Int {
    counts.withLock { counts in
      let chosen = counts.indices.min { counts[$0] < counts[$1] }!
      counts[chosen] += 1
      return chosen
    }
  }

  package func didLose(worker: Int) { counts.withLock { $0[worker] -= 1 } }
}
