// The way from one thread to another's loop: messages in a queue, and a descriptor that wakes the loop. Never on the way
// of a request.

internal import CLibevent
internal import CLinux
internal import Glibc
internal import Synchronization

/// Any thread may `post`; the one that called `open` receives, in the order of posting.
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let fd: Int32

  package init() throws(EventLoopError) {
    fd = ctx_event()
    guard fd >= 0 else { throw .systemCall("eventfd", errno: errno, about: "mailbox") }
  }

  deinit { Glibc.close(fd) }

  package func post(_ message: Message) {
    let isFirst = messages.withLock { messages in
      messages.append(message)
      return messages.count == 1
    }
    if isFirst { ctx_signal_event(fd) }
  }

  /// Hands every message to `handler` on `loop`, in its turns, until what is returned is called there. Once.
  @discardableResult
  package func open(on loop: EventLoop, handler: @escaping (Message) -> Void) -> () -> Void {
    // Edge-triggered: each post that follows an emptied queue is an edge.
    let event = LoopEvent(loop: loop, subject: fd, kind: EV_READ | EV_ET | EV_PERSIST) { [self] in
      let received = messages.withLock { messages in
        defer { messages = [] }
        return messages
      }
      received.forEach(handler)
    }
    event.add()
    return event.close
  }
}
