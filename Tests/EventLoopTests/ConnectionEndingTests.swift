// How a connection ends in good order: its own side first.

import Glibc
import TestSupport
import Testing

import EventLoop

@Suite("How a connection ends its own side first")
struct ConnectionEndingTests {
  @Test("Everything that was sent arrives before the end, and what the peer still sends is received")
  func endOutput() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    let bytes = pattern(1 << 20)
    pair.connection.append(bytes)
    pair.connection.endOutput()
    #expect(
      loop.poll {
        pair.peer.drain()
        return pair.peer.isAtEnd
      })
    #expect(pair.peer.received == bytes && pair.recorder.events.isEmpty && pair.connection.isOpen)
    pair.peer.write([1, 2, 3])
    pair.peer.close()
    #expect(loop.turn { !pair.recorder.events.isEmpty })
    #expect(pair.recorder.received == [1, 2, 3] && pair.recorder.events == [.closed(0)])
    #expect(!loop.turn())
  }

  @Test("A peer that does not end is waited for so long")
  func linger() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    pair.connection.endOutput()
    #expect(loop.turn { !pair.recorder.events.isEmpty })
    #expect(pair.recorder.events == [.closed(0)] && !pair.connection.isOpen)
    #expect(!loop.turn())
  }

  @Test("One that is finished says nothing more, drops what comes, and is gone with its peer")
  func finish() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    // From within the callback, with bytes that were not used up.
    pair.recorder.use = { connection, _ in
      connection.append([7])
      connection.finish()
      return 1
    }
    pair.peer.write([1, 2, 3])
    #expect(
      loop.poll {
        pair.peer.drain()
        return pair.peer.isAtEnd
      })
    #expect(pair.peer.received == [7])
    pair.peer.write(pattern(200_000))
    pair.peer.close()
    #expect(loop.poll { !pair.connection.isOpen })
    #expect(pair.recorder.deliveryCount == 1 && pair.recorder.events.isEmpty)
    #expect(!loop.turn())
  }

  @Test("One that is finished is gone after a while, also when its peer never reads")
  func deafPeer() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    pair.connection.append(pattern(32 << 20))
    pair.connection.finish()
    #expect(loop.poll { !pair.connection.isOpen })
    #expect(pair.recorder.events.isEmpty && !loop.turn())
  }

  @Test("What was not used up is handed in again on demand, and to whom it is handed over")
  func again() throws {
    let loop = try makeLoop()
    let pair = ConnectedPair(loop)
    pair.recorder.use = { _, _ in 0 }
    pair.peer.write([1, 2, 3])
    #expect(loop.turn { pair.recorder.deliveryCount == 1 })
    #expect(Array(pair.connection.unread) == [1, 2, 3])
    pair.recorder.use = { _, _ in 1 }
    pair.connection.receiveAgain()
    loop.flush()
    #expect(pair.recorder.received == [1] && pair.recorder.deliveryCount == 2)
    let other = Recorder()
    pair.connection.hand(to: other)
    pair.connection.receiveAgain()
    loop.flush()
    #expect(other.received == [2, 3] && pair.recorder.deliveryCount == 2)
    // Nothing is left: nobody is called.
    pair.connection.receiveAgain()
    loop.flush()
    #expect(other.deliveryCount == 1)
    pair.connection.close()
    pair.connection.receiveAgain()
    #expect(!loop.turn())
  }
}
