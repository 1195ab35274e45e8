// The loop itself: when it goes on and when it ends, what time it says it is, and when it lets closed objects go.

import Glibc
import TestSupport
import Testing

import EventLoop

/// Is alive as long as something refers to it.
private final class Token {}

@Suite("The event loop")
struct EventLoopTests {
  @Test("It runs until a condition holds, and takes no turn when it holds already")
  func untilCondition() throws {
    let loop = try makeLoop()
    var count = 0
    var timer: Timer!
    timer = Timer(loop: loop) {
      count += 1
      timer.start(after: 0)
    }
    defer {
      timer.close()
      timer = nil
    }
    timer.start(after: 0)
    #expect(loop.run(until: { true }))
    #expect(count == 0)
    #expect(loop.run(until: { count == 5 }))
    #expect(count == 5)
  }

  @Test("It says so when nothing is registered and the condition can no longer come to hold")
  func nothingRegistered() throws {
    let loop = try makeLoop()
    #expect(!loop.run(until: { false }))
    var isOver = false
    let timer = Timer(loop: loop) { isOver = true }
    defer { timer.close() }
    timer.start(after: 0)
    #expect(!loop.run(until: { false }))
    #expect(isOver)
    loop.run()
  }

  @Test("It holds as long as a condition says that looks only at what the last turn did")
  func lastTurn() throws {
    let loop = try makeLoop()
    var isOver = false
    let timer = Timer(loop: loop) { isOver = true }
    defer { timer.close() }
    timer.start(after: 0)
    // The turn in which the last event fired still counts.
    #expect(loop.run(until: { isOver }))
  }

  @Test("A stop ends a run after its turn, what was queued is written, and it can run again")
  func stop() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    defer { pair.connection.close() }
    pair.recorder.use = { connection, bytes in
      loop.stop()
      connection.append([8])
      connection.send()
      return bytes.count
    }
    for count in 1...3 {
      pair.peer.write([1])
      loop.run()
      pair.peer.drain()
      #expect(pair.recorder.deliveryCount == count)
      #expect(pair.peer.received.count == count)
    }
  }

  @Test("Its time is read anew before each callback, from the clock that it was given")
  func now() throws {
    var time: Int64 = 1_000
    let loop = try EventLoop(clock: { time })
    #expect(loop.now == 1_000)
    time = 2_000
    #expect(loop.now == 1_000)
    #expect(loop.refreshNow() == 2_000)
    #expect(loop.now == 2_000)

    var seen: [Int64] = []
    let pair = ConnectedPair(loop)
    pair.recorder.use = { _, bytes in
      seen.append(loop.now)
      return bytes.count
    }
    time = 3_000
    pair.peer.write([1])
    #expect(loop.turn())
    pair.connection.close()
    let timer = Timer(loop: loop) { seen.append(loop.now) }
    time = 4_000
    timer.start(after: 0)
    #expect(loop.turn())
    timer.close()
    #expect(seen == [3_000, 4_000])
  }

  @Test("What is closed in a turn lives until its end, and not longer")
  func retired() throws {
    let loop = try makeLoop()
    weak var weakConnection: Connection?
    var wasAliveInTurn = false
    func makeConnection() {
      let pair = ConnectedPair(loop)
      weakConnection = pair.connection
      pair.recorder.use = { connection, bytes in
        connection.close()
        return bytes.count
      }
      pair.peer.write([1])
    }
    makeConnection()
    // Fires behind the delivery, or in the turn after it.
    let probe = ConnectedPair(loop)
    probe.recorder.use = { _, bytes in
      weakConnection?.close()
      wasAliveInTurn = weakConnection != nil
      return bytes.count
    }
    probe.peer.write([1])
    #expect(loop.turn())
    #expect(wasAliveInTurn)
    #expect(weakConnection == nil)
    probe.connection.close()
  }

  @Test("What is closed in a flush lives until its end, and not longer")
  func retiredByFlush() throws {
    let loop = try makeLoop()
    weak var weakConnection: Connection?
    func makeConnection() {
      let pair = ConnectedPair(loop)
      weakConnection = pair.connection
      pair.recorder.didHear = { connection, _ in connection.close() }
      pair.connection.send()
      // Behind `send`, which would tell of it at once.
      pair.connection.append(pattern(2 * Connection.outputSizeMax))
    }
    makeConnection()
    #expect(weakConnection != nil)
    loop.flush()
    #expect(weakConnection == nil)
  }

  @Test("It is freed with the last of what is registered in it, and handlers are let go at their close")
  func freed() throws {
    weak var weakLoop: EventLoop?
    weak var weakToken: Token?
    do {
      let loop = try makeLoop()
      let token = Token()
      weakLoop = loop
      weakToken = token
      let timer = Timer(loop: loop) { withExtendedLifetime(token) {} }
      timer.start(after: 0)
      let listener = try Listener(loop: loop, host: "127.0.0.1", port: 0) { _ in withExtendedLifetime(token) {} }
      let pair = ConnectedPair(loop)
      pair.recorder.didHear = { _, _ in withExtendedLifetime(token) {} }
      let channel = LineChannel(loop: loop, fd: pairEnd(), delegate: Silent())
      let wheel = TimerWheel(loop: loop) { _ in withExtendedLifetime(token) {} }
      _ = wheel.schedule(at: loop.now, token: 0)
      #expect(loop.turn())
      for close in [timer.close, listener.close, pair.connection.close, channel.close, wheel.close] { close() }
    }
    #expect(weakToken == nil)
    #expect(weakLoop == nil)
  }

  private final class Silent: LineChannelDelegate {
    func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {}
    func channelDidClose(_ channel: LineChannel) {}
  }

  private func pairEnd() -> Int32 {
    let (near, far) = makeSocketPair()
    close(far)
    return near
  }
}
