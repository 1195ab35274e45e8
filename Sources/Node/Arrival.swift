// A connection that was accepted, before it is known what it speaks: its first bytes tell.

internal import EventLoop
internal import TransportCore

/// Of a listener that knows how callers without a hello write the context: there frames come as well, whose callers say.
final class Arrival: ConnectionDelegate {
  private let server: NodeServer
  private let entrance: Entrance
  let connection: Connection

  init(server: NodeServer, fd: Int32, at entrance: Entrance) {
    self.server = server
    self.entrance = entrance
    connection = Connection(loop: server.loop, fd: fd)
    connection.start(delegate: self)
  }

  /// Nothing is used up before it is known who reads it.
  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    guard let isFrame = Transport.beginsFrames(bytes) else { return 0 }
    let caller = InboundConnection(
      server: server, connection, over: isFrame ? .frame : entrance.transport,
      propagator: isFrame ? nil : entrance.propagator)
    connection.hand(to: caller)
    server.didTell(self, caller)
    return caller.connection(connection, didReceive: bytes)
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) { server.didLose(self) }
}
