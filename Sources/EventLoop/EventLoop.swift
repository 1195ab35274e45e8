// One libevent base and the turn around it: wait, run what is ready, then write out what was queued.
// Never knows what the bytes mean. One loop per thread; nothing here may be touched from another thread.

internal import CLibevent
internal import CLinux
internal import Glibc

/// An event loop. Not Sendable: it belongs to the thread that made it.
///
/// A *turn* is one wait for readiness and the callbacks that follow. Output is written once per turn: a connection
/// that has something to send stands in `unflushed` until the turn ends, however many frames were appended.
///
/// Public, as is `now`, because the compiler inlines across modules only what is `@inlinable public`. Safe to
/// use: its pointers are freed with it, and a connection in `unflushed` takes itself out before it goes.
@safe
public final class EventLoop {
  let base: OpaquePointer
  /// CLOCK_MONOTONIC at the latest callback, in nanoseconds: read once per callback, not once per request.
  @inlinable public var now: Int64 { unsafe nowCell.pointee }
  /// `now` as it was when the bytes at hand had been read: one time for all messages of a read, however long the earlier
  /// ones of them take. What they say of time left counts from it.
  @inlinable public var readTime: Int64 { unsafe nowCell[1] }
  /// `now` and `readTime`. Behind a pointer, because other modules read them for every request: a class property would be
  /// checked each time.
  @usableFromInline let nowCell: UnsafeMutablePointer<Int64>
  /// Turns so far.
  package private(set) var turnCount = 0
  private(set) var timers: TimerQueue!
  private var isStopping = false
  private var isInTurn = false
  /// Not retained: a connection that closes takes itself out.
  private var unflushed = unsafe PlainMemory<Unmanaged<Connection>?>(repeating: nil, count: 64)
  private var unflushedCount = 0
  /// Objects closed in this turn: kept until it ends, because a callback of theirs may still be on the stack.
  private var retired: [AnyObject] = []

  private let clock: (() -> Int64)?
  /// See `clockIO`; nil when it is off.
  private(set) var clockReadingCost: Int64?

  /// - Parameter clock: nanoseconds that never go back, in place of CLOCK_MONOTONIC. What waits, still waits in real
  ///   time.
  package init(clock: (() -> Int64)? = nil) throws(EventLoopError) {
    try EventLoop.checkDescriptors()
    guard let base = unsafe event_base_new() else {
      throw .systemCall("event_base_new", errno: errno, about: "event loop")
    }
    unsafe self.base = base
    self.clock = clock
    unsafe nowCell = .allocate(capacity: 2)
    unsafe nowCell.initialize(repeating: clock?() ?? ctx_monotonic_nanoseconds(), count: 2)
    timers = try TimerQueue(loop: self)
  }

  deinit {
    timers?.close()
    unsafe event_base_free(base)
    unsafe unflushed.deallocate()
    unsafe nowCell.deallocate()
  }

  /// libevent ends the process when it finds no descriptors for its own use: they are tried before.
  private static func checkDescriptors() throws(EventLoopError) {
    let fds = (0..<4).map { _ in ctx_event() }
    let error = errno
    for fd in fds where fd >= 0 { Glibc.close(fd) }
    if fds.contains(where: { $0 < 0 }) { throw .systemCall("eventfd", errno: error, about: "event loop") }
  }

  /// Runs turns until `stop()`, or until nothing is registered any more.
  package func run() {
    isStopping = false
    while !isStopping, turn() {}
  }

  /// Runs turns until `condition` holds. False when nothing is registered any more and it never can.
  package func run(until condition: () -> Bool) -> Bool {
    while !condition() {
      guard turn() else { return condition() }
    }
    return true
  }

  package func stop() { isStopping = true }

  /// Waits until something is ready, runs its callbacks and writes what they queued.
  /// False when no event is registered any more.
  package func turn() -> Bool {
    // What was queued between two turns: the loop would wait with it in hand.
    if unflushedCount > 0 { flush() }
    isInTurn = true
    turnCount &+= 1
    let result = unsafe event_base_loop(base, EVLOOP_ONCE)
    precondition(result >= 0, "libevent's loop failed: its descriptors were closed behind its back")
    flush()
    isInTurn = false
    if !retired.isEmpty { retired.removeAll() }
    return result == 0
  }

  /// Reads the clock and keeps it as `now`.
  @discardableResult
  package func refreshNow() -> Int64 {
    let time = time
    unsafe nowCell.pointee = time
    return time
  }

  /// The same for bytes that have just been read.
  func refreshReadTime() { unsafe nowCell[1] = refreshNow() }

  /// The clock is the owner's and not CLOCK_MONOTONIC.
  var hasOwnClock: Bool { clock != nil }

  /// The clock itself, between two callbacks as well.
  package var time: Int64 { if let clock { clock() } else { ctx_monotonic_nanoseconds() } }

  /// Seconds since 1970, UTC.
  package var wallSeconds: Int { Glibc.time(nil) }

  /// Turns the clocks of all connections on or off (`Connection.ioClock`). They cost system calls.
  package func clockIO(_ isOn: Bool) { clockReadingCost = isOn ? IOClock.readingCost() : nil }

  /// Writes what is queued without waiting for the end of the turn: before the process does something long.
  package func flush() {
    let wasInTurn = isInTurn
    isInTurn = true
    defer {
      isInTurn = wasInTurn
      if !wasInTurn { retired.removeAll() }
    }
    var index = 0
    // A flush may close a connection, and its delegate may then queue output elsewhere: the list can grow meanwhile.
    while index < unflushedCount {
      let connection = unsafe unflushed[index]
      unsafe connection?._withUnsafeGuaranteedRef { $0.didReachEndOfTurn() }
      index &+= 1
    }
    unflushedCount = 0
  }

  @inline(__always)
  func willFlush(_ connection: Connection) {
    if unsafe unflushedCount == unflushed.count { unsafe unflushed = unflushed.grown(with: nil) }
    unsafe unflushed[unflushedCount] = .passUnretained(connection)
    unflushedCount &+= 1
  }

  func willNotFlush(_ connection: Connection) {
    let closed = unsafe Unmanaged.passUnretained(connection).toOpaque()
    for index in 0..<unflushedCount where unsafe unflushed[index]?.toOpaque() == closed {
      unsafe unflushed[index] = nil
    }
  }

  /// Outside a turn no callback is on the stack, and keeping the object would keep the loop.
  func retire(_ object: AnyObject) { if isInTurn { retired.append(object) } }
}
