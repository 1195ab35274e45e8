// Lines over a stream: whole, in order, without their newline, within their limit.

import Glibc
import Statistics
import TestSupport
import Testing

import EventLoop

private final class LineRecorder: LineChannelDelegate {
  var didReceive: (LineChannel) -> Void = { _ in }
  private(set) var lines: [[UInt8]] = []
  private(set) var closeCount = 0

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    lines.append(Array(line))
    didReceive(channel)
  }

  func channelDidClose(_ channel: LineChannel) { closeCount += 1 }
}

private struct ChannelPair {
  let channel: LineChannel
  let recorder = LineRecorder()
  let peer: Peer

  init(_ loop: EventLoop) {
    let (near, far) = makeSocketPair()
    peer = Peer(fd: far)
    channel = LineChannel(loop: loop, fd: near, delegate: recorder)
  }
}

@Suite("The line channel")
struct LineChannelTests {
  private static let newline: UInt8 = 10

  @Test("Lines arrive whole and in order, empty ones too, however the bytes are split")
  func splits() throws {
    var random = TestSeed.generator("lines split anyhow", standard: 51)
    let lines = (0..<300).map { _ in
      random.bytes(random.next(below: random.chance(0.3) ? 2 : 40)).filter { $0 != LineChannelTests.newline }
    }
    #expect(lines.contains([]))
    let sent = lines.flatMap { $0 + [LineChannelTests.newline] }
    for sizeMax in [1, 3, 100, sent.count] {
      let loop = try makeLoop()
      let pair = ChannelPair(loop)
      defer { pair.channel.close() }
      var position = 0
      while position < sent.count {
        position += pair.peer.write(sent[position..<min(sent.count, position + 1 + random.next(below: sizeMax))])
        #expect(loop.turn())
      }
      #expect(pair.recorder.lines == lines, "at most \(sizeMax) bytes at a time")
      #expect(pair.recorder.closeCount == 0)
    }
  }

  @Test("Sent lines arrive in order, each with one newline behind it")
  func sends() throws {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    defer { pair.channel.close() }
    pair.channel.send("one".utf8)
    pair.channel.send([])
    pair.channel.send("three".utf8)
    loop.flush()
    pair.peer.drain()
    #expect(pair.peer.received == Array("one\n\nthree\n".utf8))
  }

  @Test("The peer's end is reported once, and a line without its newline is no line")
  func end() throws {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    pair.peer.write(Array("whole\npart".utf8))
    pair.peer.close()
    #expect(loop.turn { pair.recorder.closeCount > 0 })
    #expect(!loop.turn())
    pair.channel.close()
    #expect(pair.recorder.lines == [Array("whole".utf8)])
    #expect(pair.recorder.closeCount == 1)
  }

  @Test("What is sent on a closed channel is dropped, and its owner's close is not reported")
  func closed() throws {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    pair.channel.close()
    pair.channel.send("late".utf8)
    loop.flush()
    pair.peer.drain()
    #expect(pair.peer.received == [])
    #expect(pair.peer.isAtEnd)
    #expect(pair.recorder.closeCount == 0)
    #expect(!loop.turn())
  }

  @Test("A delegate that closes the channel gets no further line, though it has arrived")
  func closeInside() throws {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    pair.recorder.didReceive = { channel in if pair.recorder.lines.count == 2 { channel.close() } }
    pair.peer.write(Array("1\n2\n3\n4\n".utf8))
    #expect(loop.turn())
    #expect(!loop.turn())
    #expect(pair.recorder.lines == [[49], [50]])
    #expect(pair.recorder.closeCount == 0)
  }

  @Test("A line of just the limit arrives whole")
  func longestLine() throws {
    let (pair, line) = try sendLine(size: LineChannel.lineSizeMax)
    #expect(pair.recorder.lines.count == 1)
    #expect(pair.recorder.lines.first == line)
    #expect(pair.recorder.closeCount == 0)
    pair.channel.close()
  }

  @Test("A line just over the limit closes the channel and is not handed out")
  func tooLongLine() throws {
    let (pair, _) = try sendLine(size: LineChannel.lineSizeMax + 1)
    #expect(pair.recorder.lines.map(\.count) == [])
    #expect(pair.recorder.closeCount == 1)
  }

  @Test("A line without an end closes the channel when it goes over the limit")
  func endlessLine() throws {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    let chunk = [UInt8](repeating: 120, count: 1 << 16)
    var sentSize = 0
    let isClosed = loop.poll {
      if pair.recorder.closeCount == 0 { sentSize += pair.peer.write(chunk) }
      return pair.recorder.closeCount > 0
    }
    #expect(isClosed)
    #expect(pair.recorder.closeCount == 1)
    #expect(sentSize > LineChannel.lineSizeMax)
    #expect(pair.recorder.lines.isEmpty)
  }

  /// Sends one line; the last byte and the newline come together, as they do mostly.
  private func sendLine(size: Int) throws -> (ChannelPair, [UInt8]) {
    let loop = try makeLoop()
    let pair = ChannelPair(loop)
    let line = [UInt8](repeating: 120, count: size)
    let sent = line + [LineChannelTests.newline]
    var position = 0
    let isOver = loop.poll {
      let end = position < size - 1 ? size - 1 : sent.count
      if position < sent.count { position += pair.peer.write(sent[position..<end]) }
      return !pair.recorder.lines.isEmpty || pair.recorder.closeCount > 0
    }
    #expect(isOver)
    return (pair, line)
  }
}
