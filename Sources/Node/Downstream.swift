// The connections of one edge: to every replica of a callee, and to each of its workers, under one propagator.

internal import Bytes
internal import Control
internal import EventLoop
internal import Propagation
internal import Topology
internal import TransportFrame

/// An edge of this node. Requests go round its connections.
final class Downstream {
  let name: String
  let propagator: any Propagator
  private(set) var connections: [DownstreamConnection] = []
  /// The only connection, while it is ready: no array on the request path. `connections` keeps it alive.
  @exclusivity(unchecked) private var single: Unmanaged<DownstreamConnection>?
  private var turn = 0

  init(
    server: NodeServer, callee: CalleeAddresses, propagator: any Propagator
  ) throws(EventLoopError) {
    name = callee.name
    self.propagator = propagator
    // Round the replicas, so that requests are.
    for address in Array(repeating: callee.addresses, count: callee.connectionsPerAddress).joined() {
      connections.append(
        try DownstreamConnection(
          server: server, address: address, callee: callee.name, propagator: propagator.name))
    }
    connections.forEach { $0.owner = self }
  }

  var isReady: Bool { connections.allSatisfy(\.isReady) }

  /// The next connection that is ready, or nil when the callee cannot be reached.
  @inline(__always)
  func pick() -> Unmanaged<DownstreamConnection>? {
    single ?? pickReplica()
  }

  func readinessDidChange() {
    guard connections.count == 1 else { return }
    single = connections[0].isReady ? Unmanaged.passUnretained(connections[0]) : nil
  }

  @inline(never)
  private func pickReplica() -> Unmanaged<DownstreamConnection>? {
    for _ in connections.indices {
      turn = turn &+ 1 < connections.count ? turn &+ 1 : 0
      if connections[turn].isReady { return Unmanaged.passUnretained(connections[turn]) }
    }
    return nil
  }

  func close() { connections.forEach { $0.close() } }
}

/// One connection to one replica of a callee. Ready once the callee has answered the hello.
final class DownstreamConnection: ConnectionDelegate {
  let server: NodeServer
  let callee: String
  private let propagator: String
  let connection: Connection
  /// That of `connection`.
  let output: ByteBuffer
  weak var owner: Downstream?
  @exclusivity(unchecked) private(set) var isReady = false {
    didSet { owner?.readinessDidChange() }
  }
  @exclusivity(unchecked) private var isClosed = false
  /// The callee does not keep up.
  private var isFull = false

  init(
    server: NodeServer, address: ServiceAddress, callee: String, propagator: String
  ) throws(EventLoopError) {
    self.server = server
    self.callee = callee
    self.propagator = propagator
    connection = try Connection(loop: server.loop, host: address.host, port: address.port)
    output = connection.output
    connection.start(delegate: self)
    FrameHello(edge: "\(server.configuration.service.name)>\(callee)", propagator: propagator).write(to: output)
    connection.send()
  }

  func close() {
    connection.close()
    didClose()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    Frame.decodeAll(
      bytes, usual: .response,
      didReceiveUsual: { frame in
        server.didReceive(response: frame, on: self)
        return true
      },
      didReceive: { frame in
        didReceiveOther(frame)
        return !isClosed
      },
      didFail: fail)
  }

  @inline(never)
  private func didReceiveOther(_ frame: Frame) {
    switch frame.type {
    case .response: server.didReceive(response: frame, on: self)
    case .error: server.didReceive(error: frame, on: self)
    case .hello:
      guard FrameHello(frame)?.version == FrameHello.currentVersion else { return fail(.unexpectedHello) }
      isReady = true
      server.didConnectEdge()
    case .goaway: isReady = false
    case .request, .cancel: fail(.unexpectedType)
    }
  }

  @inline(never)
  private func fail(_ fault: FrameFault) {
    server.count(fault)
    close()
    server.didLose(self, reason: "\(fault)")
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    didClose()
    server.didLose(self, reason: error == 0 ? "it closed the connection" : errorText(error))
  }

  func connectionDidFill(_ connection: Connection) {
    isFull = true
    server.edgeDidFill()
  }

  func connectionDidDrain(_ connection: Connection) {
    isFull = false
    server.edgeDidDrain()
  }

  private func didClose() {
    isReady = false
    isClosed = true
    if isFull { connectionDidDrain(connection) }
  }
}
