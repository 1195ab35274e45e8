// The store `copy-on-write-map`: readers take an atomic snapshot and no lock; a writer copies the table and puts the copy
// in its place. What Go's sync.Map is to its readers. Each write costs a copy of the table, whatever it changes.

internal import Synchronization

/// Old snapshots are freed when no reader can be about to retain them. Each worker has a *mark*, where it says which
/// snapshot it is about to retain (a hazard pointer: Michael, "Hazard Pointers", IEEE TPDS 15(6), 2004). It sets the mark,
/// and then looks whether that is still the snapshot in place. A writer replaces the snapshot first and looks at the marks
/// afterwards, so that at least one of the two sees the other. A mark stays until the worker reads again, so an idle worker
/// keeps one snapshot: were it cleared behind the retain, the compiler might put the retain behind that, and did.
package final class CopyOnWriteTable: ContextTable {
  private final class Snapshot: Sendable {
    let records: [UInt64: BoxedEntries]

    init(_ records: [UInt64: BoxedEntries]) { self.records = records }
  }

  /// An object of its own, so that two workers' marks lie in two lines of the cache.
  private final class Mark: Sendable {
    let snapshot = Atomic<Address>(0)
  }

  /// Of a snapshot that is retained once; 0 for none. A number, because no pointer is Sendable.
  private typealias Address = UInt

  private let current: Atomic<Address>
  private let marks: [Mark]
  /// One writer at a time. The snapshots that were replaced and could not be freed yet.
  private let replaced = Guarded<[Address]>([])

  package init(workerCount: Int) {
    marks = (0..<max(1, workerCount)).map { _ in Mark() }
    current = Atomic(CopyOnWriteTable.retained(Snapshot(SharedEntries.records())))
  }

  deinit {
    CopyOnWriteTable.release(current.load(ordering: .acquiring))
    replaced.withLock { $0.forEach(CopyOnWriteTable.release) }
  }

  package func record(_ key: UInt64, worker: Int) -> BoxedEntries {
    snapshot(worker: worker).records[key] ?? BoxedEntries()
  }

  package func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void) {
    replace { change(&$0[key, default: BoxedEntries()]) }
  }

  package func remove(_ key: UInt64, worker: Int) {
    replace { $0[key] = nil }
  }

  package var count: Int { snapshot(worker: 0).records.count }

  // MARK: Private

  /// Not inlined: what it returns is retained when it does.
  @inline(never)
  private func snapshot(worker: Int) -> Snapshot {
    let mark = marks[worker]
    var address = current.load(ordering: .acquiring)
    while true {
      mark.snapshot.store(address, ordering: .sequentiallyConsistent)
      let now = current.load(ordering: .sequentiallyConsistent)
      if now == address { break }
      address = now
    }
    return CopyOnWriteTable.reference(address).takeUnretainedValue()
  }

  private func replace(_ change: (inout [UInt64: BoxedEntries]) -> Void) {
    replaced.withLock { replaced in
      // Only writers replace the snapshot, and this is the only one: it stays alive.
      let old = current.load(ordering: .acquiring)
      var records = CopyOnWriteTable.reference(old)._withUnsafeGuaranteedRef { $0.records }
      change(&records)
      current.store(CopyOnWriteTable.retained(Snapshot(records)), ordering: .sequentiallyConsistent)
      replaced.append(old)
      replaced.removeAll { address in
        guard !marks.contains(where: { $0.snapshot.load(ordering: .sequentiallyConsistent) == address }) else {
          return false
        }
        CopyOnWriteTable.release(address)
        return true
      }
    }
  }

  private static func retained(_ snapshot: Snapshot) -> Address {
    Address(bitPattern: Unmanaged.passRetained(snapshot).toOpaque())
  }

  private static func reference(_ address: Address) -> Unmanaged<Snapshot> {
    Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: address)!)
  }

  private static func release(_ address: Address) { reference(address).release() }
}
