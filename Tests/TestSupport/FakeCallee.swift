// A callee written by hand: answers hellos, keeps what nodes send, and replies only when a test says so.

package import EventLoop
internal import Wire

package final class FakeCallee {
  package private(set) var callers: [FrameClient] = []
  private var listener: Listener!

  package init(loop: EventLoop) throws {
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self, unowned loop] fd in
      let caller = FrameClient(loop: loop, fd: fd)
      callers.append(caller)
      // The node asks nothing of the callee's hello but its version.
      caller.send(FrameBytes.hello())
    }
  }

  package var port: UInt16 { listener.port }

  package var requests: [ReceivedFrame] { callers.flatMap { $0.received.filter { $0.type == .request } } }

  package var cancels: [UInt64] { callers.flatMap { $0.received.filter { $0.type == .cancel }.map(\.id) } }

  /// Sends to the caller whose connection brought the request with that id.
  package func send(_ frame: FrameBytes) {
    let owner = callers.first { $0.received.contains { $0.type == .request && $0.id == frame.id } }
    owner?.send(frame)
  }

  /// Every connection is dropped; the listener stays.
  package func dropCallers() { callers.forEach { $0.close() } }

  package func close() {
    dropCallers()
    listener.close()
  }
}
