// A Unix signal as an event of the loop.

internal import CLibevent

package final class SignalSource {
  private let loop: EventLoop
  private var event: OpaquePointer?
  private var handler: (() -> Void)?

  package init(loop: EventLoop, signal: Int32, handler: @escaping () -> Void) {
    self.loop = loop
    self.handler = handler
    let context = Unmanaged.passRetained(self).toOpaque()
    event = event_new(
      loop.base, signal, Int16(EV_SIGNAL | EV_PERSIST),
      { _, _, context in Unmanaged<SignalSource>.fromOpaque(context!).takeUnretainedValue().didArrive() }, context)
    event_add(event, nil)
  }

  package func close() {
    guard let event else { return }
    self.event = nil
    handler = nil
    event_free(event)
    loop.retire(self)
    Unmanaged.passUnretained(self).release()
  }

  private func didArrive() {
    loop.refreshNow()
    handler?()
  }
}
