// A listening socket: the port it gets, whom it accepts, and what is left when it closes.

import Glibc
import TestSupport
import Testing

import EventLoop

@Suite("The listener")
struct ListenerTests {
  @Test("Port 0 takes a free port and says which")
  func freePort() throws {
    let loop = try makeLoop()
    let first = try Listener(loop: loop, host: "127.0.0.1", port: 0) { _ in }
    let second = try Listener(loop: loop, host: "127.0.0.1", port: 0) { _ in }
    #expect(first.port != 0 && second.port != 0)
    #expect(first.port != second.port)
    first.close()
    second.close()
    #expect(!loop.turn())
  }

  @Test("A port in use is an error that names address and cause")
  func portInUse() throws {
    let loop = try makeLoop()
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { _ in }
    defer { listener.close() }
    let error = #expect(throws: EventLoopError.self) {
      _ = try Listener(loop: loop, host: "127.0.0.1", port: listener.port) { _ in }
    }
    #expect(error?.description == "127.0.0.1:\(listener.port): bind: Address already in use")
  }

  @Test("A host that has no address is an error that names it")
  func unknownHost() throws {
    let loop = try makeLoop()
    let error = #expect(throws: EventLoopError.self) {
      _ = try Listener(loop: loop, host: "", port: 0) { _ in }
    }
    #expect(error == .unknownHost(""))
    #expect(EventLoopError.unknownHost("nowhere").description == "nowhere: unknown host")
  }

  @Test("A burst of connections is accepted whole, each as a descriptor that neither waits nor outlives an exec")
  func burst() throws {
    let loop = try makeLoop()
    var accepted: [Peer] = []
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { accepted.append(Peer(fd: $0)) }
    defer { listener.close() }
    let recorders = (0..<100).map { _ in Recorder() }
    let connections = try recorders.map {
      try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: $0)
    }
    for (index, connection) in connections.enumerated() {
      connection.append([UInt8(index)])
      connection.send()
    }
    let isComplete = loop.turn {
      for peer in accepted { peer.drain() }
      return accepted.filter { !$0.received.isEmpty }.count == connections.count
    }
    #expect(isComplete)
    #expect(recorders.allSatisfy { $0.events == [.connected] })
    #expect(accepted.flatMap(\.received).sorted() == (0..<100).map { UInt8($0) })
    for peer in accepted {
      #expect(fcntl(peer.fd, F_GETFL) & O_NONBLOCK != 0)
      #expect(fcntl(peer.fd, F_GETFD) & FD_CLOEXEC != 0)
      var noDelay: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      getsockopt(peer.fd, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, &size)
      #expect(noDelay == 1)
    }
    for connection in connections { connection.close() }
  }

  @Test("Once it is closed nobody is accepted, and who waited meets the end")
  func close() throws {
    let loop = try makeLoop()
    var acceptedCount = 0
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { _ in acceptedCount += 1 }
    let recorder = Recorder()
    // Waits in the kernel's queue.
    let connection = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
    listener.close()
    listener.close()
    #expect(loop.turn { !connection.isOpen })
    #expect(acceptedCount == 0)
    #expect(recorder.events.last == .closed(ECONNRESET))
    #expect(!loop.turn())
  }

  @Test("Its handler may close it: the others of the burst are not accepted")
  func closeInside() throws {
    let loop = try makeLoop()
    var accepted: [Peer] = []
    var listener: Listener!
    listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) {
      accepted.append(Peer(fd: $0))
      listener.close()
    }
    let connections = try (0..<5).map { _ in
      try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: Recorder())
    }
    #expect(loop.turn { connections.filter(\.isOpen).count == 1 })
    #expect(accepted.count == 1)
    for connection in connections { connection.close() }
    #expect(!loop.turn())
  }
}
