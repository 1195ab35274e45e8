// What one connection waits for, oldest first: a ring of slots that is closed by a slot of the connection's own, so that
// joining and leaving it need no test. Never allocates but for that slot.

protocol RingLinked {
  /// The ring's own slot, linked so.
  init(previous: UnsafeMutablePointer<Self>?, next: UnsafeMutablePointer<Self>?)

  var previous: UnsafeMutablePointer<Self>? { get set }
  var next: UnsafeMutablePointer<Self>? { get set }
}

extension UnsafeMutablePointer where Pointee: RingLinked {
  /// An empty ring. Its owner deallocates it.
  static func makeRing() -> Self {
    let ring = allocate(capacity: 1)
    ring.initialize(to: Pointee(previous: ring, next: ring))
    return ring
  }

  /// Joins the ring as its newest.
  @inline(__always)
  func join(_ ring: Self) {
    let newest = ring.pointee.previous
    pointee.previous = newest
    pointee.next = ring
    newest.unsafelyUnwrapped.pointee.next = self
    ring.pointee.previous = self
  }

  @inline(__always)
  func leaveRing() {
    let (previous, next) = (pointee.previous.unsafelyUnwrapped, pointee.next.unsafelyUnwrapped)
    previous.pointee.next = next
    next.pointee.previous = previous
  }
}
