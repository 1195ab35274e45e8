// Many writers on one map at once, in this process: which may crash of it, so it is one of its own.

package import Control
internal import Context
internal import EventLoop
internal import Glibc
internal import Statistics
internal import Synchronization

package enum Race {
  /// Each writer adds 1 to a shared entry, and puts a record of its own into the map and takes it out again, as often as
  /// it is to write. They begin together.
  package static func run(_ order: RaceOrder) throws(LaboratoryError) -> RaceCount {
    guard let table = table(order) else { throw .race("no map \"\(order.map)\"") }
    let start = Start(writers: order.writers)
    var threads: [WorkerThread] = []
    for writer in 0..<order.writers {
      do {
        threads.append(
          try WorkerThread(name: "writer/\(writer)") {
            start.wait()
            write(writer, order, table)
          })
      } catch {
        throw .race("\(error)")
      }
    }
    threads.forEach { $0.join() }
    return RaceCount(found: table.sharedWrites(), leftOver: table.count - Int(SharedEntries.count))
  }

  private static func table(_ order: RaceOrder) -> (any ContextTable)? {
    if order.map == RaceOrder.plain { return UnlockedTable(workerCount: order.writers) }
    return StoreKind(rawValue: order.map).flatMap { NodeContexts($0, workerCount: order.writers).table }
  }

  private static func write(_ writer: Int, _ order: RaceOrder, _ table: any ContextTable) {
    var random = SeededGenerator(seed: order.seed &+ UInt64(writer))
    for number in 0..<UInt64(order.writesPerWriter) {
      table.increment(random.next() % SharedEntries.count, worker: writer)
      let own = UInt64(writer + 1) << 40 + number
      table.increment(own, worker: writer)
      table.remove(own, worker: writer)
    }
  }
}

/// Lets nobody begin before all are there.
private final class Start: Sendable {
  private let missing: Atomic<Int>

  init(writers: Int) { missing = Atomic(writers) }

  func wait() {
    missing.subtract(1, ordering: .acquiringAndReleasing)
    while missing.load(ordering: .acquiring) > 0 { sched_yield() }
  }
}
