// How a connection's output leaves it: once per turn, whole, and with word to its owner when the peer does not read.

import Glibc
import TestSupport
import Testing

import Bytes
import EventLoop

@Suite("What a connection sends")
struct ConnectionOutputTests {
  @Test("Output is written once per turn, however often it is appended to")
  func onePerTurn() throws {
    let loop = try makeLoop()
    // A socket that keeps records: what is read at once was written at once.
    let pair = ConnectedPair(loop, SOCK_SEQPACKET)
    defer { pair.connection.close() }
    pair.recorder.use = { connection, bytes in
      for byte in bytes {
        connection.append([byte, byte])
        connection.send()
      }
      return bytes.count
    }
    for turn in 1...3 {
      pair.peer.write([1, 2, 3])
      #expect(loop.turn())
      pair.peer.drain()
      #expect(pair.peer.readSizes == [Int](repeating: 6, count: turn))
    }
    #expect(pair.peer.received == [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3])
  }

  @Test("Nothing is written before the turn ends, and a flush writes at once")
  func flush() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    pair.connection.append([1, 2])
    pair.connection.send()
    pair.connection.append([3])
    pair.peer.drain()
    #expect(pair.peer.received.isEmpty)
    loop.flush()
    pair.peer.drain()
    #expect(pair.peer.received == [1, 2, 3])
    #expect(pair.connection.output.isEmpty)
    // A second flush has nothing to write.
    loop.flush()
    pair.peer.drain()
    #expect(pair.peer.received == [1, 2, 3])
  }

  @Test("What is queued between two turns is written before the loop waits")
  func betweenTurns() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    let timer = Timer(loop: loop) { pair.peer.drain() }
    defer { timer.close() }
    timer.start(after: 0)
    pair.connection.append([7])
    pair.connection.send()
    #expect(loop.turn())
    #expect(pair.peer.received == [7])
  }

  @Test("A frame appended behind output that is on its way goes with it")
  func didAppend() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop, SOCK_SEQPACKET)
    defer { pair.connection.close() }
    for turn in 1...2 {
      for byte in [1, 2, 3] as [UInt8] {
        let end = pair.connection.output.end
        pair.connection.append([byte])
        pair.connection.didAppend(behind: end)
      }
      loop.flush()
      pair.peer.drain()
      #expect(pair.peer.readSizes == [Int](repeating: 3, count: turn))
    }
  }

  @Test("More than 4 MiB arrive whole at a peer that reads slowly, on a socket pair")
  func partialWrites() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    try checkSlowReader(loop, pair.connection, pair.recorder, pair.peer)
  }

  @Test("More than 4 MiB arrive whole at a peer that reads slowly, over TCP")
  func partialWritesTCP() throws {
    let loop = try makeLoop()
    let recorder = Recorder()
    var accepted: Peer?
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { accepted = Peer(fd: $0) }
    defer { listener.close() }
    let connection = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
    defer { connection.close() }
    #expect(loop.turn { accepted != nil && recorder.events == [.connected] })
    recorder.forgetEvents()
    try checkSlowReader(loop, connection, recorder, #require(accepted))
  }

  private func checkSlowReader(_ loop: EventLoop, _ connection: Connection, _ recorder: Recorder, _ peer: Peer) throws {
    let first = Connection.outputSizeMax + 300_000
    let sent = pattern(first + 100_000)
    connection.append(sent[..<first])
    connection.send()
    var isExtended = false
    let isComplete = loop.poll {
      peer.drain(50_000)
      if !isExtended, peer.received.count > 1 << 20 {
        // Output that is appended meanwhile stays behind what waits.
        isExtended = true
        connection.append(sent[first...])
        connection.send()
      }
      return peer.received.count >= sent.count
    }
    #expect(isComplete)
    #expect(peer.received == sent)
    #expect(connection.output.isEmpty)
    #expect(recorder.events.filter { $0 != .filled && $0 != .drained } == [])
  }

  @Test("The owner hears that output is full just over the limit, not at it, and only once")
  func full() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    blockOutput(loop, pair)
    let connection = pair.connection
    connection.append(pattern(Connection.outputSizeMax - connection.output.count))
    connection.send()
    loop.flush()
    #expect(connection.output.count == Connection.outputSizeMax)
    #expect(pair.recorder.events == [])
    for _ in 0..<3 {
      connection.append([1])
      connection.send()
      loop.flush()
      #expect(pair.recorder.events == [.filled])
    }
  }

  @Test("The owner hears of full output also when every frame is appended behind waiting output")
  func fullByDidAppend() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    let frame = pattern(100_000)
    // Turn by turn, as a server answers whose caller has stopped to read.
    var appendedSize = 0
    while appendedSize < 2 * Connection.outputSizeMax, pair.recorder.events.isEmpty {
      let end = pair.connection.output.end
      pair.connection.append(frame)
      pair.connection.didAppend(behind: end)
      appendedSize += frame.count
      loop.flush()
    }
    #expect(pair.recorder.events == [.filled])
    // The frame that goes over the limit may be the last that is seen.
    #expect(pair.connection.output.count <= Connection.outputSizeMax + 2 * frame.count)
  }

  @Test("The owner hears of full output also before a connect has succeeded")
  func fullWhileConnecting() throws {
    let loop = try makeLoop()
    let recorder = Recorder()
    var accepted: Peer?
    let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { accepted = Peer(fd: $0) }
    defer { listener.close() }
    let connection = try Connection(loop: loop, host: "127.0.0.1", port: listener.port, delegate: recorder)
    defer { connection.close() }
    let sent = pattern(Connection.outputSizeMax + 1)
    connection.append(sent)
    connection.send()
    loop.flush()
    #expect(recorder.events == [.filled])
    let isComplete = loop.poll {
      accepted?.drain()
      return accepted?.received.count == sent.count
    }
    #expect(isComplete)
    #expect(accepted?.received == sent)
    #expect(recorder.events == [.filled, .connected, .drained])
  }

  @Test("The owner hears once that output has drained, as soon as it is below half of the limit")
  func drained() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    var sizeAtDrain: Int?
    pair.recorder.didHear = { connection, event in
      if event == .drained { sizeAtDrain = connection.output.count }
    }
    pair.connection.append(pattern(3 * Connection.outputSizeMax))
    pair.connection.send()
    loop.flush()
    #expect(pair.recorder.events == [.filled])
    var smallestBefore = Int.max
    let isEmpty = loop.poll {
      if sizeAtDrain == nil { smallestBefore = min(smallestBefore, pair.connection.output.count) }
      pair.peer.drain()
      return pair.connection.output.isEmpty
    }
    #expect(isEmpty)
    #expect(pair.recorder.events == [.filled, .drained])
    #expect(smallestBefore >= Connection.outputSizeMax / 2)
    #expect(try #require(sizeAtDrain) < Connection.outputSizeMax / 2)
    #expect(try #require(sizeAtDrain) > 0)
    // Full and drained once more: the owner hears it once more.
    pair.connection.append(pattern(2 * Connection.outputSizeMax))
    pair.connection.send()
    let isEmptyAgain = loop.poll {
      pair.peer.drain()
      return pair.connection.output.isEmpty
    }
    #expect(isEmptyAgain)
    #expect(pair.recorder.events == [.filled, .drained, .filled, .drained])
  }

  @Test("A relay that pauses its source while its output is full loses nothing")
  func backpressure() throws {
    let loop = try makeLoop()
    let source = ConnectedPair(loop)
    let sink = ConnectedPair(loop)
    defer {
      source.connection.close()
      sink.connection.close()
    }
    source.recorder.use = { _, bytes in
      sink.connection.output.append(bytes)
      sink.connection.send()
      return bytes.count
    }
    sink.recorder.didHear = { _, event in
      if event == .filled { source.connection.pauseReading() }
      if event == .drained { source.connection.resumeReading() }
    }
    let sent = pattern(3 * Connection.outputSizeMax)
    var position = 0
    var largest = 0
    let isComplete = loop.poll {
      let writtenSize = source.peer.write(sent[position...])
      position += writtenSize
      largest = max(largest, sink.connection.output.count)
      // The sink reads only when the source can no longer write.
      if writtenSize == 0 { sink.peer.drain(200_000) }
      return sink.peer.received.count == sent.count
    }
    #expect(isComplete)
    #expect(sink.peer.received == sent)
    #expect(sink.recorder.events.first == .filled)
    #expect(largest <= Connection.outputSizeMax + Connection.readSize)
  }

  @Test("Every one of many connections is written at the end of a turn, and those that closed meanwhile are left out")
  func many() throws {
    let loop = try makeLoop()
    let pairs = (0..<100).map { _ in ConnectedPair(loop) }
    let trigger = ConnectedPair(loop)
    trigger.recorder.use = { _, bytes in
      for (index, pair) in pairs.enumerated() {
        pair.connection.append([UInt8(index)])
        pair.connection.send()
        if index % 3 == 0 { pair.connection.close() }
      }
      return bytes.count
    }
    trigger.peer.write([0])
    #expect(loop.turn())
    for (index, pair) in pairs.enumerated() {
      pair.peer.drain()
      #expect(pair.peer.received == (index % 3 == 0 ? [] : [UInt8(index)]))
      #expect(pair.peer.isAtEnd == (index % 3 == 0))
      pair.connection.close()
    }
    trigger.connection.close()
  }

  @Test("Output that a flush queues elsewhere is written in the same flush")
  func queuedByFlush() throws {
    let loop = try makeLoop()
    let first = ConnectedPair(loop)
    let second = ConnectedPair(loop)
    defer {
      first.connection.close()
      second.connection.close()
    }
    first.recorder.didHear = { _, event in
      #expect(event == .filled)
      second.connection.append([9])
      second.connection.send()
    }
    first.connection.append(pattern(2 * Connection.outputSizeMax))
    first.connection.send()
    loop.flush()
    second.peer.drain()
    #expect(second.peer.received == [9])
  }

  /// Fills the kernel's buffers: from then on nothing leaves until the peer reads.
  private func blockOutput(_ loop: EventLoop, _ pair: ConnectedPair) {
    pair.connection.append(pattern(1 << 20))
    pair.connection.send()
    loop.flush()
    #expect(!pair.connection.output.isEmpty)
    let size = pair.connection.output.count
    pair.connection.send()
    loop.flush()
    #expect(pair.connection.output.count == size)
  }
}
