// The connections of a trial, in turn, and what takes the place of one that is gone. It sends nothing.

internal import EventLoop
internal import Statistics

/// One lane for every connection that was ordered. A lane whose connection is gone asks for another after a while that
/// doubles with every attempt, up to a second, and is drawn anew from its upper half, so that clients that lost the same
/// entry do not all come back at once. (Exponential back-off with "equal jitter".)
final class LoadLanes {
  private static let delayNanosecondsMin: Int64 = 10_000_000
  private static let delayNanosecondsMax: Int64 = 1_000_000_000

  private struct Lane {
    /// In `connections`.
    var index: Int
    var wasReady: Bool
    var attempts = 0
    /// When to ask for another; `Int64.max` while there is one.
    var due = Int64.max
    /// Its connection has ended in good order, and another is on its way.
    var isRetired = false
  }

  /// Every one that this trial has had: the index of a request under way stays good. Only the run reads it, and never
  /// while one is added, so it needs no check of exclusivity.
  @exclusivity(unchecked) private(set) var connections: [LoadConnection]
  /// The same without a reference count, for each request.
  @exclusivity(unchecked) private var unretained: [Unmanaged<LoadConnection>]
  @exclusivity(unchecked) private var lanes: [Lane]
  @exclusivity(unchecked) private var turn = 0
  private var generator: SeededGenerator
  /// Nanoseconds without any connection after which nothing more is tried; 0: no lane asks for another.
  private let patienceNanoseconds: Int64
  private var disconnectedSince = Int64.max
  private var hasGivenUp = false
  private(set) var lostCount: UInt64 = 0
  /// Some lane's connection takes no requests just now.
  @exclusivity(unchecked) var isIncomplete = false

  init(_ connections: [LoadConnection], patienceNanoseconds: Int64, seed: UInt64) {
    self.connections = connections
    unretained = connections.map(Unmanaged.passUnretained)
    self.patienceNanoseconds = patienceNanoseconds
    generator = SeededGenerator(seed: seed, stream: 0x6c61_6e65)
    lanes = connections.indices.map { Lane(index: $0, wasReady: connections[$0].isReady) }
  }

  /// Whether one takes requests now.
  var canSend: Bool { lanes.contains { connections[$0.index].isReady } }

  /// No connection has room for a request, though there are some or will be.
  var isBusy: Bool { (canSend || isReplacing) && !lanes.contains { connections[$0.index].canSend } }

  /// Whether one that takes none now may yet be replaced.
  var mayRecover: Bool { patienceNanoseconds > 0 && !hasGivenUp }

  /// Some connection has ended in good order, and its successor is not there yet.
  var isReplacing: Bool { lanes.contains(where: \.isRetired) }

  /// When `takeDue` has something to do.
  var nextDue: Int64 { hasGivenUp ? .max : lanes.reduce(Int64.max) { min($0, $1.due) } }

  /// By the index in `connections`.
  @inline(__always)
  subscript(index: Int) -> Unmanaged<LoadConnection> { unretained[index] }

  /// Index of the next connection that takes requests; nil when none does.
  @inline(__always)
  func pick() -> Int? {
    if lanes.count == 1 {
      let index = lanes[0].index
      return self[index]._withUnsafeGuaranteedRef(\.canSend) ? index : nil
    }
    return pickInTurn()
  }

  @inline(never)
  private func pickInTurn() -> Int? {
    for _ in lanes.indices {
      turn = turn &+ 1 < lanes.count ? turn &+ 1 : 0
      let index = lanes[turn].index
      if connections[index].canSend { return index }
    }
    return nil
  }

  /// Plans what takes the place of connections that take nothing new any more, though replies may still come on them.
  func replaceRetired(now: Int64) {
    isIncomplete = true
    guard mayRecover else { return }
    for lane in lanes.indices
    where lanes[lane].wasReady && lanes[lane].due == .max && !connections[lanes[lane].index].isReady {
      plan(lane, now: now)
    }
  }

  /// Plans what takes the place of a connection at once that ended in good order.
  func retire(_ connection: LoadConnection, now: Int64) {
    isIncomplete = true
    guard let lane = lanes.firstIndex(where: { connections[$0.index] === connection }), lanes[lane].due == .max else {
      return
    }
    lanes[lane].due = now
    lanes[lane].isRetired = true
  }

  /// Returns the index of the connection, or nil when it is none of these.
  func didLose(_ connection: LoadConnection, now: Int64) -> Int? {
    guard let index = connections.firstIndex(where: { $0 === connection }) else { return nil }
    guard let lane = lanes.firstIndex(where: { $0.index == index }) else { return index }
    isIncomplete = true
    guard !connection.isRetired else { return index }
    lanes[lane].isRetired = false
    if lanes[lane].wasReady { lostCount &+= 1 }
    if lanes[lane].due == .max, patienceNanoseconds > 0 { plan(lane, now: now) }
    return index
  }

  func didConnect(_ connection: LoadConnection) {
    guard let lane = lanes.firstIndex(where: { connections[$0.index] === connection }) else { return }
    lanes[lane].wasReady = true
    lanes[lane].attempts = 0
    lanes[lane].isRetired = false
    disconnectedSince = .max
    isIncomplete = lanes.contains { !connections[$0.index].isReady }
  }

  /// Asks for what is due. Returns false when nothing more will be tried.
  ///
  /// - Parameter isInUse: a request is under way on the connection of that index. Another takes the place of one that
  ///   nothing is under way on, or each that an entry ends would be kept.
  func takeDue(now: Int64, isInUse: (Int) -> Bool, _ connect: (LoadConnection) -> LoadConnection?) -> Bool {
    if disconnectedSince < .max, now &- disconnectedSince >= patienceNanoseconds { hasGivenUp = true }
    guard !hasGivenUp else { return false }
    for lane in lanes.indices where lanes[lane].due <= now {
      lanes[lane].due = .max
      if let connection = connect(connections[lanes[lane].index]) {
        lanes[lane].wasReady = false
        if isInUse(lanes[lane].index) {
          lanes[lane].index = connections.count
          connections.append(connection)
          unretained.append(Unmanaged.passUnretained(connection))
        } else {
          connections[lanes[lane].index] = connection
          unretained[lanes[lane].index] = Unmanaged.passUnretained(connection)
        }
      } else {
        plan(lane, now: now)
      }
    }
    return true
  }

  private func plan(_ lane: Int, now: Int64) {
    let longest = LoadLanes.delayNanosecondsMin << Int64(min(lanes[lane].attempts, 7))
    let delay = Double(min(longest, LoadLanes.delayNanosecondsMax)) * (1 + generator.nextUnit()) / 2
    lanes[lane].attempts += 1
    lanes[lane].due = now &+ Int64(delay)
    if disconnectedSince == .max, !canSend { disconnectedSince = now }
  }
}
