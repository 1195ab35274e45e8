// The state of a connection that HTTP/1.1 requests come in by: what is being read, and which replies are owed.

internal import Bytes
internal import EventLoop
internal import TransportHTTP1
internal import TransportMessages

/// Created and used by `Caller`, which keeps the connection.
public final class HTTP1Caller {
  private static let second: Int64 = 1_000_000_000

  /// Whoever has this has the connection as well.
  private unowned(unsafe) let connection: Connection
  private let reader = HTTP1Reader(.requests)
  private let replies = HTTP1Replies()
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// No request is taken any more (RFC 9112, 9.6).
  @exclusivity(unchecked) private var isOver = false
  @exclusivity(unchecked) private var said = SaidPropagator()
  /// Seconds since 1970, and until when of the loop's clock.
  @exclusivity(unchecked) private var date = 0
  @exclusivity(unchecked) private var dateEnd = Int64.min
  /// Runs while a request is there in part.
  private var timer: Timer?
  @exclusivity(unchecked) private var isWaiting = false
  /// Nanoseconds; then a request is answered 408 (RFC 9110, 15.5.9).
  private let requestTimeMax: Int64

  init(_ connection: Connection, requestTimeMax: Int64) {
    self.connection = connection
    self.requestTimeMax = requestTimeMax
  }

  deinit { reader.deallocate() }

  /// See `Caller`.
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some RequestReceiver) -> Int {
    guard let start = bytes.baseAddress, !isOver else { return bytes.count }
    var used = 0
    while used < bytes.count, !replies.isFull {
      let rest = UnsafeRawBufferPointer(start: start + used, count: bytes.count &- used)
      switch reader.read(rest) {
      case .message(let size):
        used &+= size
        if isWaiting { stopWaiting() }
        let head = reader.head
        guard head.pointee.words.hopsLeft > 0 else {
          refuse(.field, receiver)
          return used
        }
        if said.replace(by: head.pointee.propagator), !receiver.didReceiveHello(propagator: said.text) {
          refuse(.field, receiver)
          return used
        }
        let tag = replies.add(head)
        if head.pointee.isLast { isOver = true }
        let request = ReceivedRequest(
          reader.received(size: size),
          RequestHead(
            tag: tag, deadline: head.pointee.words.deadline, hopsLeft: head.pointee.words.hopsLeft,
            flags: head.pointee.words.flags))
        guard receiver.didReceive(request) else { return used }
        // What comes behind the last request is dropped.
        if isOver { return bytes.count }
      case .needsMore:
        wait(forRestOf: rest.count, for: receiver)
        return used
      case .refused(let refusal):
        refuse(refusal, receiver)
        return used
      }
    }
    if replies.isFull { connection.pauseReading() }
    return used
  }

  /// See `Caller`. A reply whose turn has not come waits.
  func reply(to tag: UInt64, status: StatusCode, views: UnsafeRawBufferPointer?, payloadSize: Int) {
    let wasFull = replies.isFull
    guard
      replies.answer(tag, status, views: views, payloadSize: payloadSize, date: currentDate(), to: connection.output)
    else { return }
    connection.send()
    if replies.isOver {
      isOver = true
      connection.endOutput()
    } else if wasFull, connection.output.count <= Connection.outputSizeMax {
      // A peer that does not read what it is answered is read from again once it does.
      connection.resumeReading()
      connection.receiveAgain()
    }
  }

  /// The replies that are owed are the last; a connection that owes none ends now.
  func sendGoaway() {
    isOver = true
    stopWaiting()
    if replies.isEmpty { connection.endOutput() } else { replies.closeBehindLast() }
  }

  // MARK: Private

  /// RFC 9110, 6.6.1. A second late at most.
  private func currentDate() -> Int {
    let now = connection.loop.now
    if now >= dateEnd {
      dateEnd = now &+ HTTP1Caller.second
      date = connection.loop.wallSeconds
    }
    return date
  }

  /// Says why, behind the replies that are owed, and no more is read.
  private func refuse(_ refusal: HTTP1Refusal, _ receiver: some RequestReceiver) {
    isOver = true
    stopWaiting()
    guard replies.isEmpty else {
      replies.refuseBehindLast(refusal)
      return receiver.didRefuse(refusal.fault)
    }
    HTTP1ReplyWriter.write(refusal, date: currentDate(), to: connection.output)
    receiver.didReceive(refusal.fault)
  }

  private func wait(forRestOf count: Int, for receiver: some RequestReceiver) {
    if reader.takeWishToContinue(received: count) {
      replies.addContinue(to: connection.output)
      connection.send()
    }
    guard !isWaiting else { return }
    isWaiting = true
    let timer =
      timer
      ?? Timer(loop: connection.loop) { [unowned self, weak receiver] in
        if let receiver, receiver.isOpen, isWaiting { refuse(.stalled, receiver) }
      }
    self.timer = timer
    timer.start(after: requestTimeMax)
  }

  private func stopWaiting() {
    isWaiting = false
    timer?.stop()
  }
}
