// A caller's connection: decodes what arrives, keeps the list of its requests, and closes on anything that is no frame.

internal import Bytes
internal import EventLoop
internal import Propagation
internal import Wire

final class InboundConnection: ConnectionDelegate {
  let server: NodeServer
  private(set) var connection: Connection!
  /// How this caller writes the context; set by its hello.
  private(set) var propagator: (any Propagator)?
  /// Its requests under way, oldest first; slot indices, -1 for none.
  var firstRequest: Int32 = -1
  var lastRequest: Int32 = -1

  init(server: NodeServer, fd: Int32) {
    self.server = server
    connection = Connection(loop: server.loop, fd: fd, delegate: self)
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while connection.isOpen {
      switch Frame.decode(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
      case .needsMore: return used
      case .invalid(let fault):
        fail(fault)
        return used
      case .frame(let frame):
        used &+= frame.size
        didReceive(frame)
      }
    }
    return used
  }

  private func didReceive(_ frame: Frame) {
    switch frame.type {
    case .request:
      guard let propagator else { return fail(.unexpectedType) }
      guard frame.hopsLeft > 0 else { return fail(.noHopsLeft) }
      server.begin(frame, from: self, propagator: propagator)
    case .cancel:
      server.cancel(id: frame.id, from: self)
    case .hello:
      guard let hello = FrameHello(frame), hello.version == FrameHello.currentVersion,
        let propagator = PropagatorRegistry.resolve(hello.propagator)
      else { return fail(.unexpectedHello) }
      self.propagator = propagator
      FrameHello(edge: hello.edge, propagator: hello.propagator).write(to: connection.output)
      connection.send()
    case .response, .error, .goaway:
      fail(.unexpectedType)
    }
  }

  private func fail(_ fault: FrameFault) {
    server.count(fault)
    connection.close()
    server.didLose(self)
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) { server.didLose(self) }

  /// The caller does not read: its requests wait in the kernel until it does.
  func connectionDidFill(_ connection: Connection) { connection.pauseReading() }

  func connectionDidDrain(_ connection: Connection) { connection.resumeReading() }
}
