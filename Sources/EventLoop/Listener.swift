// A listening TCP socket that hands out accepted descriptors. Never reads from them.

internal import CLibevent
internal import CLinux
internal import Glibc

/// Listens until `close()`. The handler gets each accepted, non-blocking descriptor and owns it from then on.
///
/// Without descriptors or memory for another connection it accepts none for a while: those that wait, wait in the
/// kernel, and the loop is not kept busy with them.
package final class Listener {
  /// Nanoseconds from a failed try to the next; doubled from try to try.
  private static let pauses: ClosedRange<Int64> = 10_000_000...1_000_000_000

  package let port: UInt16
  private let fd: Int32
  private let handler: (Int32) -> Void
  private let didRunOut: (String) -> Void
  private var event: LoopEvent?
  private var timer: Timer!
  private var pause = Listener.pauses.lowerBound
  /// Connections may wait that could not be accepted.
  private var isShort = false

  /// Binds and listens. `port` 0 takes a free one.
  ///
  /// - Parameters:
  ///   - sharesPort: others of this process listen on the same port, and the kernel chooses one for each connection
  ///     (SO_REUSEPORT).
  ///   - didRunOut: hears why no connection can be accepted for now; once, until all that wait have been.
  package init(
    loop: EventLoop, host: String, port: UInt16, sharesPort: Bool = false,
    didRunOut: @escaping (String) -> Void = { _ in }, handler: @escaping (Int32) -> Void
  ) throws(EventLoopError) {
    let address = try HostAddress(host: host, port: port)
    let fd = try Socket.makeTCP()
    Socket.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
    if sharesPort { Socket.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
    guard unsafe address.withSocketAddress({ unsafe bind(fd, $0, $1) }) == 0, listen(fd, SOMAXCONN) == 0 else {
      let error = errno
      Glibc.close(fd)
      throw .systemCall("bind", errno: error, about: address.description)
    }
    self.fd = fd
    self.handler = handler
    self.didRunOut = didRunOut
    self.port = Socket.port(of: fd)
    let event = LoopEvent(loop: loop, subject: fd, kind: EV_READ | EV_PERSIST) { self.didBecomeReadable() }
    self.event = event
    timer = Timer(loop: loop) { [unowned self] in self.event?.add() }
    event.add()
  }

  package func close() {
    guard let event else { return }
    self.event = nil
    event.close()
    timer.close()
    Glibc.close(fd)
  }

  private func didBecomeReadable() {
    while event != nil {
      let accepted = ctx_accept(fd)
      if accepted >= 0 {
        pause = Listener.pauses.lowerBound
        Socket.configure(accepted)
        handler(accepted)
      } else if errno == EAGAIN {
        isShort = false
        return
      } else if errno != EINTR && errno != ECONNABORTED {
        return wait(errno)
      }
    }
  }

  /// EMFILE, ENFILE, ENOBUFS, ENOMEM, or something that is no better when it is tried at once.
  private func wait(_ error: Int32) {
    event?.remove()
    timer.start(after: pause)
    pause = min(pause * 2, Listener.pauses.upperBound)
    if !isShort { didRunOut(errorText(error)) }
    isShort = true
  }
}
