// One of the client's connections to the entry. Decodes replies and hands them on; never decides what to send.

internal import Bytes
internal import Control
internal import EventLoop
internal import Wire

/// What a load connection tells.
protocol LoadConnectionDelegate: AnyObject {
  /// The entry has answered the hello.
  func connectionIsReady(_ connection: LoadConnection)
  func connection(_ connection: LoadConnection, didReceive reply: Frame)
  /// The connection is gone; `reason` says why.
  func connection(_ connection: LoadConnection, didFail reason: String)
}

final class LoadConnection: ConnectionDelegate {
  let address: ServiceAddress
  let connection: Connection
  @exclusivity(unchecked) private(set) var isReady = false
  private var delegate: (any LoadConnectionDelegate)?

  init(
    loop: EventLoop, address: ServiceAddress, propagator: String, delegate: any LoadConnectionDelegate
  ) throws(EventLoopError) {
    self.address = address
    self.delegate = delegate
    connection = try Connection(loop: loop, host: address.host, port: address.port)
    connection.start(delegate: self)
    FrameHello(edge: "client>entry", propagator: propagator).write(to: connection.output)
    connection.send()
  }

  func close() {
    isReady = false
    delegate = nil
    connection.close()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
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

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    let what = isReady ? "the connection was lost" : "cannot be reached"
    fail(error == 0 ? "\(what): closed by the peer" : "\(what): \(errorText(error))")
  }

  private func fail(_ reason: String) {
    let delegate = self.delegate
    close()
    delegate?.connection(self, didFail: "\(address.host):\(address.port): \(reason)")
  }
}
