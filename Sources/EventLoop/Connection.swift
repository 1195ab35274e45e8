// One stream descriptor: bytes in, bytes out, over a plain libevent event with buffers of its own (a bufferevent costs
// five times the instructions). Never knows frames; never blocks.

public import Bytes
internal import CLibevent
internal import CLinux
internal import Glibc

/// What a connection tells its owner. Held strongly until `close()`.
package protocol ConnectionDelegate: AnyObject {
  /// Bytes lie ready; returns how many were used up. The rest is handed in again, in front of what comes next.
  /// The bytes stay in place until this returns.
  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int
  /// An outgoing connect succeeded.
  func connectionDidConnect(_ connection: Connection)
  /// The peer left or the descriptor failed (`error` is an errno value, 0 for an orderly end). Already closed.
  func connection(_ connection: Connection, didCloseWith error: Int32)
  /// Output went over `Connection.outputSizeMax`: whoever produces it should stop for a while. Also from within `send()`.
  func connectionDidFill(_ connection: Connection)
  /// Output that went over the limit is below half of it again.
  func connectionDidDrain(_ connection: Connection)
}

extension ConnectionDelegate {
  package func connectionDidConnect(_ connection: Connection) {}
  package func connectionDidFill(_ connection: Connection) {}
  package func connectionDidDrain(_ connection: Connection) {}
}

/// Bytes in both directions, from `start` to `close`.
///
/// Public, as are `output` and `didAppend`, because the compiler inlines across modules only what is
/// `@inlinable public`. Safe to use: received bytes are handed out for the length of a call, and what it keeps without a
/// count, it is released in `close()`.
@safe
public final class Connection {
  /// Bytes read at most per readiness.
  package static let readSize = 64 << 10
  /// Nanoseconds that a peer has for its end after ours.
  package static let lingerTime: Int64 = 2_000_000_000
  /// Bytes of unsent output above which `connectionDidFill` is called. Computed: a stored one, read by inlinable code,
  /// crashes the optimizer of Swift 6.3 in every module that imports this one.
  @inlinable public static var outputSizeMax: Int { 4 << 20 }

  /// Append here, then call `send()`.
  public let output: ByteBuffer
  package let loop: EventLoop
  private let input: ByteBuffer
  // Private: the compiler sees every access, and a release build then checks none for exclusivity at run time.
  private var fd: Int32
  private var readEvent: Event?
  private var writeEvent: Event?
  /// Held strongly from `start` to `close`.
  private var delegate: (any ConnectionDelegate)?
  /// The same without a reference count, for each read.
  private unowned(unsafe) var reader: (any ConnectionDelegate)?
  private var isUnflushed = false
  private var isConnecting = false
  private var isFull = false
  /// The writing side is shut down as soon as `output` is empty.
  private var isEnding = false
  /// Runs when it was.
  private var endingTimer: Timer?
  private var isOwedInput = false
  /// Kept while the loop clocks I/O.
  package private(set) var ioClock = IOClock()

