// What a connection hands to its delegate: every byte, in order, however the bytes arrive.

import Statistics
import TestSupport
import Testing

import CLinux
import EventLoop

/// Uses up whole records only: a byte that says how many follow, and those.
private final class RecordReader {
  private(set) var records: [[UInt8]] = []

  func use(_ connection: Connection, _ bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while used < bytes.count, used + 1 + Int(bytes[used]) <= bytes.count {
      let end = used + 1 + Int(bytes[used])
      records.append(Array(bytes[(used + 1)..<end]))
      used = end
    }
    return used
  }
}

@Suite("What a connection receives")
struct ConnectionInputTests {
  @Test("Bytes arrive in order, however many at a time they are sent")
  func order() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    var random = TestSeed.generator("bytes in order", standard: 41)
    let sent = pattern(1 << 20)
    var position = 0
    let isComplete = loop.poll {
      let end = min(sent.count, position + 1 + random.next(below: 100_000))
      position += pair.peer.write(sent[position..<end])
      return pair.recorder.received.count == sent.count
    }
    #expect(isComplete)
    #expect(pair.recorder.received == sent)
    #expect(pair.recorder.events.isEmpty)
  }

  @Test("One delivery has at most the read size, and the rest follows in the next turn")
  func readSize() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    let sent = pattern(Connection.readSize + 1)
    #expect(pair.peer.write(sent) == sent.count)
    #expect(loop.turn())
    #expect(pair.recorder.received.count == Connection.readSize)
    #expect(loop.turn())
    #expect(pair.recorder.received == sent)
    #expect(pair.recorder.deliveryCount == 2)
  }

  @Test("Bytes that were not used up come again, in front of the next ones")
  func unused() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    var seen: [[UInt8]] = []
    var uses = [2, 0, 3, 1]
    pair.recorder.use = { _, bytes in
      seen.append(Array(bytes))
      return uses.removeFirst()
    }
    for part in [[1, 2, 3], [4], [5], [6]] as [[UInt8]] {
      pair.peer.write(part)
      #expect(loop.turn())
    }
    #expect(seen == [[1, 2, 3], [3, 4], [3, 4, 5], [6]])
    #expect(pair.recorder.received == [1, 2, 3, 4, 5, 6])
  }

  @Test("A record of several read sizes is kept until it is whole")
  func largeRecord() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    let sent = pattern(5 * Connection.readSize + 17)
    pair.recorder.use = { _, bytes in bytes.count < sent.count ? 0 : bytes.count }
    var position = 0
    let isComplete = loop.poll {
      position += pair.peer.write(sent[position...])
      return !pair.recorder.received.isEmpty
    }
    #expect(isComplete)
    #expect(pair.recorder.received == sent)
  }

  @Test("Records are the same when they arrive byte by byte, all at once, or split anyhow")
  func splits() throws {
    var random = TestSeed.generator("records split anyhow", standard: 42)
    let records = (0..<200).map { _ in random.bytes(random.next(below: random.chance(0.2) ? 256 : 8)) }
    let sent = records.flatMap { [UInt8($0.count)] + $0 }
    for sizeMax in [1, sent.count, 2, 700] {
      let loop = try makeLoop()
      let pair = ConnectedPair(loop)
      defer { pair.connection.close() }
      let reader = RecordReader()
      pair.recorder.use = reader.use
      var position = 0
      while position < sent.count {
        // The sizes 1 and all are exact; the others are limits.
        let size = sizeMax == 1 || sizeMax == sent.count ? sizeMax : 1 + random.next(below: sizeMax)
        position += pair.peer.write(sent[position..<min(sent.count, position + size)])
        #expect(loop.turn())
      }
      #expect(reader.records == records, "at most \(sizeMax) bytes at a time")
    }
  }

  @Test("Nothing is read while reading is paused, and nothing is lost by it")
  func pause() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    pair.connection.pauseReading()
    pair.connection.pauseReading()
    pair.peer.write([1, 2, 3])
    loop.turn(for: 2_000_000)
    #expect(pair.recorder.deliveryCount == 0)
    pair.connection.resumeReading()
    pair.connection.resumeReading()
    #expect(loop.turn())
    #expect(pair.recorder.received == [1, 2, 3])
    #expect(pair.recorder.deliveryCount == 1)
  }

  @Test("A delegate that pauses while it receives gets nothing more until reading is resumed")
  func pauseInside() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    pair.recorder.use = { connection, bytes in
      connection.pauseReading()
      return bytes.count
    }
    let sent = pattern(2 * Connection.readSize)
    #expect(pair.peer.write(sent) == sent.count)
    #expect(loop.turn())
    pair.peer.close()
    loop.turn(for: 2_000_000)
    #expect(pair.recorder.deliveryCount == 1)
    #expect(pair.recorder.events.isEmpty)
    pair.connection.resumeReading()
    #expect(loop.turn())
    pair.connection.resumeReading()
    #expect(loop.turn())
    #expect(pair.recorder.received == sent)
    #expect(pair.recorder.events == [.closed(0)])
  }

  @Test("A pipe's end is read like a socket")
  func pipe() throws {
    let loop = try makeLoop()
    var fds: [Int32] = [-1, -1]
    #expect(ctx_pipe(&fds) == 0)
    let writer = Peer(fd: fds[1])
    let recorder = Recorder()
    let connection = Connection(loop: loop, fd: fds[0], delegate: recorder)
    defer { connection.close() }
    writer.write(pattern(1_000))
    writer.close()
    #expect(loop.turn { !recorder.events.isEmpty })
    #expect(recorder.received == pattern(1_000))
    #expect(recorder.events == [.closed(0)])
  }
}
