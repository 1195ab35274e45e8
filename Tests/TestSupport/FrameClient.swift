// A caller written by hand: sends whatever bytes a test wants to a node, and keeps a copy of what comes back.

internal import Bytes
package import EventLoop
package import TransportFrame

/// A received frame, copied.
package struct ReceivedFrame: Equatable {
  package let type: FrameType
  package let id: UInt64
  package let flags: UInt8
  package let status: UInt16
  package let deadline: UInt32
  package let hopsLeft: UInt16
  package let context: [UInt8]
  package let payloadSize: Int
  package let fields: [[UInt8]]

  package init(_ frame: Frame) {
    type = frame.type
    id = frame.id
    flags = frame.flags
    status = frame.status
    deadline = frame.deadline
    hopsLeft = frame.hopsLeft
    context = Array(frame.context)
    payloadSize = frame.payloadSize
    var list: [[UInt8]] = []
    frame.forEachField { name, value in list += [Array(name), Array(value)] }
    fields = list
  }
}

package final class FrameClient: ConnectionDelegate {
  package private(set) var connection: Connection!
  package private(set) var received: [ReceivedFrame] = []
  /// An errno value once the peer has gone, 0 for an orderly end.
  package private(set) var closedWith: Int32?

  package init(loop: EventLoop, port: UInt16) throws {
    connection = try Connection(loop: loop, host: "127.0.0.1", port: port, delegate: self)
  }

  package init(loop: EventLoop, fd: Int32) {
    connection = Connection(loop: loop, fd: fd, delegate: self)
  }

  package func send(_ bytes: [UInt8]) {
    guard connection.isOpen else { return }
    bytes.withUnsafeBytes { connection.output.append($0) }
    connection.send()
  }

  package func send(_ frame: FrameBytes) { send(frame.bytes) }

  package func close() { connection.close() }

  /// The replies so far, the answers to hellos left out.
  package var replies: [ReceivedFrame] { received.filter { $0.type != .hello } }

  package func reply(to id: UInt64) -> ReceivedFrame? { replies.first { $0.id == id } }

  package func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    while case .frame(let frame) = Frame.decode(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
      received.append(ReceivedFrame(frame))
      used += frame.size
    }
    return used
  }

  package func connection(_ connection: Connection, didCloseWith error: Int32) { closedWith = error }
}
