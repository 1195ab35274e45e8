// The requests of a node that wait for CPU, oldest first, and how much of it one turn of the loop gives them. Between two
// turns bytes are read and written, so that nobody waits longer than a slice for the thread, and what a turn sends says
// what is left of its deadline when it leaves.

internal import EventLoop

struct WorkQueue {
  /// CPU burnt in one turn of the loop, in nanoseconds, and so in one slice.
  static let turnMax: Int64 = 1_000_000
  /// Of a slice of counted work; some 0.1 ms, so that a turn has several.
  static let iterationsMax: Int64 = 250_000

  /// Closes the ring.
  private let ends = RequestSlot.allocate(capacity: 1)
  private var turn = 0
  private var left: Int64 = 0

  init() {
    ends.initialize(to: InboundRequest(previous: nil, next: nil))
    (ends.pointee.previousWaiting, ends.pointee.nextWaiting) = (ends, ends)
  }

  func deallocate() { ends.deallocate() }

  var isEmpty: Bool { ends.pointee.nextWaiting == ends }

  var first: RequestSlot? { isEmpty ? nil : ends.pointee.nextWaiting }

  /// Nanoseconds that may still be burnt in this turn.
  mutating func budget(in turn: Int) -> Int64 {
    if self.turn != turn { (self.turn, left) = (turn, WorkQueue.turnMax) }
    return left
  }

  mutating func spend(_ nanoseconds: Int64) { left -= nanoseconds }

  /// Adds a request as the newest.
  func append(_ request: RequestSlot) {
    let newest = ends.pointee.previousWaiting.unsafelyUnwrapped
    (request.pointee.previousWaiting, request.pointee.nextWaiting) = (newest, ends)
    newest.pointee.nextWaiting = request
    ends.pointee.previousWaiting = request
  }

  /// Takes it out, wherever it stands; nothing happens to one that does not wait.
  func remove(_ request: RequestSlot) {
    guard let previous = request.pointee.previousWaiting, let next = request.pointee.nextWaiting else { return }
    previous.pointee.nextWaiting = next
    next.pointee.previousWaiting = previous
    (request.pointee.previousWaiting, request.pointee.nextWaiting) = (nil, nil)
  }
}
