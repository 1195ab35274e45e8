// Newline-terminated messages over a stream descriptor: the control channel, and a child's log.

internal import Bytes

package protocol LineChannelDelegate: AnyObject {
  /// One line without its newline.
  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer)
  /// The other end is gone.
  func channelDidClose(_ channel: LineChannel)
}

/// Lines in both directions. A line longer than its `lineSizeMax` closes the channel.
package final class LineChannel: ConnectionDelegate {
  /// Bytes: a node's configuration holds its script, a client's result its histograms.
  package static let lineSizeMax = 16 << 20

  /// Bytes of a line, from here on.
  package var lineSizeMax: Int
  /// Why the other end is gone, an errno value; 0: it closed, or is there.
  package private(set) var error: Int32 = 0
  private var connection: Connection?
  private var delegate: (any LineChannelDelegate)?
  private var scannedSize = 0

  package convenience init(
    loop: EventLoop, fd: Int32, lineSizeMax: Int = LineChannel.lineSizeMax, delegate: any LineChannelDelegate
  ) {
    self.init(Connection(loop: loop, fd: fd), lineSizeMax: lineSizeMax, delegate: delegate)
  }

  /// Over a connection that has not been started.
  package init(_ connection: Connection, lineSizeMax: Int = LineChannel.lineSizeMax, delegate: any LineChannelDelegate)
  {
    self.lineSizeMax = lineSizeMax
    self.delegate = delegate
    self.connection = connection
    connection.start(delegate: self)
  }

  /// Other lines go to another from now on.
  package func hand(to delegate: any LineChannelDelegate) { if connection != nil { self.delegate = delegate } }

  /// Lines that were queued are sent before it closes, and nothing is read any more.
  package func finish() {
    connection?.finish()
    connection = nil
    delegate = nil
  }

  /// Of TCP, see `Connection`.
  package var roundTrip: RoundTrip? { connection?.roundTrip }
  package var peer: String? { connection?.peer }

  /// Queues one line; `line` holds no newline.
  package func send(_ line: some Sequence<UInt8>) {
    guard let connection else { return }
    unsafe Array(line).withUnsafeBytes { unsafe connection.output.append($0) }
    unsafe connection.output.reserve(1).storeBytes(of: 10, as: UInt8.self)
    connection.output.commit(1)
    connection.send()
  }

  package func close() {
    connection?.close()
    connection = nil
    delegate = nil
  }

  package func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    var used = 0
    var position = scannedSize
    while position < bytes.count, let delegate {
      guard unsafe bytes[position] == 10 else {
        position += 1
        continue
      }
      guard position - used <= lineSizeMax else { break }
      unsafe delegate.channel(self, didReceive: UnsafeRawBufferPointer(rebasing: bytes[used..<position]))
      position += 1
      used = position
    }
    scannedSize = bytes.count - used
    if scannedSize > lineSizeMax { fail() }
    return used
  }

  package func connection(_ connection: Connection, didCloseWith error: Int32) {
    self.error = error
    fail()
  }

  private func fail() {
    let delegate = self.delegate
    close()
    delegate?.channelDidClose(self)
  }
}
