// The connections of one edge: to every replica of a callee, and to each of its workers, under one propagator.

internal import Bytes
internal import Control
internal import EventLoop
internal import Propagation
internal import Topology
internal import TransportFrame

/// An edge of this node. Requests go round its connections.
final class Downstream {
  /// Bytes that wait for a callee that does not keep up; a request beyond is refused. See docs/ARCHITECTURE.md.
  static let waitingSizeMax = 64 << 20

  let name: String
  let propagator: any Propagator
  private var places: [EdgePlace] = []
  /// The only connection, while it is ready and its callee keeps up: no array on the request path. Its place keeps it
  /// alive.
  @exclusivity(unchecked) private var single: Unmanaged<DownstreamConnection>?
  private var turn = 0

  /// `connect` comes next.
  ///
  /// - Parameter index: of the edge in its service.
  init(server: NodeServer, callee: CalleeAddresses, propagator: any Propagator, index: Int) {
    name = callee.name
    self.propagator = propagator
    // Round the replicas, so that requests are.
    for address in Array(repeating: callee.addresses, count: callee.connectionsPerAddress).joined() {
      let seed = server.configuration.seed &+ UInt64(index) << 32 &+ UInt64(places.count)
      places.append(EdgePlace(server: server, edge: self, address: address, seed: seed))
    }
  }

  func connect() { places.forEach { $0.connect() } }

  var connections: [DownstreamConnection] { places.flatMap(\.connections) }

  /// All of its connections have exchanged their hellos.
  var isConnected: Bool { places.allSatisfy { $0.current?.isReady == true } }

  /// The callee can be reached, though it may not keep up.
  var isReady: Bool { places.contains { $0.current?.isReady == true } }

  /// The next connection that takes a request, or nil: see `NodeServer.refusal`.
  @inline(__always)
  func pick() -> Unmanaged<DownstreamConnection>? {
    single ?? pickReplica()
  }

  func readinessDidChange() {
    guard places.count == 1, let current = places[0].current, current.isReady, !current.isFull else {
      single = nil
      return
    }
    single = Unmanaged.passUnretained(current)
  }

  /// One that keeps up, before one that still has room.
  @inline(never)
  private func pickReplica() -> Unmanaged<DownstreamConnection>? {
    var slow: DownstreamConnection?
    for _ in places.indices {
      turn = turn &+ 1 < places.count ? turn &+ 1 : 0
      guard let connection = places[turn].current, connection.isReady else { continue }
      if !connection.isFull { return Unmanaged.passUnretained(connection) }
      if connection.output.count < Downstream.waitingSizeMax { slow = slow ?? connection }
    }
    return slow.map(Unmanaged.passUnretained)
  }

  func close() {
    places.forEach { $0.close() }
    single = nil
  }
}

/// One connection to one replica of a callee. Ready once the callee has answered the hello.
final class DownstreamConnection: ConnectionDelegate {
  let server: NodeServer
  let connection: Connection
  /// That of `connection`.
  let output: ByteBuffer
  private unowned let place: EdgePlace
  @exclusivity(unchecked) private(set) var isReady = false
  /// The callee does not keep up.
  @exclusivity(unchecked) private(set) var isFull = false
  private(set) var isConnected = false

  init(server: NodeServer, place: EdgePlace, to address: HostAddress, edge: Downstream) throws(EventLoopError) {
    self.server = server
    self.place = place
    connection = try Connection(loop: server.loop, to: address)
    output = connection.output
    connection.start(delegate: self)
    FrameHello(
      edge: "\(server.configuration.service.name)>\(edge.name)", propagator: edge.propagator.name
    ).write(to: output)
    connection.send()
  }

  func close() {
    isReady = false
    connection.close()
  }

  func connectionDidConnect(_ connection: Connection) { isConnected = true }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    Frame.decodeAll(
      bytes, usual: .response,
      didReceiveUsual: { frame in
        server.didReceive(response: frame, on: self)
        return true
      },
      didReceive: { frame in
        didReceiveOther(frame)
        return connection.isOpen
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
      place.didBecomeReady(self)
    case .goaway:
      isReady = false
      place.didReceiveGoaway(on: self)
    case .request, .cancel: fail(.unexpectedType)
    }
  }

  @inline(never)
  private func fail(_ fault: FrameFault) {
    server.count(fault)
    close()
    place.didLose(self, reason: "\(fault)")
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    isReady = false
    place.didLose(self, reason: error == 0 ? "it closed the connection" : errorText(error))
  }

  func connectionDidFill(_ connection: Connection) {
    isFull = true
    place.readinessDidChange()
  }

  func connectionDidDrain(_ connection: Connection) {
    isFull = false
    place.readinessDidChange()
  }
}
