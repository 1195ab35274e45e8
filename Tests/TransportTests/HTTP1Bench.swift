// A node that speaks HTTP/1.1, with callers and a callee that are written by hand: whatever bytes a test wants.

import Bytes
import Control
import EventLoop
import Glibc
import Node
import TestSupport
import Testing
import Topology
import TransportCore

/// One end of a connection, as text.
final class TextPeer: ConnectionDelegate {
  private(set) var connection: Connection!
  private(set) var text = ""
  /// An errno value once the peer has gone, 0 for an orderly end.
  private(set) var closedWith: Int32?
  /// Of one that was accepted.
  private var fd: Int32 = -1

  init(loop: EventLoop, port: UInt16) throws {
    connection = try Connection(loop: loop, host: "127.0.0.1", port: port, delegate: self)
  }

  init(loop: EventLoop, fd: Int32) {
    self.fd = fd
    connection = Connection(loop: loop, fd: fd, delegate: self)
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    guard connection.isOpen else { return }
    bytes.withUnsafeBytes { connection.output.append($0) }
    connection.send()
  }

  /// What has come since the last call.
  func takeText() -> String {
    defer { text = "" }
    return text
  }

  /// The first lines of the replies or requests so far.
  var firstLines: [String] {
    text.matches(of: /HTTP\/1\.1 \d[^\r]*|POST \/ HTTP\/1\.1/).map { String($0.output) }
  }

  func close() { connection.close() }

  /// Closes so that the other end meets a reset; only of one that was accepted.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    text += String(decoding: bytes, as: UTF8.self)
    return bytes.count
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) { closedWith = error }
}

/// A server that does nothing but listen.
final class TextCallee {
  private let loop: EventLoop
  private var listener: Listener!
  private(set) var peers: [TextPeer] = []

  init(loop: EventLoop) throws {
    self.loop = loop
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { [unowned self] fd in
      peers.append(TextPeer(loop: loop, fd: fd))
    }
  }

  var port: UInt16 { listener.port }

  /// Those that a request has come over and that are still there.
  var busy: [TextPeer] { peers.filter { $0.text.contains("\r\n\r\n") && $0.closedWith == nil && $0.connection.isOpen } }

  func close() {
    listener.close()
    peers.forEach { $0.close() }
  }
}

final class HTTP1Bench: NodeServerDelegate {
  static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

  let loop: EventLoop
  let callee: TextCallee?
  private var server: NodeServer!
  private let page: UnsafeMutablePointer<CounterPage>
  private(set) var port: UInt16 = 0
  private var peers: [TextPeer] = []
  private var isConnected = false
  private(set) var reasons: [String] = []
  private(set) var lostReasons: [String] = []

  /// - Parameters:
  ///   - timeout: of the call, in nanoseconds; 0 for none.
  ///   - requestTimeMax: nanoseconds that a request may take to come.
  ///   - scripted: it makes the calls that its requests ask for, and no other.
  init(
    script: [Step] = [], calls: Bool = false, timeout: Int64 = 0, retries: Int = 0, responseSize: Int = 8,
    requestTimeMax: Int64? = nil, forwardsBody: Bool = false, scripted: Bool = false,
    pipeline: Int? = nil
  ) throws {
    loop = try makeLoop()
    page = .allocate(capacity: 1)
    page.initialize(to: CounterPage())
    callee = calls ? try TextCallee(loop: loop) : nil
    var call = Call(
      service: 0, payloadSize: 4, timeoutNanoseconds: timeout, probability: 1, retries: retries,
      propagator: "tracecontext,baggage", transport: "http1", dropsContext: false, pipeline: pipeline)
    if forwardsBody { call.forwardsBody = true }
    var service = Service(
      name: "middle", replicas: 1, workers: 1, strategy: "custom", store: "map", contextWork: true, keysPerLayer: 1,
      growth: "shadow", responseSize: responseSize, errorRate: 0,
      script: script + (calls && !scripted ? [.call(call)] : []))
    if scripted { service.scriptedCalls = ScriptedCallRules(propagator: "tracecontext") }
    var transport = Transport.http1
    if let requestTimeMax { transport.requestTimeMax = requestTimeMax }
    server = try NodeServer(
      loop: loop,
      configuration: NodeConfiguration(
        service: service, layer: 1, replica: 0, host: "127.0.0.1", port: 0, seed: 7,
        assumedPropagator: "tracecontext,baggage"), counters: page, transports: [.frame, transport])
    port = try server.listen()
    server.delegate = self
    try server.connect(
      (callee.map { [$0.port] } ?? []).map {
        CalleeAddresses(
          service: 0, name: "leaf", addresses: [ServiceAddress(host: "127.0.0.1", port: $0)],
          assumedPropagator: "tracecontext,baggage")
      })
    #expect(loop.turn { isConnected })
  }

  deinit { page.deallocate() }

  func close() {
    peers.forEach { $0.close() }
    server.close()
    callee?.close()
  }

  var counters: CounterPage { page.pointee }

  func connect() throws -> TextPeer {
    let peer = try TextPeer(loop: loop, port: port)
    peers.removeAll { !$0.connection.isOpen }
    peers.append(peer)
    return peer
  }

  /// Connections closed for that reason.
  func count(_ fault: TransportFault) -> UInt64 { counters.faultsByReason[Int(fault.rawValue)] }

  func serverDidConnect(_ server: NodeServer) { isConnected = true }
  func server(_ server: NodeServer, didCloseConnectionFor reason: String) { reasons.append(reason) }
  func server(_ server: NodeServer, didLoseCallee name: String, reason: String) { lostReasons.append(reason) }
}
