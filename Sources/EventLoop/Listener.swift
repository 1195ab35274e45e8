// A listening TCP socket that hands out accepted descriptors. Never reads from them.

internal import CLibevent
internal import CLinux
internal import Glibc

/// Listens until `close()`. The handler gets each accepted, non-blocking descriptor and owns it from then on.
package final class Listener {
  package let port: UInt16
  private let fd: Int32
  private let handler: (Int32) -> Void
  private var event: LoopEvent?

  /// Binds and listens. `port` 0 takes a free one.
  ///
  /// - Parameter sharesPort: others of this process listen on the same port, and the kernel chooses one for each
  ///   connection (SO_REUSEPORT).
  package init(
    loop: EventLoop, host: String, port: UInt16, sharesPort: Bool = false, handler: @escaping (Int32) -> Void
  ) throws(EventLoopError) {
    let address = try Socket.resolve(host: host, port: port)
    let fd = try Socket.makeTCP()
    Socket.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
    if sharesPort { Socket.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
    guard unsafe Socket.withAddress(address, { unsafe bind(fd, $0, $1) }) == 0, listen(fd, SOMAXCONN) == 0 else {
      let error = errno
      Glibc.close(fd)
      throw .systemCall("bind", errno: error, about: "\(host):\(port)")
    }
    self.fd = fd
    self.handler = handler
    self.port = Socket.port(of: fd)
    let event = LoopEvent(loop: loop, subject: fd, kind: EV_READ | EV_PERSIST) { self.didBecomeReadable() }
    self.event = event
    event.add()
  }

  package func close() {
    guard let event else { return }
    self.event = nil
    event.close()
    Glibc.close(fd)
  }

  private func didBecomeReadable() {
    while event != nil {
      let accepted = ctx_accept(fd)
      // Out of descriptors, or nobody waits any more: the next readiness tries again.
      guard accepted >= 0 else { return }
      Socket.configure(accepted)
      handler(accepted)
    }
  }
}
