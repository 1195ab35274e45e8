// How a connection ends: by its peer, by an error, by its owner in the middle of a callback. Once, and leaving nothing.

import Glibc
import TestSupport
import Testing

import CLinux
import EventLoop

@Suite("How a connection ends")
struct ConnectionClosingTests {
  @Test("The peer's close is reported once, with error 0, behind the bytes it sent")
  func peerCloses() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    var receivedBefore: [UInt8]?
    pair.recorder.didHear = { connection, _ in
      receivedBefore = pair.recorder.received
      #expect(!connection.isOpen)
    }
    pair.peer.write([1, 2, 3])
    pair.peer.close()
    #expect(loop.turn { !pair.recorder.events.isEmpty })
    #expect(receivedBefore == [1, 2, 3])
    // Nothing is registered any more, so nothing can follow.
    #expect(!loop.turn())
    pair.connection.close()
    #expect(pair.recorder.events == [.closed(0)])
  }

  @Test("A reset over TCP is reported once, with its errno value")
  func reset() throws {
    let loop = try makeLoop()
    let recorder = Recorder()
    var accepted: Peer?
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { accepted = Peer(fd: $0) }
    let connection = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
    #expect(loop.turn { accepted != nil && !recorder.events.isEmpty })
    listener.close()
    accepted?.reset()
    #expect(loop.turn { recorder.events.count == 2 })
    #expect(!loop.turn())
    #expect(recorder.events == [.connected, .closed(ECONNRESET)])
    #expect(!connection.isOpen)
  }

  @Test("A write that nobody can read is reported once, with its errno value")
  func brokenPipe() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    // Else the end would be read before the write is tried.
    pair.connection.pauseReading()
    pair.peer.close()
    pair.connection.append([1])
    pair.connection.send()
    loop.flush()
    #expect(pair.recorder.events == [.closed(EPIPE)])
    #expect(!pair.connection.isOpen)
    #expect(!loop.turn())
    #expect(pair.recorder.events == [.closed(EPIPE)])
  }

  @Test("A connect tells of its success before the first bytes")
  func connects() throws {
    let loop = try makeLoop()
    let recorder = Recorder()
    var accepted: Peer?
    let listener = try Listener(loop: loop, host: "localhost", port: 0) { fd in
      accepted = Peer(fd: fd)
      accepted?.write([5])
    }
    defer { listener.close() }
    let connection = try Connection(loop: loop, host: "localhost", port: listener.port)
    defer { connection.close() }
    #expect(loop.turn { accepted != nil })
    // Started late: the connect has succeeded and bytes lie ready.
    connection.start(delegate: recorder)
    var receivedBefore: [UInt8]?
    recorder.didHear = { _, _ in receivedBefore = recorder.received }
    #expect(loop.turn { !recorder.received.isEmpty })
    #expect(recorder.events == [.connected])
    #expect(receivedBefore == [])
  }

  @Test("A refused connect is reported once, and output queued meanwhile is dropped with it")
  func refused() throws {
    let loop = try makeLoop()
    // A port that is taken and that nobody listens on.
    let fd = ctx_tcp_socket()
    defer { close(fd) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(fd, $0, size) == 0 && getsockname(fd, $0, &size) == 0)
      }
    }
    let recorder = Recorder()
    let connection = try Connection(
      loop: loop, host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port), delegate: recorder)
    connection.append([1, 2, 3])
    connection.send()
    #expect(loop.turn { !recorder.events.isEmpty })
    #expect(!loop.turn())
    #expect(recorder.events == [.closed(ECONNREFUSED)])
    #expect(!connection.isOpen)
  }

  @Test("A connect that fails at once is thrown, with the address in its text")
  func failsAtOnce() throws {
    let loop = try makeLoop()
    // A broadcast address takes no TCP connection.
    let error = #expect(throws: EventLoopError.self) {
      _ = try Connection(loop: loop, host: "255.255.255.255", port: 9)
    }
    guard case .systemCall("connect", _, about: "255.255.255.255:9") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  enum Callback: CaseIterable { case connected, received, filled, drained, closed }

  @Test("An owner may close in each callback, and give up its last references there", arguments: Callback.allCases)
  func closesInside(_ callback: Callback) throws {
    let loop = try makeLoop()
    var peer: Peer?
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { fd in
      peer = Peer(fd: fd)
      peer?.write([1, 2, 3])
    }
    defer { listener.close() }
    var closeCount = 0
    func end(_ connection: Connection) {
      connection.close()
      connection.close()
      connection.send()
      connection.pauseReading()
      connection.resumeReading()
      closeCount += 1
      #expect(!connection.isOpen)
    }
    // Held by nobody but the loop.
    weak var connection: Connection?
    weak var recorder: Recorder?
    do {
      let new = Recorder()
      new.use = { connection, bytes in
        if callback == .received { end(connection) }
        return bytes.count
      }
      new.didHear = { connection, event in
        if callback == ConnectionClosingTests.callback(of: event) { return end(connection) }
        guard event == .connected, callback != .received else { return }
        connection.append(pattern(4 * Connection.outputSizeMax))
        connection.send()
      }
      let newConnection = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: new)
      connection = newConnection
      recorder = new
    }
    let isClosed = loop.poll {
      if callback == .drained { peer?.drain() }
      if callback == .closed { peer?.reset() }
      return closeCount > 0
    }
    #expect(isClosed)
    loop.turn(for: 1_000_000)
    #expect(closeCount == 1)
    #expect(connection == nil)
    #expect(recorder == nil)
  }

  private static func callback(of event: ConnectionEvent) -> Callback {
    switch event {
    case .connected: .connected
    case .closed: .closed
    case .filled: .filled
    case .drained: .drained
    }
  }

  @Test("A connection that is closed by another's callback in the same turn is told nothing more")
  func closedByAnother() throws {
    let loop = try makeLoop()
    let pairs = [ConnectedPair(loop), ConnectedPair(loop)]
    for (index, pair) in pairs.enumerated() {
      pair.recorder.use = { _, bytes in
        pairs[1 - index].connection.close()
        return bytes.count
      }
      pair.peer.write([1])
    }
    #expect(loop.turn())
    #expect(pairs.map(\.recorder.deliveryCount).sorted() == [0, 1])
    for pair in pairs { pair.connection.close() }
    #expect(!loop.turn())
  }

  @Test("Closing drops what was not sent, and the peer meets the end")
  func dropsOutput() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    pair.connection.append([1, 2])
    pair.connection.send()
    pair.connection.close()
    loop.flush()
    pair.peer.drain()
    #expect(pair.peer.isAtEnd)
    #expect(pair.peer.received == [])
    #expect(pair.recorder.events == [])
  }

  @Test("A closed connection is no longer queued: a new one in its memory is not written in its stead")
  func leavesQueue() throws {
    let loop = try makeLoop()
    for _ in 0..<20 {
      let pair = ConnectedPair(loop)
      pair.connection.send()
      pair.connection.close()
    }
    let pairs = (0..<20).map { _ in ConnectedPair(loop) }
    // Appended and not sent.
    for pair in pairs { pair.connection.append([1]) }
    loop.flush()
    for pair in pairs {
      pair.peer.drain()
      #expect(pair.peer.received == [])
      pair.connection.close()
    }
  }

  @Test("Outside a turn a closed connection and its delegate are freed at once")
  func freedOutside() throws {
    let loop = try makeLoop()
    weak var weakConnection: Connection?
    weak var weakRecorder: Recorder?
    do {
      let pair = ConnectedPair(loop)
      weakConnection = pair.connection
      weakRecorder = pair.recorder
    }
    #expect(weakConnection != nil && weakRecorder != nil)
    weakConnection?.close()
    #expect(weakConnection == nil && weakRecorder == nil)
  }

  @Test("No descriptor is left behind, however connections, listeners and timers end")
  func descriptors() async {
    // In a process of its own: other tests open descriptors meanwhile.
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      let before = openDescriptorCount()
      for _ in 0..<20 { try openAndCloseEverything() }
      // The runtime opens a few of its own at any time; what is left behind here is left 20 times.
      #expect(openDescriptorCount() < before + 20)
    }
  }
}

