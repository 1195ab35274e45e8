// A connection that was accepted, before it is known what it speaks: its first bytes tell.

internal import EventLoop
internal import TransportCore

final class Arrival: ConnectionDelegate {
  /// Nanoseconds from the first byte to those that tell.
  private static let timeMax: Int64 = 30_000_000_000

  private let server: NodeServer
  let connection: Connection
  private var timer: Timer?

  init(server: NodeServer, fd: Int32) {
    self.server = server
    connection = Connection(loop: server.loop, fd: fd)
    connection.start(delegate: self)
  }

  /// Nothing is used up before it is known who reads it.
  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    guard let transport = Transport.begun(by: bytes, among: server.transports) else {
      startTimer()
      return 0
    }
    timer?.close()
    let caller = InboundConnection(server: server, connection, over: transport)
    connection.hand(to: caller)
    server.didTell(self, caller)
    let used = caller.connection(connection, didReceive: bytes)
    server.didBegin(caller)
    return used
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    timer?.close()
    server.didLose(self)
  }

  func close() {
    timer?.close()
    connection.close()
  }

  private func startTimer() {
    guard timer == nil else { return }
    let timer = Timer(loop: server.loop) { [unowned self] in
      server.count(.stalled)
      close()
      server.didLose(self)
    }
    self.timer = timer
    timer.start(after: Arrival.timeMax)
  }
}
