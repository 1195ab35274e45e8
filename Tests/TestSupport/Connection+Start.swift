// A connection that starts at once: what most tests want.

package import EventLoop

extension Connection {
  package convenience init(loop: EventLoop, fd: Int32, delegate: any ConnectionDelegate) {
    self.init(loop: loop, fd: fd)
    start(delegate: delegate)
  }

  package convenience init(
    loop: EventLoop, host: String, port: UInt16, delegate: any ConnectionDelegate
  ) throws(EventLoopError) {
    try self.init(loop: loop, host: host, port: port)
    start(delegate: delegate)
  }
}
