// One libevent timer with a handler, for the few things that need one: a pace, a limit, a slot's end. Requests do not
// use it; their deadlines lie in a `TimerWheel`.

internal import CLibevent
internal import Glibc

/// Fires once per `start`. `close()` ends it for good.
package final class Timer {
  private let event: LoopEvent

  package init(loop: EventLoop, handler: @escaping () -> Void) {
    event = LoopEvent(loop: loop, subject: -1, kind: 0, handler: handler)
  }

  /// Fires after `nanoseconds` (rounded up to a microsecond), instead of when it was to fire before.
  package func start(after nanoseconds: Int64) {
    let microseconds = max(0, (nanoseconds + 999) / 1000)
    event.add(after: timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000)))
  }

  package func stop() { event.remove() }

  package func close() { event.close() }
}
