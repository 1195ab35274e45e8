// Deadlines of many requests, in constant time each: a hashed timing wheel (Varghese and Lauck, 1987). One libevent
// timer serves them all and is armed only when the earliest deadline moves earlier; adding and deleting an event per
// call would cost more instructions than a whole C relay.

internal import Glibc

/// Entries with a deadline and a 64-bit token. `schedule` and `cancel` are O(1) and allocate only when the number of
/// entries reaches a new high. Not a clock: the owner says what time it is.
package final class TimerWheel {
  /// Names a scheduled entry until it fires or is cancelled.
  package typealias EntryID = Int32
  package static let noEntry: EntryID = -1

  private struct Entry {
    var deadline: Int64 = 0
    var token: UInt64 = 0
    /// The bucket's list; `previous` is -1 at its head. A free entry uses `next` alone.
    var next: EntryID = -1
    var previous: EntryID = -1
    var bucket: Int32 = 0
  }

  /// One tick is 2^20 ns (1.05 ms); the wheel spans 4096 ticks (4.3 s). Later deadlines wait in bucket `farBucket`.
  private static let tickShift: Int64 = 20
  private static let bucketCount = 4096
  private static let farBucket = 4096

  // Private: the compiler sees every access, and a release build then checks none for exclusivity at run time.
  private var entries = PlainMemory(repeating: Entry(), count: 256)
  private var usedCount = 0
  private var firstFree: EntryID = -1
  private let heads = PlainMemory<EntryID>(repeating: -1, count: TimerWheel.bucketCount + 1)
  private let occupied = PlainMemory<UInt64>(repeating: 0, count: TimerWheel.bucketCount / 64)
  /// Every bucket up to this tick has been emptied.
  private var currentTick: Int64
  /// The wheel's horizon when the far bucket was last looked through.
  private var farTick: Int64
  private var timerDeadline = Int64.max
  private var entryCount = 0
  private var isClosed = false
  private let loop: EventLoop
  private var timer: Timer!
  private let handler: (UInt64) -> Void

  package var count: Int { entryCount }
  /// When the timer fires next; `Int64.max` when it is not armed.
  package var armedDeadline: Int64 { timerDeadline }

  /// The handler gets the token of each entry whose deadline has passed.
  package init(loop: EventLoop, handler: @escaping (UInt64) -> Void) {
    self.loop = loop
    self.handler = handler
    currentTick = loop.now >> TimerWheel.tickShift
    farTick = currentTick
    timer = Timer(loop: loop) { [unowned self] in didExpire() }
  }

  deinit {
    entries.deallocate()
    heads.deallocate()
    occupied.deallocate()
  }

  /// Ends the libevent timer. Nothing fires afterwards, also when a handler closes.
  package func close() {
    isClosed = true
    timer.close()
  }

  /// `deadline` in nanoseconds of the loop's clock; one that has passed fires in the next turn.
  package func schedule(at deadline: Int64, token: UInt64) -> EntryID {
    let id = allocate()
    entries[Int(id)].deadline = deadline
    entries[Int(id)].token = token
    link(id, bucket: bucket(of: deadline))
    entryCount &+= 1
    if deadline < timerDeadline { arm(deadline) }
    return id
  }

  package func cancel(_ id: EntryID) {
    unlink(id)
    free(id)
  }

  // MARK: Private

  private func bucket(of deadline: Int64) -> Int {
    let tick = max(deadline >> TimerWheel.tickShift, currentTick)
    if tick &- currentTick >= Int64(TimerWheel.bucketCount) { return TimerWheel.farBucket }
    return Int(truncatingIfNeeded: tick) & (TimerWheel.bucketCount &- 1)
  }

  private func allocate() -> EntryID {
    if firstFree >= 0 {
      let id = firstFree
      firstFree = entries[Int(id)].next
      return id
    }
    if usedCount == entries.count { entries = entries.grown(with: Entry()) }
    usedCount &+= 1
    return EntryID(truncatingIfNeeded: usedCount &- 1)
  }

  private func free(_ id: EntryID) {
    entries[Int(id)].next = firstFree
    firstFree = id
    entryCount &-= 1
  }

  private func link(_ id: EntryID, bucket: Int) {
    let head = heads[bucket]
    entries[Int(id)].bucket = Int32(truncatingIfNeeded: bucket)
    entries[Int(id)].previous = -1
    entries[Int(id)].next = head
    if head >= 0 {
      entries[Int(head)].previous = id
    } else if bucket != TimerWheel.farBucket {
      occupied[bucket >> 6] |= 1 << UInt64(truncatingIfNeeded: bucket & 63)
    }
    heads[bucket] = id
  }

  private func unlink(_ id: EntryID) {
    let entry = entries[Int(id)]
    if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
    if entry.previous >= 0 {
      entries[Int(entry.previous)].next = entry.next
    } else {
      let bucket = Int(entry.bucket)
      heads[bucket] = entry.next
      if entry.next < 0, bucket != TimerWheel.farBucket {
        occupied[bucket >> 6] &= ~(1 << UInt64(truncatingIfNeeded: bucket & 63))
      }
    }
  }

  private func arm(_ deadline: Int64) {
    timerDeadline = deadline
    timer.start(at: deadline)
  }

  package func didExpire() {
    timerDeadline = .max
    expire(now: loop.now)
    if let earliest = earliestDeadline() { arm(earliest) }
  }

  /// Fires everything due. A handler may schedule and cancel meanwhile.
  private func expire(now: Int64) {
    let nowTick = now >> TimerWheel.tickShift
    while currentTick <= nowTick, !isClosed {
      expireBucket(Int(truncatingIfNeeded: currentTick) & (TimerWheel.bucketCount - 1), now: now)
      if currentTick == nowTick { break }
      currentTick = max(currentTick + 1, nextOccupiedTick(limit: nowTick))
      if currentTick - farTick >= Int64(TimerWheel.bucketCount / 2) { bringFarEntriesNear() }
    }
  }

  private func expireBucket(_ bucket: Int, now: Int64) {
    // Due entries leave the bucket before a handler runs: it may change the list.
    while !isClosed, let due = firstDue(in: bucket, now: now) {
      let token = entries[Int(due)].token
      cancel(due)
      handler(token)
    }
  }

  private func firstDue(in bucket: Int, now: Int64) -> EntryID? {
    var id = heads[bucket]
    while id >= 0 {
      if entries[Int(id)].deadline <= now { return id }
      id = entries[Int(id)].next
    }
    return nil
  }

  private func bringFarEntriesNear() {
    farTick = currentTick
    var id = heads[TimerWheel.farBucket]
    while id >= 0 {
      let next = entries[Int(id)].next
      let bucket = bucket(of: entries[Int(id)].deadline)
      if bucket != TimerWheel.farBucket {
        unlink(id)
        link(id, bucket: bucket)
      }
      id = next
    }
  }

  /// The first tick after the current one whose bucket holds something, or `limit`.
  private func nextOccupiedTick(limit: Int64) -> Int64 {
    var tick = currentTick + 1
    while tick < limit {
      let bucket = Int(truncatingIfNeeded: tick) & (TimerWheel.bucketCount - 1)
      let word = occupied[bucket >> 6] >> UInt64(bucket & 63)
      if word != 0 { return min(limit, tick + Int64(word.trailingZeroBitCount)) }
      tick += Int64(64 - (bucket & 63))
    }
    return limit
  }

  /// When the timer must fire next: the earliest deadline, or the moment at which far entries must come near.
  private func earliestDeadline() -> Int64? {
    guard entryCount > 0 else { return nil }
    let horizon = currentTick + Int64(TimerWheel.bucketCount)
    let bucketTick =
      heads[Int(truncatingIfNeeded: currentTick) & (TimerWheel.bucketCount - 1)] >= 0
      ? currentTick : nextOccupiedTick(limit: horizon)
    let farCheck =
      heads[TimerWheel.farBucket] >= 0
      ? (farTick + Int64(TimerWheel.bucketCount / 2)) << TimerWheel.tickShift : Int64.max
    guard bucketTick < horizon else { return farCheck }
    var earliest = Int64.max
    var id = heads[Int(truncatingIfNeeded: bucketTick) & (TimerWheel.bucketCount - 1)]
    while id >= 0 {
      earliest = min(earliest, entries[Int(id)].deadline)
      id = entries[Int(id)].next
    }
    return min(earliest, farCheck)
  }
}