/// Every way to open and to close, each once.
private func openAndCloseEverything() throws {
  let loop = try EventLoop()
  let ownerCloses = ConnectedPair(loop)
  ownerCloses.connection.close()
  let peerCloses = ConnectedPair(loop)
  peerCloses.peer.close()
  precondition(loop.turn { !peerCloses.connection.isOpen })
  let neverStarted = Connection(loop: loop, fd: makeSocketPairEnd())
  neverStarted.close()
  let throwing = try? Connection(loop: loop, host: "255.255.255.255", port: 9)
  precondition(throwing == nil)

  var accepted: [Peer] = []
  let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { accepted.append(Peer(fd: $0)) }
  let inUse = try? Listener(loop: loop, host: "127.0.0.1", port: listener.port) { _ in }
  precondition(inUse == nil)
  let recorder = Recorder()
  let connected = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
  precondition(loop.turn { !accepted.isEmpty && recorder.events == [.connected] })
  accepted[0].reset()
  precondition(loop.turn { !connected.isOpen })
  listener.close()
  let refused = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
  precondition(loop.turn { !refused.isOpen })

  let timer = Timer(loop: loop) {}
  timer.start(after: 1_000_000_000)
  timer.close()
  // Dropped without being closed.
  Timer(loop: loop) {}.start(after: 1_000_000_000)
  let wheel = TimerWheel(loop: loop) { _ in }
  _ = wheel.schedule(at: loop.now, token: 1)
  wheel.close()
  let source = SignalSource(loop: loop, signal: SIGUSR1) {}
  source.close()
}

/// One end of a pair; the other is closed already.
private func makeSocketPairEnd() -> Int32 {
  let (near, far) = makeSocketPair()
  close(far)
  return near
}
