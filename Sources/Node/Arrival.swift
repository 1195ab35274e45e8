// A connection that was accepted, before it is known what it speaks: its first bytes tell.

internal import EventLoop
internal import TransportCore

final class Arrival: ConnectionDelegate {
  private let server: NodeServer
  let connection: Connection

  init(server: NodeServer, fd: Int32) {
    self.server = server
    connection = Connection(loop: server.loop, fd: fd)
    connection.start(delegate: self)
  }

  /// Nothing is used up before it is known who reads it.
  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    guard let transport = Transport.begun(by: bytes, among: server.transports) else { return 0 }
    let caller = InboundConnection(server: server, connection, over: transport)
    connection.hand(to: caller)
    server.didTell(self, caller)
    return caller.connection(connection, didReceive: bytes)
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) { server.didLose(self) }
}
