// The timers of one loop behind one descriptor of the kernel: a timer that is made later needs none, and so cannot fail
// for want of one.

internal import CLibevent
internal import CLinux
internal import Glibc

/// Owned by its loop. Safe to use: the event's context is the queue, which frees the event when it goes, and a timer
/// takes itself out before it goes.
@safe
final class TimerQueue {
  private unowned let loop: EventLoop
  private let fd: Int32
  private var event: Event!
  /// A handful, in no order. Not retained.
  private var timers: [Unmanaged<Timer>] = unsafe []
  /// When the descriptor expires; nil when it is not registered.
  private var armed: Int64?
  /// Numbers the expiries: a timer that a handler starts waits for the next one.
  private(set) var pass = 0
  private var isFiring = false

  init(loop: EventLoop) throws(EventLoopError) {
    self.loop = loop
    fd = ctx_timer()
    guard fd >= 0 else { throw .systemCall("timerfd_create", errno: errno, about: "event loop") }
    // Edge-triggered: an expiry that was seen need not be read away.
    event = unsafe Event(
      loop: loop, subject: fd, kind: EV_READ | EV_ET | EV_PERSIST, context: Unmanaged.passUnretained(self).toOpaque()
    ) { _, _, context in unsafe Unmanaged<TimerQueue>.fromOpaque(context!).takeUnretainedValue().didExpire() }
  }

  /// Before the loop's base goes.
  func close() {
    event.free()
    Glibc.close(fd)
  }

  /// A timer was started, or started anew.
  func add(_ timer: Timer, isNew: Bool) {
    if isNew { unsafe timers.append(.passUnretained(timer)) }
    arm()
  }

  func remove(_ timer: Timer) {
    let removed = unsafe Unmanaged.passUnretained(timer).toOpaque()
    unsafe timers.removeAll { unsafe $0.toOpaque() == removed }
    arm()
  }

  private func didExpire() {
    loop.refreshNow()
    let now = ctx_monotonic_nanoseconds()
    // It has to be armed anew, also for the same time.
    if let armed, armed <= now { self.armed = .min }
    pass += 1
    isFiring = true
    while let timer = nextDue(now) { timer.fire() }
    isFiring = false
    arm()
  }

  /// Without an allocation, as `arm`: a timer may fire for every request.
  private func nextDue(_ now: Int64) -> Timer? {
    var next: Timer?
    for index in unsafe timers.indices {
      let timer = unsafe timers[index].takeUnretainedValue()
      if timer.due <= (next.map { $0.due - 1 } ?? now), timer.pass < pass { next = timer }
    }
    return next
  }

  /// Moves the expiry to the earliest of all. A loop that has nothing else to wait for ends: without timers the
  /// descriptor is not in it.
  private func arm() {
    if isFiring { return }
    guard unsafe !timers.isEmpty else {
      if armed != nil { event.remove() }
      armed = nil
      return
    }
    var earliest = Int64.max
    for index in unsafe timers.indices {
      earliest = min(earliest, unsafe timers[index]._withUnsafeGuaranteedRef { $0.due })
    }
    if armed == earliest { return }
    ctx_arm_timer(fd, earliest)
    if armed == nil { event.add() }
    armed = earliest
  }
}
