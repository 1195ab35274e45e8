// One libevent event with a handler: what a listener, a timer and a signal have in common. A connection registers its two
// events itself, because it must not pay for a handler on each read.

internal import CLibevent

/// Registered from `init` to `close()`, and kept alive by libevent meanwhile.
final class LoopEvent {
  private let loop: EventLoop
  private var event: OpaquePointer?
  private var handler: (() -> Void)?

  /// - Parameters:
  ///   - subject: a descriptor or a signal's number.
  ///   - kind: libevent's flags.
  init(loop: EventLoop, subject: Int32, kind: Int32, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    // The one retain that `close()` gives back.
    let context = Unmanaged.passRetained(self).toOpaque()
    event = event_new(
      loop.base, subject, Int16(kind),
      { _, _, context in Unmanaged<LoopEvent>.fromOpaque(context!).takeUnretainedValue().didFire() }, context)
  }

  /// Waits for the event.
  func add() { if let event { event_add(event, nil) } }

  func remove() { if let event { event_del(event) } }

  func close() {
    guard let event else { return }
    self.event = nil
    handler = nil
    event_free(event)
    loop.retire(self)
    Unmanaged.passUnretained(self).release()
  }

  private func didFire() {
    loop.refreshNow()
    handler?()
  }
}
