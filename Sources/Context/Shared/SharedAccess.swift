// How one worker uses a shared table beside the contexts of its requests: keys for new requests, and the accesses to the
// node's own entries. Belongs to that worker's thread.

/// Of the accesses to shared entries, how many write: `writes` to `reads`.
package struct WriteRatio: Equatable, Sendable {
  package let writes: Int
  package let reads: Int

  /// Not both 0, and none below.
  package init(writes: Int, reads: Int) {
    precondition(writes >= 0 && reads >= 0 && writes + reads > 0)
    self.writes = writes
    self.reads = reads
  }

  package static let standard = WriteRatio(writes: 1, reads: 10)
}

package final class SharedAccess {
  /// Accesses to shared entries that belong to the standard work of one request.
  package static let countPerRequest = 11

  package let worker: Int
  private let ratio: WriteRatio
  private struct State {
    var lastKey: UInt64
    /// Bresenham's error: it is spread evenly which accesses write, and their share is exact.
    var error = 0
    /// Of a linear congruential generator (Knuth's MMIX), whose upper bits choose the entry.
    var random: UInt64
    var reads: Int64 = 0
    var writes: Int64 = 0
    var sum: Int64 = 0
  }

  /// Behind a pointer: no exclusivity checks on the request path.
  private let state: UnsafeMutablePointer<State>

  init(worker: Int, ratio: WriteRatio) {
    self.worker = worker
    self.ratio = ratio
    state = .allocate(capacity: 1)
    // Keys of different workers never meet: each has 2^40 of its own, above the shared entries'.
    state.initialize(to: State(lastKey: UInt64(worker + 1) << 40, random: UInt64(worker)))
  }

  deinit { state.deallocate() }

  /// How often shared entries were read and written so far.
  package var reads: Int64 { state.pointee.reads }
  package var writes: Int64 { state.pointee.writes }

  func makeKey() -> UInt64 {
    state.pointee.lastKey &+= 1
    return state.pointee.lastKey
  }

  /// The accesses of one request, all over the shared entries.
  func touch<Table: ContextTable>(_ table: Table) {
    for _ in 0..<SharedAccess.countPerRequest {
      state.pointee.random = state.pointee.random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let entry = (state.pointee.random >> 32) % SharedEntries.count
      state.pointee.error += ratio.writes
      if state.pointee.error >= ratio.writes + ratio.reads {
        state.pointee.error -= ratio.writes + ratio.reads
        table.increment(entry, worker: worker)
        state.pointee.writes += 1
      } else {
        state.pointee.sum &+= table.number(at: entry, worker: worker)
        state.pointee.reads += 1
      }
    }
  }
}
