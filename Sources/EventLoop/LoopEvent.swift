// One libevent event with a handler: what a listener, a timer and a signal have in common. A connection registers its two
// events itself, because it must not pay for a handler on each read.

/// Registered from `init` to `close()`, and kept alive by libevent meanwhile.
final class LoopEvent {
  private let loop: EventLoop
  private var event: Event?
  private var handler: (() -> Void)?

  /// - Parameters:
  ///   - subject: a descriptor or a signal's number.
  ///   - kind: libevent's flags.
  init(loop: EventLoop, subject: Int32, kind: Int32, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    // The one retain that `close()` gives back.
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    event = unsafe Event(loop: loop, subject: subject, kind: kind, context: context) { _, _, context in
      unsafe Unmanaged<LoopEvent>.fromOpaque(context!).takeUnretainedValue().didFire()
    }
  }

  /// Waits for the event.
  func add() { event?.add() }

  func remove() { event?.remove() }

  func close() {
    guard let event else { return }
    self.event = nil
    handler = nil
    event.free()
    loop.retire(self)
    unsafe Unmanaged.passUnretained(self).release()
  }

  private func didFire() {
    loop.refreshNow()
    handler?()
  }
}
