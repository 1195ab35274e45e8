// A timer with a handler: a pace, a limit, a trial's end, the next deadline of many. It keeps nanoseconds, as the kernel's
// timers do; libevent's own keep milliseconds or cost a system call per turn, and a loop without those neither sorts them
// nor reads the clock for them on every turn.

internal import CLinux

/// Fires once per `start`, never before its time. `close()` ends it for good.
package final class Timer {
  private let loop: EventLoop
  private let handler: () -> Void
  private var isClosed = false
  private var isStarted = false
  /// CLOCK_MONOTONIC, nanoseconds; of a timer that is started.
  private(set) var due: Int64 = 0
  /// The queue's number when it was started.
  private(set) var pass = 0

  package init(loop: EventLoop, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
  }

  deinit { close() }

  /// Fires after `nanoseconds`, instead of when it was to fire before.
  package func start(after nanoseconds: Int64) {
    let (sum, isTooLate) = ctx_monotonic_nanoseconds().addingReportingOverflow(max(nanoseconds, 0))
    start(due: isTooLate ? .max : sum)
  }

  /// The same, at a time of the loop's clock.
  package func start(at time: Int64) {
    if loop.hasOwnClock { start(after: time &- loop.time) } else { start(due: max(time, 1)) }
  }

  package func stop() {
    guard isStarted else { return }
    isStarted = false
    loop.timers.remove(self)
  }

  package func close() {
    stop()
    isClosed = true
  }

  /// Its time has come.
  func fire() {
    stop()
    handler()
  }

  private func start(due: Int64) {
    guard !isClosed else { return }
    self.due = due
    pass = loop.timers.pass
    loop.timers.add(self, isNew: !isStarted)
    isStarted = true
  }
}
