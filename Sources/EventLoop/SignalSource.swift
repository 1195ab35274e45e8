// A Unix signal as an event of the loop.

internal import CLibevent

/// Calls its handler for every arrival of the signal, until `close()`.
package final class SignalSource {
  private let event: LoopEvent

  package init(loop: EventLoop, signal: Int32, handler: @escaping () -> Void) {
    event = LoopEvent(loop: loop, subject: signal, kind: EV_SIGNAL | EV_PERSIST, handler: handler)
    event.add()
  }

  package func close() { event.close() }
}
