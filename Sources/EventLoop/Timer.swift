// A timer with a handler: a pace, a limit, a slot's end, the next deadline of many. A descriptor of the kernel, which
// keeps nanoseconds, where libevent's own timers keep milliseconds or cost a system call per turn; and a loop without
// those neither sorts them nor reads the clock for them on every turn.

internal import CLibevent
internal import CLinux
internal import Glibc

/// Fires once per `start`, never before its time. `close()` ends it for good.
package final class Timer {
  private let fd: Int32
  private var event: LoopEvent!
  private let handler: () -> Void
  /// CLOCK_MONOTONIC, nanoseconds; nil when it is not to fire.
  private var due: Int64?
  private var isRegistered = false

  package init(loop: EventLoop, handler: @escaping () -> Void) {
    self.handler = handler
    fd = ctx_timer()
    precondition(fd >= 0, "no descriptor is left for a timer")
    // Edge-triggered: an expiry that was seen need not be read away.
    event = LoopEvent(loop: loop, subject: fd, kind: EV_READ | EV_ET | EV_PERSIST) { [unowned self] in didFire() }
  }

  deinit { close() }

  /// Fires after `nanoseconds`, instead of when it was to fire before.
  package func start(after nanoseconds: Int64) {
    guard let event else { return }
    let (sum, isTooLate) = ctx_monotonic_nanoseconds().addingReportingOverflow(max(nanoseconds, 0))
    let due = isTooLate ? Int64.max : sum
    self.due = due
    ctx_arm_timer(fd, due)
    if isRegistered { return }
    isRegistered = true
    event.add()
  }

  package func stop() {
    due = nil
    guard isRegistered, let event else { return }
    isRegistered = false
    event.remove()
  }

  package func close() {
    guard let event else { return }
    self.event = nil
    due = nil
    event.close()
    Glibc.close(fd)
  }

  /// A loop that has nothing else to wait for ends: a timer that was not started anew is taken out of it.
  private func didFire() {
    // An expiry that was on its way when `start` put it off.
    guard let due, ctx_monotonic_nanoseconds() >= due else { return }
    self.due = nil
    handler()
    if self.due == nil { stop() }
  }
}
