// One of the client's connections to the entry. Decodes replies and hands them on; never decides what to send.

internal import Bytes
package import Control
package import EventLoop
internal import TransportCore
package import TransportFrame

/// What a load connection tells.
package protocol LoadConnectionDelegate: AnyObject {
  /// The entry has answered the hello.
  func connectionIsReady(_ connection: LoadConnection)
  func connection(_ connection: LoadConnection, didReceive reply: Frame)
  /// The connection is gone; `reason` says why.
  func connection(_ connection: LoadConnection, didFail reason: String)
}

package final class LoadConnection: ConnectionDelegate {
  package let address: ServiceAddress
  package let connection: Connection
  @exclusivity(unchecked) package private(set) var isReady = false
  /// The entry has accepted the connection.
  private(set) var isAccepted = false
  private var delegate: (any LoadConnectionDelegate)?

  package convenience init(
    loop: EventLoop, address: ServiceAddress, propagator: String, delegate: any LoadConnectionDelegate
  ) throws(EventLoopError) {
    self.init(
      try Connection(loop: loop, host: address.host, port: address.port), to: address, propagator: propagator,
      delegate: delegate)
  }

  /// Takes over a connection to `address` that has not been started, and says hello.
  package init(
    _ connection: Connection, to address: ServiceAddress, propagator: String, delegate: any LoadConnectionDelegate
  ) {
    self.address = address
    self.delegate = delegate
    self.connection = connection
    connection.start(delegate: self)
    FrameHello(edge: "client>entry", propagator: propagator).write(to: connection.output)
    connection.send()
  }

  package func close() {
    isReady = false
    delegate = nil
    connection.close()
  }

  /// Tells the entry that nobody waits for a request any more.
  func cancel(_ id: UInt64, now: Int64) {
    CancelFrame(id: id, cancelledAt: CancelTime(nanoseconds: now)).write(to: connection.output)
    connection.send()
  }

  package func connectionDidConnect(_ connection: Connection) { isAccepted = true }

  package func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    Frame.decodeAll(
      bytes, usual: .response,
      didReceiveUsual: { frame in
        delegate?.connection(self, didReceive: frame)
        return connection.isOpen
      },
      didReceive: { frame in
        didReceiveOther(frame)
        return connection.isOpen
      },
      didFail: { fault in fail("the entry sent bytes that are no frame (\(fault))") })
  }

  private func didReceiveOther(_ frame: Frame) {
    switch frame.type {
    case .response, .error: delegate?.connection(self, didReceive: frame)
    case .hello:
      guard FrameHello(frame)?.version == FrameHello.currentVersion else {
        return fail("the entry speaks another version of the protocol")
      }
      isReady = true
      delegate?.connectionIsReady(self)
    case .goaway: isReady = false
    case .request, .cancel: fail("the entry sent a \(frame.type) frame")
    }
  }

  package func connection(_ connection: Connection, didCloseWith error: Int32) {
    let what = isReady ? "the connection was lost" : "cannot be reached"
    fail(error == 0 ? "\(what): closed by the peer" : "\(what): \(errorText(error))")
  }

  private func fail(_ reason: String) {
    let delegate = self.delegate
    close()
    delegate?.connection(self, didFail: "\(address.host):\(address.port): \(reason)")
  }
}