  /// Takes over a connected descriptor (socket or pipe end) and closes it in `close()`. `start` comes next.
  package init(loop: EventLoop, fd: Int32) {
    self.loop = loop
    self.fd = fd
    input = ByteBuffer(capacity: Connection.readSize)
    output = ByteBuffer(capacity: Connection.readSize)
    ctx_set_nonblocking(fd)
    // One retain for both events; `close()` gives it back.
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    readEvent = unsafe Event(loop: loop, subject: fd, kind: EV_READ | EV_PERSIST, context: context) { _, _, context in
      unsafe Unmanaged<Connection>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.didBecomeReadable() }
    }
    writeEvent = unsafe Event(loop: loop, subject: fd, kind: EV_WRITE, context: context) { _, _, context in
      unsafe Unmanaged<Connection>.fromOpaque(context!)._withUnsafeGuaranteedRef { $0.didBecomeWritable() }
    }
  }

  /// Starts a TCP connect; after `start`, `connectionDidConnect` or `connection(_:didCloseWith:)` follows.
  package convenience init(loop: EventLoop, host: String, port: UInt16) throws(EventLoopError) {
    try self.init(loop: loop, to: HostAddress(host: host, port: port))
  }

  /// The same to an address that is known.
  package convenience init(loop: EventLoop, to address: HostAddress) throws(EventLoopError) {
    let fd = try Socket.makeTCP()
    let result = unsafe address.withSocketAddress { unsafe connect(fd, $0, $1) }
    if result != 0 && errno != EINPROGRESS {
      let error = errno
      Glibc.close(fd)
      throw .systemCall("connect", errno: error, about: address.description)
    }
    self.init(loop: loop, fd: fd)
    isConnecting = true
  }

  /// Begins to read, and to tell the delegate.
  package func start(delegate: any ConnectionDelegate) {
    self.delegate = delegate
    unsafe reader = delegate
    readEvent?.add()
    if isConnecting { writeEvent?.add() }
  }

  /// From now on another delegate is told, and handed what comes next. What the first does not use up of the bytes at hand
  /// goes to it as well.
  package func hand(to delegate: any ConnectionDelegate) {
    guard isOpen, let former = self.delegate else { return }
    loop.retire(former)
    self.delegate = delegate
    unsafe reader = delegate
  }

  deinit {
    input.deallocate()
    output.deallocate()
  }

  package var isOpen: Bool { readEvent != nil }

  /// In place of `send`, after a frame was appended behind `size` bytes of output: what was there already is on its way,
  /// but too much of it must be noted. Where there is any, `size` may say more: `ByteBuffer.end`.
  @inlinable
  @inline(__always)
  public func didAppend(behind size: Int) {
    // Empty, or over `outputSizeMax`, in one comparison: the size before an empty output's is the largest there is.
    if UInt(bitPattern: size &- 1) >= Connection.outputSizeMax { send() }
  }

  /// Queues `output` for the end of this turn.
  @inline(never)
  public func send() {
    // Before the turn ends: what follows in it may be a lot more.
    if output.count > Connection.outputSizeMax { noteOutputSize() }
    guard !isUnflushed, isOpen else { return }
    isUnflushed = true
    loop.willFlush(self)
  }

  /// Sends what is in `output`, and then nothing more: the peer reads an end. What it still sends is received, so that no
  /// reset makes it lose what it has not read yet (RFC 9112, 9.6). After `lingerTime` without an end of the peer's, the
  /// connection is closed as if there had been one.
  package func endOutput() {
    guard isOpen, !isEnding else { return }
    isEnding = true
    if output.isEmpty { shutDownWriting() } else { send() }
  }

  /// The same without another call of the delegate: what the peer still sends is dropped.
  package func finish() {
    guard isOpen, let delegate else { return }
    loop.retire(delegate)
    self.delegate = nil
    unsafe reader = nil
    resumeReading()
    endOutput()
    // Nobody else ends it, should the peer not even read what is left.
    if isOpen { linger() }
  }

  /// Hands in once more what was received and not used up, at the end of this turn.
  package func receiveAgain() {
    isOwedInput = true
    guard !isUnflushed, isOpen else { return }
    isUnflushed = true
    loop.willFlush(self)
  }

  /// What was received and not used up.
  package var unread: UnsafeRawBufferPointer { unsafe input.readable }

  /// Stops reading until `resumeReading()`: the kernel's buffer fills and the peer notices.
  package func pauseReading() { readEvent?.remove() }

  package func resumeReading() { readEvent?.add() }

  /// Closes without another delegate call. Unsent output is lost.
  package func close() {
    guard let readEvent, let writeEvent else { return }
    readEvent.free()
    writeEvent.free()
    self.readEvent = nil
    self.writeEvent = nil
    unsafe reader = nil
    delegate = nil
    endingTimer?.close()
    Glibc.close(fd)
    fd = -1
    if isUnflushed { loop.willNotFlush(self) }
    loop.retire(self)
    unsafe Unmanaged.passUnretained(self).release()
  }

  // MARK: What the kernel says

  /// Of a TCP connection; nil for others.
  package var roundTrip: RoundTrip? { isOpen && !isConnecting ? RoundTrip(of: fd) : nil }
  /// `HOST:PORT` of the other end of TCP.
  package var peer: String? { isOpen ? Socket.peer(of: fd) : nil }

  /// See `Socket.watch`.
  package func watchPeer(seconds: Int32) { if isOpen { Socket.watch(fd, seconds: seconds) } }

  // MARK: Callbacks

  private func didBecomeReadable() {
    let room = unsafe input.reserve(input.isEmpty ? Connection.readSize : Connection.readSize / 4)
    if loop.clockReadingCost != nil { clockRead() }
    let size = unsafe read(fd, room, input.room)
    let error = size > 0 ? 0 : errno
    loop.refreshReadTime()
    guard size > 0 else {
      if size < 0 && (error == EAGAIN || error == EINTR) { return }
      return fail(size == 0 ? 0 : error)
    }
    input.commit(size)
    handIn()
  }

  @inline(__always)
  private func handIn() {
    guard let reader = unsafe reader else { return input.removeAll() }
    let used = unsafe reader.connection(self, didReceive: input.readable)
    if isOpen { input.consume(used) }
  }

  private func didBecomeWritable() {
    loop.refreshNow()
    if isConnecting {
      isConnecting = false
      let error = Socket.pendingError(of: fd)
      guard error == 0 else { return fail(error) }
      delegate?.connectionDidConnect(self)
    }
    if isOpen { write() }
  }

  func didReachEndOfTurn() {
    isUnflushed = false
    guard isOpen else { return }
    if isConnecting { noteOutputSize() } else { write() }
    if isOwedInput { handInAgain() }
  }

  @inline(never)
  private func handInAgain() {
    isOwedInput = false
    if isOpen, !input.isEmpty { handIn() }
  }

  // MARK: Private

  private func write() {
    guard !output.isEmpty else { return }
    let size = if let cost = loop.clockReadingCost { clockedWriteCall(cost) } else { writeCall() }
    if size == output.count {
      output.removeAll()
      if isEnding { shutDownWriting() }
    } else if size >= 0 || errno == EAGAIN || errno == EINTR {
      if size > 0 { output.consume(size) }
      writeEvent?.add()
    } else {
      return fail(errno)
    }
    noteOutputSize()
  }

  @inline(never)
  private func shutDownWriting() {
    shutdown(fd, Int32(SHUT_WR))
    linger()
  }

  private func linger() {
    let timer = endingTimer ?? Timer(loop: loop) { [unowned self] in fail(0) }
    endingTimer = timer
    timer.start(after: Connection.lingerTime)
  }

  @inline(never)
  private func clockRead() { ioClock.readStart = loop.time }

  @inline(__always)
  private func writeCall() -> Int {
    let bytes = unsafe output.readable
    return unsafe Glibc.write(fd, bytes.baseAddress, bytes.count)
  }

  @inline(never)
  private func clockedWriteCall(_ clockReadingCost: Int64) -> Int {
    let begin = ctx_thread_cpu_nanoseconds()
    ioClock.writeStart = loop.time
    let size = writeCall()
    let error = errno
    ioClock.writeNanoseconds += max(0, ctx_thread_cpu_nanoseconds() - begin - clockReadingCost)
    errno = error
    return size
  }

  @inline(__always)
  private func noteOutputSize() {
    if isFull || output.count > Connection.outputSizeMax { tellOutputSize() }
  }

  @inline(never)
  private func tellOutputSize() {
    if !isFull, output.count > Connection.outputSizeMax {
      isFull = true
      delegate?.connectionDidFill(self)
    } else if isFull, output.count < Connection.outputSizeMax / 2 {
      isFull = false
      delegate?.connectionDidDrain(self)
    }
  }

  private func fail(_ error: Int32) {
    precondition(error != EBADF && error != EFAULT, "a descriptor was closed behind the connection's back")
    let delegate = self.delegate
    close()
    delegate?.connection(self, didCloseWith: error)
  }
}
