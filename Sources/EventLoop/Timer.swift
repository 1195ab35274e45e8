// One libevent timer with a handler, for the few things that need one: a pace, a limit, a slot's end. Requests do not
// use it; their deadlines lie in a `TimerWheel`.

internal import CLibevent
internal import Glibc

/// Fires once per `start`. `close()` ends it for good.
package final class Timer {
  private let loop: EventLoop
  private var event: OpaquePointer?
  private var handler: (() -> Void)?

  package init(loop: EventLoop, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    let context = Unmanaged.passRetained(self).toOpaque()
    event = event_new(
      loop.base, -1, 0,
      { _, _, context in Unmanaged<Timer>.fromOpaque(context!).takeUnretainedValue().didExpire() }, context)
  }

  /// Fires after `nanoseconds` (rounded up to a microsecond), instead of when it was to fire before.
  package func start(after nanoseconds: Int64) {
    guard let event else { return }
    let microseconds = max(0, (nanoseconds + 999) / 1000)
    var interval = timeval(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    event_add(event, &interval)
  }

  package func stop() { if let event { event_del(event) } }

  package func close() {
    guard let event else { return }
    self.event = nil
    handler = nil
    event_free(event)
    loop.retire(self)
    Unmanaged.passUnretained(self).release()
  }

  private func didExpire() {
    loop.refreshNow()
    handler?()
  }
}
