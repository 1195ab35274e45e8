// Both ends of a connection under test: a delegate that keeps what it was told, and a peer of plain system calls.

import Glibc
import TestSupport
import Testing

import Bytes
import EventLoop

/// What a connection told its delegate, bytes aside.
enum ConnectionEvent: Equatable {
  case connected
  case closed(Int32)
  case filled
  case drained
}

/// Keeps everything it is told. `use` says how many bytes are used up: all of them, unless a test sets it.
final class Recorder: ConnectionDelegate {
  var use: (Connection, UnsafeRawBufferPointer) -> Int = { $1.count }
  var didHear: (Connection, ConnectionEvent) -> Void = { _, _ in }
  /// The bytes that were used up, in order.
  private(set) var received: [UInt8] = []
  private(set) var deliveryCount = 0
  private(set) var events: [ConnectionEvent] = []

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    deliveryCount += 1
    let used = use(connection, bytes)
    received += bytes.prefix(used)
    return used
  }

  func forgetEvents() { events = [] }

  func connectionDidConnect(_ connection: Connection) { hear(connection, .connected) }

  func connection(_ connection: Connection, didCloseWith error: Int32) { hear(connection, .closed(error)) }

  func connectionDidFill(_ connection: Connection) { hear(connection, .filled) }

  func connectionDidDrain(_ connection: Connection) { hear(connection, .drained) }

  private func hear(_ connection: Connection, _ event: ConnectionEvent) {
    events.append(event)
    didHear(connection, event)
  }
}

/// A descriptor that never waits, read and written only when the test says so.
final class Peer {
  let fd: Int32
  private(set) var received: [UInt8] = []
  /// Bytes of each successful read: on a socket that keeps records, the size of each write at the other end.
  private(set) var readSizes: [Int] = []
  private(set) var isAtEnd = false
  /// The errno value of a failed read or write, or of the reset that a read met.
  private(set) var error: Int32 = 0
  private var isOpen = true

  init(fd: Int32) { self.fd = fd }

  deinit { close() }

  /// Reads what is there, at most about `sizeMax` bytes.
  func drain(_ sizeMax: Int = .max) {
    var chunk = [UInt8](repeating: 0, count: min(sizeMax, 64 << 10))
    var total = 0
    while total < sizeMax {
      let size = read(fd, &chunk, chunk.count)
      if size < 0, errno != EAGAIN { error = errno }
      if size == 0 { isAtEnd = true }
      guard size > 0 else { return }
      received += chunk[..<size]
      readSizes.append(size)
      total += size
    }
  }

  /// Writes as much as fits; returns how much that was.
  @discardableResult
  func write(_ bytes: ArraySlice<UInt8>) -> Int {
    let size = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
    if size < 0, errno != EAGAIN { error = errno }
    return max(size, 0)
  }

  @discardableResult
  func write(_ bytes: [UInt8]) -> Int { write(bytes[...]) }

  func close() {
    if isOpen { Glibc.close(fd) }
    isOpen = false
  }

  /// Closes a TCP socket so that the other end meets a reset.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }
}

/// Two connected descriptors that close on exec; neither waits.
func makeSocketPair(_ type: __socket_type = SOCK_STREAM) -> (Int32, Int32) {
  var fds: [Int32] = [-1, -1]
  let flags = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  precondition(socketpair(AF_UNIX, flags, 0, &fds) == 0)
  return (fds[0], fds[1])
}

/// A started connection, what it tells, and the other end.
struct ConnectedPair {
  let connection: Connection
  let recorder = Recorder()
  let peer: Peer

  init(_ loop: EventLoop, _ type: __socket_type = SOCK_STREAM) {
    let (near, far) = makeSocketPair(type)
    connection = Connection(loop: loop, fd: near)
    peer = Peer(fd: far)
    connection.start(delegate: recorder)
  }
}

extension Connection {
  func append(_ bytes: some Collection<UInt8>) {
    _ = bytes.withContiguousStorageIfAvailable { output.append(UnsafeRawBufferPointer($0)) }
  }
}

extension EventLoop {
  /// Turns until `condition` holds, and never waits long in a turn: `condition` moves a peer that the loop cannot see.
  func poll(until condition: () -> Bool) -> Bool {
    var ticker: Timer!
    ticker = Timer(loop: self) { ticker.start(after: 20_000) }
    ticker.start(after: 0)
    defer {
      ticker.close()
      ticker = nil
    }
    return turn(until: condition)
  }
}

/// Bytes that differ from place to place, so that a loss or a swap shows: their period is a prime.
func pattern(_ count: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  while bytes.count < count { bytes += patternPeriod.prefix(count - bytes.count) }
  return bytes
}

private let patternPeriod = (0..<65_521).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }

/// Descriptors of this process. Only of use in a process that does nothing else.
func openDescriptorCount() -> Int {
  guard let folder = opendir("/proc/self/fd") else { return -1 }
  defer { closedir(folder) }
  var count = 0
  while readdir(folder) != nil { count += 1 }
  // ".", "..", and the descriptor of the folder itself.
  return count - 3
}
